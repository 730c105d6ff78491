"""Who decides about temporary limits, decreases, freezes and closings (TL, CL-0)."""

from decimal import Decimal

import pytest

from policies.rules.plan import compile_plan
from policies.seed import default_pack
from tests.policies.facts import facts

PACK = default_pack()
KNOWN = {
    "tier": 2, "key_account": False, "by_controller": False, "frozen": False, "has_line": True, "freeze": False,
    "close": False, "unfreeze": False, "temporary": False, "temporary_in_12m": 0,
}  # fmt: skip


def plan_for(**changes):
    return compile_plan(PACK, "credit", facts(**{**KNOWN, **changes}))


def temporary(share, days, **changes):
    return plan_for(temporary=True, temporary_share_pct=Decimal(share), temporary_days=days, **changes)


def path(plan):
    return [[f"{step.role} {step.mode}" for step in stage.steps] for stage in plan.stages]


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("share", "days", "band"),
    [
        (20, 30, "TL-1"),
        ("0.01", 1, "TL-1"),
        ("20.01", 30, "TL-2"),
        (20, 31, "TL-2"),
        (50, 60, "TL-2"),
        ("50.01", 60, "TL-3"),
        (1, 61, "TL-3"),
    ],
)
def test_a_temporary_limit_is_routed_by_its_share_and_its_days(share, days, band) -> None:
    plan = temporary(share, days)
    assert plan.bands["CL"] == band
    assert not plan.blocks


def test_the_chains_of_temporary_limits_are_those_of_the_domain() -> None:
    assert path(temporary(20, 30)) == [["SM endorse"], ["CC approve"]]
    assert path(temporary(50, 60)) == [["SM endorse"], ["RD endorse", "CC approve"], ["FM approve"]]
    assert path(temporary(90, 60)) == [["SM endorse"], ["RD endorse", "CC approve"], ["CFO approve"], ["GM approve"]]


def test_escalators_of_ordinary_limits_leave_a_temporary_one_alone() -> None:
    plan = temporary(10, 10, new_customer=True, grade_override=True, limit_formula=Decimal(0))
    assert (plan.bands["CL"], plan.escalators) == ("TL-1", ())


def test_the_payment_term_is_not_decided_again_with_a_temporary_limit() -> None:
    assert path(temporary(10, 10, term_requested=80, term_std=30, term_max=45)) == path(temporary(10, 10))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"overdue_days": 8}, "BL-TEMPORARY-OVERDUE"),
        ({"temporary_in_12m": 2}, "BL-TEMPORARY-TWICE"),
        ({"has_line": False}, "BL-TEMPORARY-BASE"),
        ({"frozen": True}, "BL-FROZEN"),
    ],
)
def test_what_stops_a_temporary_limit(changes, code) -> None:
    assert codes(temporary(10, 10, **changes).blocks) == [code]


def test_a_temporary_limit_passes_at_its_thresholds() -> None:
    assert not temporary(10, 10, overdue_days=7, temporary_in_12m=1).blocks


@pytest.mark.parametrize("measure", ["freeze", "close", "decrease"])
def test_credit_control_decides_a_reduction_alone(measure) -> None:
    lower = {"limit_current": Decimal(100_000)}
    assert path(plan_for(**{measure: True}, **lower)) == [["CC approve"]]
    assert path(plan_for(**{measure: True}, by_controller=True, **lower)) == []


@pytest.mark.parametrize("who", [{"tier": 3}, {"tier": 4}, {"key_account": True}, {"tier": 4, "key_account": True}])
def test_for_important_customers_it_is_ratified_and_otherwise_goes_to_the_cfo(who) -> None:
    ratified = [["RD ratify", "FM ratify"], ["CFO appeal"]]
    assert path(plan_for(freeze=True, **who)) == [["CC approve"], *ratified]
    plan = plan_for(freeze=True, by_controller=True, **who)
    assert path(plan) == ratified
    assert {step.role: step.sla_hours for step in plan.steps} == {"RD": 24, "FM": 24, "CFO": 16}


def test_an_expired_licence_an_overdue_and_an_incomplete_file_do_not_stop_a_freeze() -> None:
    bad = {"licence_expired": True, "overdue_days": 95, "file_complete_pct": Decimal(10), "knocked_out": True}
    assert not plan_for(freeze=True, **bad).blocks


def test_a_frozen_line_is_first_unfrozen_along_the_ordinary_path() -> None:
    assert codes(plan_for(frozen=True).blocks) == ["BL-FROZEN"]
    assert codes(plan_for(frozen=True, freeze=True).blocks) == ["BL-FROZEN-ALREADY"]
    assert codes(plan_for(unfreeze=True).blocks) == ["BL-NOT-FROZEN"]
    assert not plan_for(frozen=True, close=True).blocks
    thawed = plan_for(frozen=True, unfreeze=True)
    assert (thawed.bands["CL"], thawed.blocks) == ("CL-1", ())


def test_nothing_is_frozen_or_closed_without_a_line() -> None:
    assert codes(plan_for(freeze=True, has_line=False).blocks) == ["BL-NO-LINE-FREEZE"]
    assert codes(plan_for(close=True, has_line=False).blocks) == ["BL-NO-LINE-CLOSE"]
