"""Who decides a tier change: TC-1 to TC-7, overrides, emergencies, objections, levers, and what stops it."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest

from policies.rules.plan import authority_ceiling, compile_plan
from policies.rules.tiers.rating import Standing, evaluate
from policies.rules.tiers.routing import Change, routing_facts
from policies.seed import default_pack
from tests.policies.tiers import BEST, with_score

PACK = default_pack()
TODAY = date(2026, 11, 22)


def facts(figures=BEST, *, current=3, new=4, on=TODAY, provisional=False, open_duplicate=False, **changes):
    change = Change(
        current_star=current,
        new_star=new,
        current_provisional=provisional,
        **{"effective_from": TODAY + timedelta(days=1), "reason": "yearly rating", **changes},
    )
    evaluation = evaluate(PACK, figures, Standing(current, provisional))
    return {**routing_facts(PACK, evaluation, change, on), "open_duplicate": open_duplicate}


def plan(figures=BEST, **changes):
    return compile_plan(PACK, "tier_change", facts(figures, **changes))


def path(found):
    return [" ∥ ".join(step.role for step in stage.steps) for stage in found.stages]


def modes(found):
    return {step.role: step.mode for step in found.steps}


def blocks(figures=BEST, **changes):
    return {reason.code for reason in plan(figures, **changes).blocks}


def test_tc_1_up_to_two_stars():
    found = plan(with_score(55), current=1, new=2)
    assert found.bands == {"TC": "TC-1"}
    assert path(found) == ["SM", "CC", "RD"]
    assert not found.blocks


def test_tc_2_up_to_three_stars():
    found = plan(with_score(75), current=2, new=3)
    assert (found.bands, path(found)) == ({"TC": "TC-2"}, ["SM", "RD ∥ CC"])
    assert not found.blocks


def test_tc_3_up_to_four_stars_or_onto_the_key_account_list():
    found = plan()
    assert (found.bands, path(found)) == ({"TC": "TC-3"}, ["SM", "RD ∥ CC ∥ FM", "GM"])
    listed = plan(with_score(75), current=3, new=3, key_account_new=True)
    assert (listed.bands, path(listed)) == ({"TC": "TC-3"}, path(found))
    assert not listed.blocks


@pytest.mark.parametrize(
    ("figures", "changes"),
    [
        (BEST, {"current": 2, "new": 4}),
        (with_score(60), {"current": 2, "new": 3}),
        (dataclasses.replace(BEST, grade="B"), {"current": 2, "new": 3}),
        (dataclasses.replace(BEST, grade=None), {"current": 2, "new": 3}),
        (dataclasses.replace(BEST, peak_share_pct=Decimal(60)), {"current": 2, "new": 3}),
        (dataclasses.replace(BEST, dumping_cases=2), {"current": 3, "new": 3, "key_account_new": True}),
    ],
)
def test_tc_4_an_override_goes_to_the_cfo_and_the_general_manager(figures, changes):
    found = plan(figures, **changes)
    assert (found.bands, path(found)) == ({"TC": "TC-4"}, ["SM", "RD ∥ CC ∥ FM", "CFO", "GM"])
    assert not found.blocks


def test_an_override_is_said_to_be_valid_for_six_months():
    assert "6 months" in " ".join(notice.en for notice in plan(with_score(60), current=2, new=3).notices)


def test_tc_5_down_one_star_asks_the_sales_manager_for_a_comment():
    found = plan(with_score(60), current=3, new=2)
    assert (found.bands, path(found)) == ({"TC": "TC-5"}, ["SM", "RD"])
    assert modes(found) == {"SM": "comment", "RD": "approve"}
    assert next(step for step in found.steps if step.role == "SM").sla_hours == 24
    assert {notice.code for notice in found.notices} >= {"NO-TC-INFORM"}


def test_an_objection_to_a_downgrade_adds_the_credit_controller():
    calm = facts(with_score(60), current=3, new=2)
    found = compile_plan(PACK, "tier_change", {**calm, "objected": True})
    assert path(found) == ["SM", "RD ∥ CC"]
    rising = compile_plan(PACK, "tier_change", {**facts(), "objected": True})
    assert path(rising) == path(plan())


@pytest.mark.parametrize(
    "changes",
    [
        {"current": 2, "new": 1},
        {"current": 4, "new": 1},
        {"current": 3, "new": 3, "key_account_now": True},
        {"current": 2, "new": 2, "exit": True, "sponsor_informed": True},
    ],
)
def test_tc_6_down_to_one_star_exit_and_removal_from_the_list(changes):
    found = plan(with_score(40), **changes)
    assert (found.bands, path(found)) == ({"TC": "TC-6"}, ["SM", "RD ∥ CC", "CFO", "GM"])
    assert not found.blocks


def test_tc_7_an_emergency_takes_effect_at_once_and_is_ratified_afterwards():
    figures = dataclasses.replace(BEST, hard_red=True)
    found = plan(figures, current=4, new=1, emergency=True)
    assert (found.bands, path(found)) == ({"TC": "TC-7"}, ["CC", "RD ∥ FM", "CFO"])
    assert modes(found) == {"CC": "approve", "RD": "ratify", "FM": "ratify", "CFO": "appeal"}
    assert {step.sla_hours for step in found.steps if step.mode == "ratify"} == {24}
    assert not found.blocks
    ordered = {**facts(figures, current=4, new=1, emergency=True), "by_credit_control": True}
    own = compile_plan(PACK, "tier_change", ordered)
    assert (path(own), modes(own)["RD"]) == (["RD ∥ FM", "CFO"], "ratify")
    assert "BL-TC-SIGNAL" in blocks(current=4, new=1, emergency=True)
    assert "BL-TC-RISE" in blocks(figures, current=3, new=4, emergency=True)


def test_price_and_term_levers_together_need_the_cfo():
    one = plan(with_score(75), current=3, new=3, levers=frozenset("P"))
    assert path(one) == ["SM", "RD ∥ CC"]
    strong = dataclasses.replace(BEST, growth_pct=Decimal(-50), proactivity=Decimal(0))
    both = plan(strong, current=3, new=3, levers=frozenset("PT"))
    assert both.bands == {"TC": "TC-2", "TC-JOIN": "TC-PT"}
    assert path(both) == ["SM", "RD ∥ CC", "CFO"]
    assert path(plan(levers=frozenset("PT"))) == ["SM", "RD ∥ CC", "CFO", "GM"]
    assert path(plan(with_score(55), current=1, new=2, levers=frozenset("PT"))) == ["SM", "CC", "RD", "CFO"]
    assert not both.blocks


@pytest.mark.parametrize(
    ("code", "figures", "changes"),
    [
        ("BL-TC-SAME", BEST, {"current": 4, "new": 4}),
        ("BL-TC-PAST", BEST, {"effective_from": TODAY - timedelta(days=1)}),
        ("BL-TC-REASON", BEST, {"reason": "  "}),
        ("BL-TC-LEVERS", BEST, {"levers": frozenset("PTE")}),
        ("BL-TC-LEVER", dataclasses.replace(BEST, on_time_pct=Decimal(90)), {"levers": frozenset("P")}),
        ("BL-TC-OPEN", BEST, {"open_duplicate": True}),
        ("BL-TC-STAR", BEST, {"new": 5}),
        ("BL-TC-LICENCE", dataclasses.replace(BEST, licence_expired=True), {}),
        ("BL-TC-SPONSOR", BEST, {"new": 1, "exit": True}),
        ("BL-TC-RISE-EXIT", BEST, {"current": 2, "new": 4, "emergency": True, "exit": True}),
        ("BL-TC-RISE-LIST", BEST, {"new": 4, "current": 4, "emergency": True, "exit": True, "key_account_new": True}),
        ("BL-TC-LISTS", BEST, {"new": 2, "key_account_new": True}),
    ],
)
def test_what_stops_a_tier_change(code, figures, changes):
    assert code in blocks(figures, **changes)


def test_a_lever_is_a_change_and_so_is_the_confirmation_of_a_provisional_star():
    assert "BL-TC-SAME" not in blocks(current=4, new=4, levers=frozenset("E"))
    assert "BL-TC-SAME" in blocks(current=4, new=4, levers=frozenset("E"), current_levers=frozenset("E"))
    confirmed = plan(with_score(55), current=2, new=2, provisional=True)
    assert (confirmed.bands, confirmed.blocks) == ({"TC": "TC-1"}, ())
    first = plan(with_score(75), current=None, new=3)
    assert first.bands == {"TC": "TC-2"}


def test_a_star_that_is_kept_has_the_tolerance_of_the_evaluation():
    assert plan(with_score(66), current=3, new=3, levers=frozenset("P")).bands == {"TC": "TC-2"}
    assert plan(with_score(64), current=3, new=3, levers=frozenset("P")).bands == {"TC": "TC-4"}


def test_an_unknown_fact_without_which_nothing_can_be_routed_is_a_block():
    known = facts()
    for key in ("new_star", "star_change", "below_band", "gate_failed", "false_account"):
        found = compile_plan(PACK, "tier_change", {**known, key: None})
        assert "BL-UNKNOWN" in {reason.code for reason in found.blocks}


def test_whoever_decides_last_has_the_authority_for_it():
    for figures, changes in (
        (with_score(55), {"current": 1, "new": 2}),
        (with_score(75), {"current": 2, "new": 3}),
        (BEST, {}),
        (with_score(60), {"current": 2, "new": 3}),
        (with_score(60), {"current": 3, "new": 2}),
        (with_score(40), {"current": 3, "new": 1}),
        (dataclasses.replace(BEST, hard_red=True), {"current": 4, "new": 1, "emergency": True}),
    ):
        asked = facts(figures, **changes)
        found = compile_plan(PACK, "tier_change", asked)
        deciding = [stage for stage in found.stages if any(step.mode == "approve" for step in stage.steps)][-1]
        for step in deciding.steps:
            ceiling = authority_ceiling(PACK, step.role, "tier_change", "authority_level")
            assert ceiling is None or ceiling >= asked["authority_level"]


def test_a_worse_case_for_a_rise_never_needs_fewer_approvals():
    """The same rise, of a customer that deserves it less and less."""
    rising = [
        plan(with_score(75), current=2, new=3),
        plan(with_score(66), current=2, new=3),
        plan(dataclasses.replace(with_score(66), grade="B"), current=2, new=3),
        plan(dataclasses.replace(with_score(66), grade="B", peak_share_pct=Decimal(70)), current=2, new=3),
    ]
    counts = [len(each.steps) for each in rising]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_every_reason_and_block_is_said_in_both_languages():
    for table in ("TC", "TC-JOIN", "TC-BL", "TC-NO"):
        for row in PACK.tables[table].rows:
            assert row.outputs["zh"]
            assert row.outputs["en"]
            assert row.condition("zh")
            assert row.condition("en")
