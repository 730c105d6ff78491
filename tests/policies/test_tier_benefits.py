"""What stars give: levers, terms, limits, rebate arithmetic."""

import dataclasses
from decimal import Decimal

from policies.rules.tiers import rebate
from policies.rules.tiers.accounts import account_tests
from policies.rules.tiers.benefits import benefits, compare
from policies.rules.tiers.levers import check_levers, levers
from policies.seed import default_pack
from tests.policies.tiers import BEST

D = Decimal
PACK = default_pack()


def test_levers_follow_from_data_at_most_two_at_once_and_none_for_a_squeezer():
    tests = account_tests(PACK, BEST)
    assert [lever.code for lever in levers(PACK, BEST, tests) if lever.eligible] == ["P", "T", "E"]
    assert not check_levers(PACK, ["P", "T"], BEST, tests)
    assert [reason.code for reason in check_levers(PACK, ["P", "T", "E"], BEST, tests)] == ["LEVER-COUNT"]
    for code, change in (
        ("P", {"on_time_pct": D("94.99")}),
        ("P", {"volume_class": D(95)}),
        ("T", {"price_realisation_pct": D("97.99")}),
        ("T", {"framework_contract": False}),
        ("T", {"active_months": 9}),
        ("E", {"motivation_pct": D("74.99")}),
        ("E", {"quality_claims": 1}),
        ("E", {"complaint_days": 15}),
        ("E", {"motivation_pct": None}),
    ):
        weaker = dataclasses.replace(BEST, **change)
        assert [reason.code for reason in check_levers(PACK, [code], weaker, tests)] == [f"LEVER-{code}"], change
    squeezed = account_tests(PACK, dataclasses.replace(BEST, concession_pct=D(21), cm_pct=D(3)))
    assert not any(lever.eligible for lever in levers(PACK, BEST, squeezed))


def test_a_lever_never_lifts_the_maximum_of_the_credit_grade():
    for grade in PACK.grades:
        figures = dataclasses.replace(BEST, grade=grade.grade)
        for each in (1, 2, 3, 4):
            given = benefits(PACK, each, figures, levers=["T"])
            assert given.std_term <= grade.max_term
            assert given.max_term <= grade.max_term
    assert benefits(PACK, 4, BEST, levers=["P"]).discount_pct == 7
    assert benefits(PACK, 4, BEST, levers=["E"]).visits.business == 30
    assert benefits(PACK, 4, BEST, levers=["E"]).expense_budget == D("32400.00")


def test_the_effective_term_is_the_shorter_of_tier_and_grade():
    given = benefits(PACK, 3, dataclasses.replace(BEST, grade="B"))
    grade = PACK.grade("B")
    assert (given.std_term, given.max_term) == (min(45, grade.std_term), min(60, grade.max_term))


def test_the_limit_rule_of_each_star_as_an_amount():
    assert [benefits(PACK, each, BEST).unsecured_limit for each in (4, 3, 2, 1)] == [None, 225_000, 150_000, 80_000]


def test_two_stars_side_by_side_say_what_becomes_better():
    rows = {row.code: row for row in compare(benefits(PACK, 2, BEST), benefits(PACK, 4, BEST))}
    assert (rows["discount"].before_en, rows["discount"].after_en, rows["discount"].better) == ("1 %", "5 %", True)
    assert rows["rebate"].better is None
    assert rows["regime"].after_zh.startswith("正常")
    worse = {row.code: row for row in compare(benefits(PACK, 4, BEST), benefits(PACK, 1, BEST))}
    assert worse["placement"].better is False


def test_the_rebate_example_36000_becomes_28800_and_pays_the_placement_first():
    terms = PACK.tier_terms[2]
    gate = rebate.payment_gate(terms, D(9))
    earned = rebate.accrual(D(1_800_000), terms.rebate_pct, gate)
    assert (earned.projected, earned.gate_pct, earned.payable) == (36_000, 80, 28_800)
    assert benefits(PACK, 2, BEST).placement == 36_000
    assert rebate.set_off(earned.payable, D(10_000)) == rebate.SetOff(D(10_000), D(18_800), D(0))
    assert rebate.set_off(earned.payable, D(36_000)) == rebate.SetOff(D(28_800), D(0), D(7_200))


def test_the_payment_gate_steps():
    terms = PACK.tier_terms[4]
    steps = ((0, 100), ("0.01", 80), (15, 80), ("15.01", 50), (30, 50), ("30.01", 0), (400, 0))
    for days, pct in steps:
        assert rebate.payment_gate(terms, D(days)) == pct
    assert rebate.payment_gate(PACK.tier_terms[1], D(0)) == 0


def test_the_progressive_rebate_gives_each_segment_its_own_rate():
    steps = rebate.segments(PACK)
    assert [step.pct for step in steps] == [1, 2, 3, 4]
    assert rebate.progressive(D(500_000), steps) == 5_000
    assert rebate.progressive(D(1_000_000), steps) == 15_000
    assert rebate.progressive(D(3_500_000), steps) == 5_000 + 10_000 + 60_000 + 20_000


def test_a_provisional_star_has_the_terms_of_its_line_but_no_rebate_and_no_placement():
    given, usual = (benefits(PACK, 2, BEST, provisional=each) for each in (True, False))
    assert (given.discount_pct, given.std_term, given.unsecured_limit) == (1, 30, 150_000)
    assert (given.rebate_pct, given.projected_rebate, given.placement) == (0, 0, 0)
    assert (usual.rebate_pct, usual.projected_rebate, usual.placement) == (2, 36_000, 36_000)
