"""Which approvals stand after a revision: per requirement, directional, against the last human decision (5.2, R1–R7)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from policies.rules.carrying import compare
from policies.rules.pack import Pack, build_pack
from policies.rules.plan import compile_plan
from policies.seed import default_content, default_pack
from tests.policies.facts import facts as credit_facts


def price_facts(**changes: Any) -> dict[str, Any]:
    """A special price that SP-3 and more ask for."""
    return {
        "extra_points": Decimal(7), "below_target": Decimal(0), "below_floor": Decimal(0), "below_cost": False,
        "concession": Decimal(28_000), "discount": Decimal(12), "tier_band": Decimal(5), "grade": "A",
        "new_customer": False, "validity_days": Decimal(90), "cap_missing": False, "evidence_forbidden": False,
        "evidence_missing": False, "overdue_days": Decimal(0), "licence_expired": False, "open_duplicate": False,
        "annual_impact": Decimal(100_000), "undercuts_competitor": False,
    } | changes  # fmt: skip


def stands(pack: Pack, kind: str, role: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    plan = compile_plan(pack, kind, now)
    assert role in {step.role for step in plan.steps}, "the role must be asked at all"
    return all(each.holds for each in compare(pack, plan, role, before, now))


def with_tolerance(fact: str, tolerance: str, unit: str) -> Pack:
    content = default_content()
    mat = next(table for table in content["tables"] if table["code"] == "MAT")
    for row in mat["rows"]:
        if row["outputs"]["fact"] == fact:
            row["outputs"] |= {"tolerance": tolerance, "unit": unit}
    return build_pack(2, content)


def with_order(grades: str) -> Pack:
    """The shipped policy, in which the grades of customers are declared from best to worst."""
    content = default_content()
    mat = next(table for table in content["tables"] if table["code"] == "MAT")
    said = {"request_kind": "credit", "fact": "grade", "tolerance": "0", "unit": "points", "order": grades}
    mat["rows"].append(mat["rows"][0] | {"code": "MAT-GRADE", "outputs": said})
    return build_pack(2, content)


@pytest.mark.parametrize(("now", "carried"), [(75_000, False), (65_000, True), (70_000, True)])
def test_r1_a_higher_total_is_decided_again_and_a_lower_one_is_not(now: int, carried: bool) -> None:
    before = credit_facts(exposure_unsecured_group=Decimal(70_000), limit_requested=Decimal(70_000))
    after = credit_facts(exposure_unsecured_group=Decimal(now), limit_requested=Decimal(now))
    assert stands(default_pack(), "credit", "CC", before, after) is carried


@pytest.mark.parametrize(("now", "unordered", "ordered"), [("A", True, True), ("AA", False, True), ("B", False, False)])
def test_r3_a_category_is_compared_by_whether_it_changed_or_by_its_declared_order(
    now: str, unordered: bool, ordered: bool
) -> None:
    """The shipped policy declares no order of the grades, so that any other grade than A is decided again."""
    before, after = (
        credit_facts(exposure_unsecured_group=Decimal(90_000), limit_requested=Decimal(90_000), grade=grade)
        for grade in ("A", now)
    )
    assert stands(default_pack(), "credit", "SM", before, after) is unordered
    assert stands(with_order("AAA AA A B C D"), "credit", "SM", before, after) is ordered


def test_r5_two_changes_in_opposite_directions_are_judged_each_by_its_own_requirement() -> None:
    before = price_facts(extra_points=Decimal(7), concession=Decimal(28_000))
    after = price_facts(extra_points=Decimal(6), concession=Decimal(31_000))
    plan = compile_plan(default_pack(), "special_price", after)
    said = compare(default_pack(), plan, "SM", before, after)
    assert sorted((each.words("en").split(": ")[1], each.holds) for each in said) == [
        ("31,000 > 28,000 + 280", False),
        ("6 % ≤ 7 %", True),
    ]


def test_r7_what_no_rule_asks_for_may_change() -> None:
    before, after = price_facts(annual_impact=Decimal(1), discount=Decimal(12)), price_facts(annual_impact=Decimal(2))
    assert compare(default_pack(), compile_plan(default_pack(), "special_price", after), "SM", before, after) == ()


@pytest.mark.parametrize(("now", "carried"), [("9", True), ("9.01", False), ("5.5", True)])
def test_a_tolerance_in_points_lets_exactly_so_much_pass(now: str, carried: bool) -> None:
    pack = with_tolerance("extra_points", "2", "points")
    before, after = price_facts(), price_facts(extra_points=Decimal(now))
    assert stands(pack, "special_price", "SM", before, after) is carried


@pytest.mark.parametrize(("now", "carried"), [("30800", True), ("30800.01", False)])
def test_a_tolerance_in_per_cent_is_of_the_value_that_was_decided(now: str, carried: bool) -> None:
    pack = with_tolerance("concession", "10", "percent")
    before, after = price_facts(), price_facts(concession=Decimal(now))
    assert stands(pack, "special_price", "SM", before, after) is carried


def test_the_comparison_is_said_with_the_values_and_the_tolerance() -> None:
    pack = with_tolerance("extra_points", "2", "points")
    before, after = price_facts(), price_facts(extra_points=Decimal("8.5"))
    said = compare(pack, compile_plan(pack, "special_price", after), "SM", before, after)
    assert [each.words("en").split(": ")[1] for each in said] == ["8.5 % ≤ 7 % + 2 points"]
    assert [each.words("zh").split("：")[1] for each in said] == ["8.5 % ≤ 7 % + 2 个百分点"]


def test_an_unknown_figure_is_never_as_good_as_the_one_that_was_decided() -> None:
    before, after = price_facts(), price_facts(below_target=None)
    plan = compile_plan(default_pack(), "special_price", price_facts())
    assert not all(each.holds for each in compare(default_pack(), plan, "SM", before, after))


def test_a_new_escalator_asks_again_and_one_that_has_gone_does_not() -> None:
    plain, escalated = price_facts(), price_facts(grade="C")
    assert not stands(default_pack(), "special_price", "SM", plain, escalated)
    assert stands(default_pack(), "special_price", "SM", escalated, plain)


def test_a_flag_that_asks_for_approval_may_be_taken_back_but_not_set() -> None:
    below = {"below_target": Decimal(20), "below_floor": Decimal(20)}
    with_flag, without = price_facts(below_cost=True, **below), price_facts(**below)
    assert not stands(default_pack(), "special_price", "SM", without, with_flag)
    assert stands(default_pack(), "special_price", "SM", with_flag, without)
