"""The worked cases of the approval reference, section 5.3: authority, decision tables, and what a check must find."""

from decimal import Decimal
from typing import Any

import pytest

from policies.rules.check import check_table
from policies.rules.pack import build_pack
from policies.rules.plan import authority_ceiling, compile_plan
from policies.rules.tables import Table, parse_table
from policies.seed import default_content, default_pack
from tests.policies.test_carrying import price_facts
from workflows.rules.seats import ladder

Row = tuple[dict[str, str], str]


def column(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "zh": key, "en": key, **more}


def table(hit_policy: str, columns: list[dict[str, Any]], *rows: Row) -> Table:
    stored = [
        {"code": f"R{n}", "cells": cells, "outputs": {"band": band}, "rationale_zh": "", "rationale_en": ""}
        for n, (cells, band) in enumerate(rows, start=1)
    ]
    return parse_table(
        {
            "code": "T", "kind": "band", "hit_policy": hit_policy, "title_zh": "", "title_en": "", "columns": columns,
            "rows": stored, "routing": {"request_kind": "toy", "use": "band", "ladder": sorted({b for _, b in rows})},
        }
    )  # fmt: skip


def bands(of: Table, **facts: Any) -> list[str]:
    return [match.outputs["band"] for match in of.evaluate(facts)]


def found(of: Table) -> set[str]:
    return {finding.code for finding in check_table(of)}


DISCOUNT = table("first", [column("d", "pct")], ({"d": "> 10"}, "RD"), ({"d": "> 5"}, "SM"))


@pytest.mark.parametrize(("discount", "approvers"), [(7, ("SM", "RD")), (12, ("RD",)), (4, ())])
def test_a1_whoever_is_above_the_one_who_is_asked_may_decide_as_well(discount: int, approvers: tuple[str, ...]) -> None:
    """5 % asks the manager, 10 % the director; a superior may always stand in."""
    places = {"SM": ("sales", 1), "RD": ("sales", 2)}
    asked = bands(DISCOUNT, d=Decimal(discount))
    assert tuple(role for each in asked for role in (each, *ladder(each, places, "RD"))) == approvers


def test_a3_an_absolute_amount_asks_for_approval_where_the_percentage_does_not() -> None:
    """Guidance 2.00, quoted 1.50, 150,000 kg a year: 75,000; the discount alone would ask nobody but SP-1."""
    impact = (Decimal("2.00") - Decimal("1.50")) * 150_000
    small = price_facts(extra_points=Decimal(1), concession=Decimal(0))
    big = price_facts(extra_points=Decimal(1), concession=impact)
    plans = [compile_plan(default_pack(), "special_price", facts) for facts in (small, big)]
    assert impact == 75_000
    assert [[step.role for step in plan.steps] for plan in plans] == [["SM"], ["SM", "RD"]]


def test_a4_above_target_is_automatic_between_target_and_floor_is_asked_and_below_the_floor_goes_higher() -> None:
    def roles(**margin: Any) -> list[str]:
        none = {"extra_points": Decimal(0), "concession": Decimal(0), "below_target": Decimal(0)}
        plan = compile_plan(default_pack(), "special_price", price_facts(**none | margin))
        return [step.role for step in plan.steps]

    assert roles(below_target=Decimal(-1), below_floor=Decimal(-5)) == []
    between = roles(below_target=Decimal(3), below_floor=Decimal(-5))
    below = roles(below_target=Decimal(9), below_floor=Decimal(1))
    assert between == ["SM", "RD", "FM"]
    assert below == ["SM", "RD", "FM", "CFO", "GM"]


def test_who_only_endorses_has_no_authority_of_his_own() -> None:
    assert authority_ceiling(default_pack(), "SM", "credit", "exposure_unsecured_group") == 0


AGE = [column("age", "number", least=0), column("risk", "text"), column("affordable", "flag")]


def test_d1_unique_rows_cover_everything_once() -> None:
    loans = table(
        "unique",
        AGE,
        ({"age": ">= 18", "risk": "in Low, Medium", "affordable": "true"}, "Approved"),
        ({"age": "< 18"}, "Declined"),
        ({"age": ">= 18", "risk": "not in Low, Medium"}, "Declined"),
        ({"age": ">= 18", "risk": "in Low, Medium", "affordable": "false"}, "Declined"),
    )
    asked = [(18, "Medium", True), (17, "Medium", True), (18, "High", True)]
    assert [bands(loans, age=a, risk=r, affordable=f) for a, r, f in asked] == [
        ["Approved"],
        ["Declined"],
        ["Declined"],
    ]
    assert found(loans) == set()


OVERLAPPING = [
    ({"risk": "in High"}, "Declined"),
    ({"affordable": "false"}, "Declined"),
    ({"risk": "not in High", "affordable": "true"}, "Approved"),
]


def test_d2_rows_that_overlap_and_agree_are_fine_under_any_and_wrong_under_unique() -> None:
    columns = AGE[1:]
    assert found(table("any", columns, *OVERLAPPING)) == set()
    assert "overlap" in found(table("unique", columns, *OVERLAPPING))
    assert bands(table("any", columns, *OVERLAPPING), risk="High", affordable=False) == ["Declined"]


def test_d4_collect_keeps_the_order_of_the_rows() -> None:
    ordered = table(
        "collect",
        AGE[:2],
        ({"age": ">= 18"}, "Approved Best"),
        ({"age": ">= 12", "risk": "in Medium"}, "Approved Standard"),
    )
    assert bands(ordered, age=19, risk="Medium") == ["Approved Best", "Approved Standard"]


@pytest.mark.parametrize(("chain", "asked"), [("SM → RD → CFO", ["SM", "RD", "CFO"]), ("CFO", ["CFO"]), ("SM", ["SM"])])
def test_a5_each_way_up_the_ladder_is_written_as_a_chain(chain: str, asked: list[str]) -> None:
    """Everybody up to the first who may decide; only that one; the superior of the seller whatever his limit."""
    content = default_content()
    chains = next(each for each in content["tables"] if each["code"] == "CHAIN")
    for row in chains["rows"]:
        row["outputs"]["chain"] = chain if row["code"] == "SP-3" else row["outputs"]["chain"]
    plan = compile_plan(build_pack(2, content), "special_price", price_facts(below_target=Decimal(1)))
    assert plan.bands["SP"] == "SP-3"
    assert [step.role for step in plan.steps] == asked


def test_d6_of_what_is_collected_the_highest_band_counts() -> None:
    collected = table("collect", AGE[:1], ({"age": ">= 1"}, "B-1"), ({"age": ">= 3"}, "B-2"), ({"age": ">= 9"}, "B-3"))
    assert max(bands(collected, age=5), key=collected.ladder.index) == "B-2"


@pytest.mark.parametrize(
    ("age", "years", "days"),
    [(16, 1, "27"), (44, 30, "30"), (50, 20, "24"), (60, 20, "30"), (45, 3, "24"), (25, 3, "22")],
)
def test_d7_a_bound_belongs_to_the_upper_row(age: int, years: int, days: str) -> None:
    """Holidays: 22 days, 2 more from 45 on or from 15 years, 3 more for the young and the old, 8 for very long service."""
    holidays = table(
        "first",
        [column("age", "number"), column("years", "number")],
        ({"age": ">= 60"}, "30"),
        ({"years": ">= 30"}, "30"),
        ({"age": "< 18"}, "27"),
        ({"age": "[45..60)"}, "24"),
        ({"years": "[15..30)"}, "24"),
        ({}, "22"),
    )
    assert bands(holidays, age=age, years=years) == [days]


def test_d7_a_price_outside_a_closed_range_is_not_in_it() -> None:
    prices = table("first", [column("p", "number")], ({"p": "[9..10]"}, "In range"), ({}, "Not in range"))
    assert [bands(prices, p=Decimal(p)) for p in ("9", "10", "20")] == [["In range"], ["In range"], ["Not in range"]]


def test_d8_coverage_is_proved_over_all_columns_and_a_gap_is_shown() -> None:
    tiles = [({"n": "< 100"}, "A"), ({"n": "[100..500]"}, "B"), ({"n": "> 500"}, "C")]
    assert bands(table("unique", [column("n", "number")], *tiles), n=500) == ["B"]
    holed = table("unique", [column("n", "number")], tiles[0], tiles[2])
    assert bands(holed, n=300) == []


SEASON = [column("season", "text"), column("guests", "count")]


def test_d9_two_dishes_for_one_party_conflict_and_a_blank_row_above_shadows() -> None:
    same = [
        ({"season": "in Winter", "guests": "<= 8"}, "Roastbeef"),
        ({"season": "in Winter", "guests": "<= 8"}, "Stew"),
    ]
    for policy in ("unique", "any"):
        assert any(finding.blocking for finding in check_table(table(policy, SEASON, *same))), policy
    assert not any(finding.blocking for finding in check_table(table("collect", SEASON, *same)))
    shadowed = table("first", SEASON, ({}, "Stew"), ({"season": "in Spring", "guests": "[5..8]"}, "Steak"))
    assert [finding.rows for finding in check_table(shadowed) if finding.code == "shadowed"] == [("R2", "R1")]


def test_d10_points_of_several_tables_add_up_to_a_new_limit() -> None:
    """Limit 5,000, 98 % on time, none late, use 25/40, no inquiries, four years, verified: 80 points, +30 %."""
    payment = table(
        "first", [column("on_time", "pct"), column("late", "count")], ({"on_time": ">= 95", "late": "= 0"}, "30")
    )
    use = table("first", [column("now", "pct"), column("peak", "pct")], ({"now": "< 30", "peak": "< 50"}, "25"))
    file = table(
        "first", [column("inquiries", "count"), column("years", "number"), column("verified", "flag")],
        ({"inquiries": "= 0", "years": ">= 3", "verified": "true"}, "25"),
    )  # fmt: skip
    change = table(
        "first", [column("score", "number")], ({"score": ">= 80"}, "30"), ({"score": ">= 60"}, "15"), ({}, "0")
    )
    score = sum(
        Decimal(band)
        for found_bands in (
            bands(payment, on_time=98, late=0), bands(use, now=25, peak=40), bands(file, inquiries=0, years=4, verified=True)
        )
        for band in found_bands
    )  # fmt: skip
    raised = Decimal(5_000) * Decimal(bands(change, score=score)[0]) / 100
    assert (score, raised, Decimal(5_000) + raised) == (80, 1_500, 6_500)
