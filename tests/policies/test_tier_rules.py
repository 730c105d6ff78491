"""Tier rules: scorecard and policy table as the domain wrote them, gates, hysteresis, levers, benefits, rebate."""

import dataclasses
import itertools
import json
from decimal import Decimal

import pytest

from policies.rules.cells import PolicyError
from policies.rules.tiers import rebate, trade
from policies.rules.tiers.accounts import account_tests
from policies.rules.tiers.benefits import benefits, compare
from policies.rules.tiers.disposition import disposition
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.gates import gate_failures
from policies.rules.tiers.levers import check_levers, levers
from policies.rules.tiers.rating import Standing, evaluate
from policies.rules.tiers.scorecard import rule, score, tier_card
from policies.rules.tiers.terms import tier_terms
from policies.rules.tiers.volume import volume_classes
from policies.seed import DATA, default_pack

D = Decimal
PACK = default_pack()
CARD = tier_card(PACK)
# A customer that earns every point.
BEST = Figures(
    volume_class=D(50), price_realisation_pct=D(99), growth_pct=D(20), on_time_pct=D(99), cm_ratio=D("1.3"),
    claims_pct=D(0), influence=D(5), grade="AAA", proactivity=D(10), overdue_days=0, licence_expired=False,
    peak_share_pct=D(12), active_months=12, cv=D("0.3"), trade_months=40, orders=40, volume_rank_pct=D("2.5"),
    cm_rank_pct=D(5), cm_pct=D(12), concession_pct=D(6), concession_change_pp=D(0), exception_requests=0,
    dumping_cases=0, outside_pct=D(0), ar_to_sales=D(0), overdue_pct=D(0), framework_contract=True,
    motivation_pct=D(80), quality_claims=0, complaint_days=0, net_sales=D(1_800_000), sales_last_year=D(1_500_000),
    monthly_average=D(150_000), paid_purchases=D(1_800_000), security_value=D(100_000), wadl_days=D(9),
)  # fmt: skip


EARNS = {
    "growth_pct": ((20, 10), (7, 8), (1, 6), (-5, 3), (-50, 0)),
    "price_realisation_pct": ((99, 10), (96, 8), (93, 5), (89, 2), (50, 0)),
    "on_time_pct": ((99, 20), (96, 17), (91, 13), (85, 8), (75, 4), (10, 0)),
    "cm_ratio": ((2, 15), (1, 12), ("0.8", 8), ("0.6", 4)),
}


def with_score(points: int, **changes) -> Figures:
    """Figures that score exactly so many points: T1, T6 and T8 full, the ratings T7 and T9 fill up the rest."""
    for chosen in itertools.product(*EARNS.values()):
        left = points - 30 - sum(earned for _, earned in chosen)
        if 0 <= left <= 15:
            values = {key: D(value) for key, (value, _) in zip(EARNS, chosen, strict=True)}
            rated = {"influence": D(min(left, 5)), "proactivity": D(left - min(left, 5))}
            return dataclasses.replace(BEST, **{**rated, **values, **changes})
    raise AssertionError(points)


def star(figures, current, previous=None, provisional=False):
    return evaluate(PACK, figures, Standing(current, provisional, previous)).star


def test_the_scorecard_is_the_one_of_the_domain():
    written = json.loads((DATA / "defaults.json").read_text("utf-8"))["tier_scorecard"]
    for factor, row in zip(CARD.factors, written, strict=True):
        assert (factor.code, factor.zh, factor.en, factor.kind) == (row["code"], row["zh"], row["en"], row["kind"])
        assert factor.max == row["max"]
        if row["bands"]:
            assert [(D(str(a)), D(b)) for a, b in row["bands"]] == [(D(a), b) for a, b in factor.bands]
    assert sum(factor.max for factor in CARD.factors) == 100
    assert [factor.bands for factor in CARD.factors if factor.code == "T8"] == [
        (("AAA", D(5)), ("AA", D(4)), ("A", D(3)), ("B", D(1)), ("C", D(0)))
    ]


def test_every_item_of_the_tier_policy_is_read():
    terms = PACK.tier_terms
    assert [terms[star].entry_score for star in (4, 3, 2, 1)] == [85, 68, 50, 0]
    assert [terms[star].grade_gate for star in (4, 3, 2, 1)] == ["AA", "A", "B", ""]
    assert [terms[star].discount_pct for star in (4, 3, 2, 1)] == [5, 3, 1, 0]
    assert [(terms[star].std_term, terms[star].max_term) for star in (4, 3, 2, 1)] == [
        (30, 60), (45, 60), (30, 45), (0, 15),
    ]  # fmt: skip
    assert [terms[star].unsecured_months for star in (4, 3, 2, 1)] == [None, D("1.5"), 1, None]
    assert [terms[star].placement_factor for star in (4, 3, 2, 1)] == [D("1.5"), 1, 1, 0]
    assert [terms[star].rebate_pct for star in (4, 3, 2, 1)] == [2, 2, 2, 0]
    assert [terms[star].rebate_withheld for star in (4, 3, 2, 1)] == [False, False, True, False]
    assert [terms[star].hidden_rebate_pct for star in (4, 3, 2, 1)] == [D("1.5"), 0, 0, 0]
    assert [terms[star].expense_pct for star in (4, 3, 2, 1)] == [D("1.5"), D("1.2"), D("0.8"), D("0.3")]
    assert [terms[star].visits.business for star in (4, 3, 2, 1)] == [24, 12, 8, 4]
    assert terms[1].visits.technical is None
    assert [terms[star].commission_pct for star in (4, 3, 2, 1)] == [D("0.8"), 1, D("1.2"), 1]
    assert terms[4].growth_commission_pct == D("0.5")
    assert [terms[star].overdue_max for star in (4, 3, 2, 1)] == [30, 60, None, None]
    assert terms[4].volume_class_max == 80
    assert terms[4].no_false_account
    assert terms[2].licences_valid
    assert terms[3].payment_steps == ((0, 100), (15, 80), (30, 50))
    assert [terms[star].rerating_months for star in (4, 3, 2, 1)] == [12, 12, 6, 3]
    assert [terms[star].regime.grace_days for star in (4, 3, 2, 1)] == [7, 5, 3, 0]
    assert terms[4].regime.tolerance_pct == 5
    assert terms[4].regime.warn_pct == 90


def test_a_tier_policy_that_cannot_be_read_is_refused():
    rows = [{**row.outputs, "item": row.outputs["zh"]} for row in PACK.tables["TIER-POLICY"].rows]
    with pytest.raises(PolicyError, match="走访"):
        tier_terms(row for row in rows if not row["item"].startswith("走访"))
    broken = [{**row, "4": "often"} if row["item"].startswith("评级频率") else row for row in rows]
    with pytest.raises(PolicyError, match="often"):
        tier_terms(broken)


def test_what_is_not_known_is_left_out_of_points_and_maximum_and_is_said():
    result = score(CARD, dataclasses.replace(BEST, price_realisation_pct=None, proactivity=None), min_scorable=D(50))
    assert (result.points, result.scorable, result.score) == (80, 80, 100)
    assert result.unknown == ("T2", "T9")
    assert score(CARD, Figures(on_time_pct=D(99)), min_scorable=D(50)).score is None


def test_the_sales_quality_factor_multiplies_t1_only():
    for cases, factor, points in ((0, 1, 100), (1, D("0.8"), 96), (2, D("0.5"), 90)):
        found = evaluate(PACK, dataclasses.replace(BEST, dumping_cases=cases), Standing(3))
        assert found.tests.t1_factor == factor
        assert found.score.score == points


def test_the_cumulative_class_is_that_of_the_customers_which_together_make_up_the_first_half():
    bounds = CARD.bounds("T1")
    classes = volume_classes({1: D(500), 2: D(300), 3: D(150), 4: D(50)}, bounds)
    assert [classes[key].bound for key in (1, 2, 3, 4)] == [50, 80, 95, 100]
    alone = volume_classes({1: D(900), 2: D(100), 3: D(0)}, bounds)
    assert [alone[key].bound for key in (1, 2, 3)] == [50, 95, 100]
    equal = volume_classes(dict.fromkeys(range(7), D(10)), bounds)
    assert {each.bound for each in equal.values()} == {50}


@pytest.mark.parametrize(
    ("current", "points", "previous", "expected"),
    [
        (3, 85, None, 3),  # in the band of 4 stars, but not two points above its entry
        (3, 86, None, 3),
        (3, 87, None, 4),
        (3, 85, 4, 4),  # for the second time
        (3, 84, 4, 3),
        (4, 82, None, 4),  # three points below the entry are tolerated
        (4, 81, None, 3),
        (3, 65, None, 3),
        (3, 64, None, 2),
        (2, 47, None, 2),
        (2, 46, None, 1),
        (1, 50, None, 1),
        (1, 52, None, 2),
        (2, 87, None, 4),
        (2, 86, None, 3),  # enough above the band of 3 stars, not of 4
        (4, 46, None, 1),
        (1, 46, None, 1),
    ],
)
def test_a_star_moves_only_when_the_score_is_clearly_in_another_band(current, points, previous, expected):
    figures = with_score(points)
    assert evaluate(PACK, figures, Standing(current)).score.score == points
    assert star(figures, current, previous) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"grade": "A"}, 3),
        ({"grade": "B"}, 2),
        ({"grade": "C"}, 1),
        ({"overdue_days": 30}, 4),
        ({"overdue_days": 31}, 3),
        ({"overdue_days": 61}, 2),
        ({"volume_class": D(95)}, 3),
        ({"licence_expired": True}, 1),
        ({"peak_share_pct": D(50)}, 2),
        ({"cm_rank_pct": D(40)}, 3),
        ({"concession_pct": D(20), "cm_pct": D("4.99")}, 3),
        ({"dumping_cases": 1}, 4),
        ({"dumping_cases": 2}, 3),
        ({"ar_to_sales": D("0.6"), "overdue_pct": D(15)}, 2),
    ],
)
def test_a_gate_that_fails_takes_the_star_away_whatever_the_score(change, expected):
    figures = dataclasses.replace(BEST, **change)
    assert star(figures, 4) == expected
    assert star(figures, 1, previous=4) == expected


def test_a_missing_figure_gives_no_star_and_takes_none_away():
    figures = dataclasses.replace(BEST, grade=None)
    assert star(figures, 4) == 4
    assert star(figures, 3, previous=4) == 3
    assert gate_failures(PACK, 4, figures, account_tests(PACK, figures))
    assert star(Figures(), 3) == 3
    assert evaluate(PACK, Figures(), Standing(3)).reasons[0].code == "TR-DATA"


def test_a_new_customer_carries_two_provisional_stars_until_three_months_and_the_first_rating():
    for figures in (dataclasses.replace(BEST, trade_months=2), Figures(trade_months=5), Figures()):
        for standing in (Standing(None), Standing(2, provisional=True)):
            found = evaluate(PACK, figures, standing)
            assert (found.star, found.provisional) == (2, True)
    rated = evaluate(PACK, dataclasses.replace(BEST, trade_months=3), Standing(2, provisional=True))
    assert (rated.star, rated.provisional, rated.direction, rated.changes) == (4, False, "first", True)


def test_a_provisional_star_has_the_terms_of_its_line_but_no_rebate_and_no_placement():
    given, usual = (benefits(PACK, 2, BEST, provisional=each) for each in (True, False))
    assert (given.discount_pct, given.std_term, given.unsecured_limit) == (1, 30, 150_000)
    assert (given.rebate_pct, given.projected_rebate, given.placement) == (0, 0, 0)
    assert (usual.rebate_pct, usual.projected_rebate, usual.placement) == (2, 36_000, 36_000)


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


def test_the_first_worked_example_three_months_and_three_quarters_in_one_are_a_one_off_buyer():
    year = trade.shape([D(900_000), D(200_000), D(100_000)] + [D(0)] * 9)
    assert (year.total, year.peak_share_pct, year.active_months) == (1_200_000, 75, 3)
    figures = dataclasses.replace(
        BEST, peak_share_pct=year.peak_share_pct, active_months=year.active_months, cv=year.cv, trade_months=8
    )
    tests = account_tests(PACK, figures)
    assert tests.flags == ("F1",)
    assert tests.max_star == 2
    assert [reason.code for reason in tests.test("F1").reasons] == ["F1", "F1", "F1"]
    assert "75 %" in tests.test("F1").reasons[0].en
    assert "75 %" in tests.test("F1").reasons[0].zh


def test_the_second_worked_example_rank_5_of_200_with_a_fifth_of_the_companys_margin_has_volume_without_profit():
    rank = trade.ranks({key: D(200 - key) for key in range(200)})[4]
    ratio = D("2.1") / D(11)
    assert (rank, trade.shown(ratio)) == (D("2.5"), D("0.19"))
    tests = account_tests(PACK, dataclasses.replace(BEST, volume_rank_pct=rank, cm_ratio=ratio, cm_pct=D("2.1")))
    assert tests.flags == ("F2",)
    assert tests.max_star == 3
    assert "0.19" in tests.test("F2").reasons[0].en


def test_the_third_worked_example_concessions_of_1057329_are_21_15_per_cent_and_a_squeezer():
    list_value, discount = D(5_000_000), D(600_000)
    credit = trade.cost_of_credit(list_value - discount, 75, D("0.08"))
    given = trade.concession(
        list_value, discount, rebate=D(200_000), expense=D(125_000), claims=D(60_000), credit=credit
    )
    assert credit.quantize(D(1)) == 72_329
    assert given.amount.quantize(D(1)) == 1_057_329
    assert given.pct is not None
    assert trade.shown(given.pct) == D("21.15")
    tests = account_tests(PACK, dataclasses.replace(BEST, concession_pct=given.pct, cm_pct=D("3.8")))
    assert tests.flags == ("F3",)
    assert tests.levers_off
    assert [shown.value_en for shown in tests.test("F3").figures][:2] == ["21.15 %", "3.80 %"]
    assert star(dataclasses.replace(BEST, concession_pct=given.pct, cm_pct=D("3.8")), 4) == 3


def test_a_test_without_its_figures_is_unknown_and_not_clear():
    tests = account_tests(PACK, Figures())
    assert {test.code: test.state for test in tests.tests} == dict.fromkeys(
        ["F1", "F2", "F3", "F4", "F5", "TRUE"], "unknown"
    )
    assert account_tests(PACK, Figures(volume_rank_pct=D(60))).test("F2").state == "clear"
    assert account_tests(PACK, Figures(peak_share_pct=D(80))).flags == ("F1",)


def test_the_positive_test_needs_all_five():
    assert account_tests(PACK, BEST).true_account
    for change in (
        {"active_months": 8}, {"orders": 11}, {"volume_class": D(95)}, {"cm_ratio": D("0.99")}, {"grade": "B"},
    ):  # fmt: skip
        assert account_tests(PACK, dataclasses.replace(BEST, **change)).test("TRUE").state == "not"


def test_dispositions_in_their_order():
    def of(star=3, score_star=3, **changes):
        return disposition(PACK, dataclasses.replace(BEST, **changes), star=star, score_star=score_star).code

    weak = {"grade": "C", "weak_reviews": 2}
    assert of() == "key"
    assert of(churn="red") == "watch"
    assert of(hard_red=True, key_account=True) == "watch"
    assert of(grade_fell=True) == "watch"
    assert of(grade="B", score_star=3) == "watch"
    assert of(star=1, score_star=1, **weak) == "eliminate"
    assert of(star=1, score_star=1, churn="red", **weak) == "watch"
    assert of(star=1, score_star=1, grade="C", weak_reviews=1) == "normal"
    assert of(star=2, score_star=2, dp_score=D(70), hp_score=D(70)) == "nurture"
    assert of(star=2, score_star=2, dp_score=D(69), hp_score=D(70)) == "normal"
    assert of(star=2, score_star=2, key_account=True) == "key"


def test_the_evaluation_is_the_same_after_storage_of_its_figures():
    again = Figures.from_json(json.loads(json.dumps(BEST.to_json())))
    assert again == BEST
    assert evaluate(PACK, again, Standing(3)).to_json() == evaluate(PACK, BEST, Standing(3)).to_json()


def test_the_numbers_of_the_rules_are_in_the_policy():
    assert (rule(PACK, "up_margin"), rule(PACK, "down_margin"), rule(PACK, "override_months")) == (2, 3, 6)
    with pytest.raises(PolicyError):
        rule(PACK, "unheard")
