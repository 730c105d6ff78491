"""Tier rules: scorecard and policy table as the domain wrote them, gates, hysteresis, levers, benefits, rebate."""

import dataclasses
import json
from decimal import Decimal

import pytest

from policies.rules.cells import PolicyError
from policies.rules.tiers.accounts import account_tests
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.gates import gate_failures
from policies.rules.tiers.rating import Standing, evaluate
from policies.rules.tiers.scorecard import rule, score, tier_card
from policies.rules.tiers.terms import tier_terms
from policies.rules.tiers.volume import volume_classes
from policies.seed import DATA, default_pack
from tests.policies.tiers import BEST, with_score

D = Decimal
PACK = default_pack()
CARD = tier_card(PACK)


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


def test_the_evaluation_is_the_same_after_storage_of_its_figures():
    again = Figures.from_json(json.loads(json.dumps(BEST.to_json())))
    assert again == BEST
    assert evaluate(PACK, again, Standing(3)).to_json() == evaluate(PACK, BEST, Standing(3)).to_json()


def test_the_numbers_of_the_rules_are_in_the_policy():
    assert (rule(PACK, "up_margin"), rule(PACK, "down_margin"), rule(PACK, "override_months")) == (2, 3, 6)
    with pytest.raises(PolicyError):
        rule(PACK, "unheard")
