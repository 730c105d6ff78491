"""The routes of the worked examples and every threshold of the authority matrix."""

from decimal import Decimal

import pytest

from policies.rules.hints import shorter
from policies.rules.plan import Plan, PolicyError, authority_ceiling, compile_plan
from policies.seed import default_pack
from tests.policies.facts import E1, E2, E3_ASKING_MORE, E4, E5, facts, limit

PACK = default_pack()


def plan_for(known):
    return compile_plan(PACK, "credit", known)


def route(known):
    """``SM > RD CC > CFO``"""
    return " > ".join(" ".join(step.role for step in stage.steps) for stage in plan_for(known).stages)


def codes(reasons):
    return [reason.code for reason in reasons]


def test_e1_goes_to_the_general_manager_and_its_longer_term_adds_nobody():
    plan = plan_for(E1)
    assert plan.bands == {"CL": "CL-4", "TE": "TE-2"}
    assert route(E1) == "SM > RD CC > CFO > GM"
    assert not plan.blocks
    assert "NO-REPORT" in codes(plan.notices)
    assert [reason.en for reason in plan.steps[-1].reasons] == ["unsecured exposure of the group 1,200,000 > 1,000,000"]


def test_e2_goes_to_the_cfo_at_the_standard_term_without_statements():
    plan = plan_for(E2)
    assert plan.bands == {"CL": "CL-3", "TE": "TE-1"}
    assert route(E2) == "SM > RD CC > CFO"
    assert not plan.escalators
    assert not plan.blocks


def test_e3_asking_300_000_at_45_days_is_raised_twice():
    plan = plan_for(E3_ASKING_MORE)
    assert codes(plan.escalators) == ["ES-1", "ES-3"]
    assert plan.bands == {"CL": "CL-4", "TE": "TE-3"}
    assert route(E3_ASKING_MORE) == "SM > RD CC > CFO > GM"
    assert "the requested limit 300,000 is 650 % above the formula limit 40,000 (> 20 %)" in [
        reason.en for reason in plan.steps[-1].reasons
    ]


def test_e4_new_customer_is_raised_from_the_credit_controller_to_the_finance_manager():
    plan = plan_for(E4)
    assert codes(plan.escalators) == ["ES-4"]
    assert plan.bands == {"CL": "CL-2", "TE": "TE-1"}
    assert route(E4) == "SM > CC > FM"


def test_e5_cannot_be_submitted_and_each_reason_is_a_sentence():
    blocks = plan_for(E5).blocks
    assert codes(blocks) == ["BL-OVERDUE", "BL-KNOCKOUT"]
    assert all(reason.zh.endswith("。") and reason.en.endswith(".") for reason in blocks)
    assert "95 days" in blocks[0].en


@pytest.mark.parametrize(
    ("amount", "band", "roles"),
    [
        ("100000", "CL-1", "SM > CC"),
        ("100000.01", "CL-2", "SM > CC > FM"),
        ("300000", "CL-2", "SM > CC > FM"),
        ("300000.01", "CL-3", "SM > RD CC > CFO"),
        ("1000000", "CL-3", "SM > RD CC > CFO"),
        ("1000000.01", "CL-4", "SM > RD CC > CFO > GM"),
        ("3000000", "CL-4", "SM > RD CC > CFO > GM"),
        ("3000000.01", "CL-5", "SM > RD CC LG > CFO > GM > CH"),
        ("0", "CL-1", "SM > CC"),
    ],
)
def test_an_amount_at_the_threshold_stays_in_the_lower_band(amount, band, roles):
    known = limit(amount)
    assert plan_for(known).bands["CL"] == band
    assert route(known) == roles


@pytest.mark.parametrize(
    ("term", "band"),
    [(0, "TE-1"), (30, "TE-1"), (31, "TE-2"), (60, "TE-2"), (61, "TE-3"), (75, "TE-3"), (76, "TE-4"), (120, "TE-4")],
)
def test_a_term_at_the_threshold_stays_in_the_lower_band(term, band):
    assert plan_for(limit(80_000, term_requested=term, term_std=30, term_max=60)).bands["TE"] == band


def test_more_than_90_days_in_total_is_the_highest_term_band_even_within_the_maximum():
    assert plan_for(limit(80_000, term_requested=90, term_std=60, term_max=90)).bands["TE"] == "TE-2"
    assert plan_for(limit(80_000, term_requested=91, term_std=60, term_max=120)).bands["TE"] == "TE-4"


def test_a_small_line_above_the_formula_or_below_grade_a_goes_to_the_finance_manager():
    assert plan_for(facts(limit_formula=Decimal(79_999))).bands["CL"] == "CL-2"
    assert plan_for(facts(grade="B")).bands["CL"] == "CL-2"
    assert plan_for(facts(limit_formula=Decimal(80_000), grade="A")).bands["CL"] == "CL-1"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"limit_formula": Decimal(100_000), "limit_requested": Decimal("120000.01")}, "ES-1"),
        ({"limit_formula": Decimal(0), "limit_requested": Decimal(1)}, "ES-1"),
        ({"limit_current": Decimal(200_000), "limit_requested": Decimal("300000.01")}, "ES-2"),
        ({"limit_current": Decimal(0), "limit_requested": Decimal(1)}, "ES-2"),
        ({"grade": "B", "limit_requested": Decimal("100000.01")}, "ES-3"),
        ({"new_customer": True}, "ES-4"),
        ({"overdue_amount": Decimal("0.01")}, "ES-5"),
        ({"grade_override": True}, "ES-6"),
        ({"group_ar_share_pct": Decimal("10.01")}, "ES-7"),
        ({"has_statements": False, "limit_requested": Decimal("500000.01")}, "ES-8"),
        ({"requests_in_window": 2}, "ES-9"),
    ],
)
def test_each_escalator_raises_just_above_its_threshold(changes, code):
    assert code in codes(plan_for(limit(80_000, **changes)).escalators)


@pytest.mark.parametrize(
    "changes",
    [
        {"limit_formula": Decimal(100_000), "limit_requested": Decimal(120_000)},
        {"limit_current": Decimal(200_000), "limit_requested": Decimal(300_000)},
        {"grade": "B", "limit_requested": Decimal(100_000)},
        {"group_ar_share_pct": Decimal(10)},
        {"has_statements": False, "limit_requested": Decimal(500_000)},
        {"requests_in_window": 1},
        {"limit_current": None},
    ],
)
def test_no_escalator_raises_exactly_at_its_threshold(changes):
    assert not plan_for(limit(80_000, **changes)).escalators


def test_escalators_raise_by_two_bands_at_most():
    known = limit(80_000, new_customer=True, overdue_amount=Decimal(1), overdue_days=1, grade_override=True)
    assert len(plan_for(known).escalators) == 3
    assert plan_for(known).bands["CL"] == "CL-3"


def test_the_highest_band_is_not_raised_further():
    assert plan_for(limit(4_000_000, new_customer=True)).bands["CL"] == "CL-5"


def test_the_union_of_limit_and_term_lets_each_role_act_once_at_its_latest_position():
    known = limit(80_000, term_requested=76, term_std=30, term_max=60)
    assert route(known) == "SM > RD CC LG > CFO > GM"


def test_the_cfo_stands_for_the_finance_manager_and_keeps_his_reason():
    known = limit(200_000, term_requested=70, term_std=30, term_max=60)
    assert route(known) == "SM > RD CC > CFO"
    assert codes(plan_for(known).steps[-1].reasons) == ["CL-2", "TE-3"]


def test_legal_joins_a_long_term_for_a_public_body():
    known = limit(80_000, term_requested=61, term_std=30, term_max=90, buyer_public_or_large=True)
    assert route(known) == "SM > RD CC LG"
    assert route({**known, "term_requested": 60}) == "SM > RD CC"


def test_sales_and_legal_endorse_and_only_the_finance_line_approves():
    modes = {step.role: step.mode for step in plan_for(limit(4_000_000)).steps}
    assert {role for role, mode in modes.items() if mode == "endorse"} == {"SM", "RD", "LG"}


def test_working_hours_are_the_sum_of_the_longest_step_of_each_stage():
    assert plan_for(limit(4_000_000)).expected_hours == 8 + 24 + 16 + 24 + 40
    assert plan_for(limit(80_000)).expected_hours == 8 + 8


def test_a_plan_survives_storage_and_a_changed_plan_is_recognised():
    plan = plan_for(E3_ASKING_MORE)
    stored = plan.to_json()
    assert Plan.from_json(stored) == plan
    stored["stages"][0]["steps"][0]["role"] = "REP"
    with pytest.raises(PolicyError):
        Plan.from_json(stored)


def test_the_same_amount_in_another_notation_gives_the_same_plan():
    assert plan_for(limit("1000000.00")).digest == plan_for(limit("1E+6")).digest == plan_for(limit(1_000_000)).digest


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), True, "80000"])
def test_an_amount_that_is_no_exact_number_is_refused(value):
    with pytest.raises(PolicyError, match="limit_requested"):
        plan_for({**facts(), "limit_requested": value})


def test_another_kind_of_request_is_refused():
    with pytest.raises(PolicyError):
        compile_plan(PACK, "price", facts())


@pytest.mark.parametrize(
    ("role", "ceiling"),
    [
        ("SM", Decimal(0)),
        ("RD", Decimal(0)),
        ("LG", Decimal(0)),
        ("CC", Decimal(100_000)),
        ("FM", Decimal(300_000)),
        ("CFO", Decimal(1_000_000)),
        ("GM", Decimal(3_000_000)),
        ("CH", None),
        ("AUD", Decimal(0)),
    ],
)
def test_who_may_finally_approve_how_much(role, ceiling):
    assert authority_ceiling(PACK, role, "credit", "exposure_unsecured_group") == ceiling


@pytest.mark.parametrize("amount", [100_000, 300_000, 1_000_000, 3_000_000, 9_000_000])
def test_the_last_approver_of_a_route_has_the_authority_for_its_amount(amount):
    last = plan_for(limit(amount)).steps[-1]
    ceiling = authority_ceiling(PACK, last.role, "credit", "exposure_unsecured_group")
    assert ceiling is None or ceiling >= amount


def test_hints_name_the_amount_below_which_somebody_is_not_needed():
    assert [hint.en for hint in shorter(PACK, "credit", E1)] == [
        "at 1,000,000 or below the GM is not needed",
        "at 300,000 or below the CFO and the GM are not needed",
    ]


def test_hints_name_the_term_below_which_somebody_is_not_needed():
    known = limit(80_000, term_requested=70, term_std=30, term_max=60)
    assert [hint.en for hint in shorter(PACK, "credit", known)] == [
        "with a payment term of 60 days or less the CFO is not needed",
        "with a payment term of 30 days or less the regional director and the CFO are not needed",
    ]


def test_hints_name_the_amount_that_could_be_submitted():
    known = limit(1_400_000, has_statements=False)
    first = shorter(PACK, "credit", known)[0]
    assert (first.en, first.zh) == (
        "at 1,000,000 or below the request can be submitted",
        "申请额度不超过 1,000,000 时，可以提交",
    )


def test_the_shortest_route_has_no_hint():
    assert shorter(PACK, "credit", limit(80_000)) == []
