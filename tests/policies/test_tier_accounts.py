"""False key accounts: the three worked examples of the domain, unknown figures, the positive test, dispositions."""

import dataclasses
from decimal import Decimal

from policies.rules.tiers import trade
from policies.rules.tiers.accounts import account_tests
from policies.rules.tiers.disposition import disposition
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.rating import Standing, evaluate
from policies.seed import default_pack
from tests.policies.tiers import BEST

D = Decimal
PACK = default_pack()


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
    squeezed = dataclasses.replace(BEST, concession_pct=given.pct, cm_pct=D("3.8"))
    assert evaluate(PACK, squeezed, Standing(4)).star == 3


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
