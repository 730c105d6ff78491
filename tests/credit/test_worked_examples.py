"""The five worked examples of the credit standard, to the printed score and to the cent."""

import json
from decimal import Decimal

import pytest

from credit.rules.gates import GateFacts, caps, knock_outs
from credit.rules.limit import (
    LimitInput,
    LimitResult,
    Security,
    above_pct,
    cost_of_credit,
    effective_terms,
    limit,
)
from credit.rules.scorecard import ScoreResult, printed, score, variant_for
from policies.rules.tiers.terms import TierTerms
from policies.seed import DATA, default_pack

PACK = default_pack()
PARAMETERS = PACK.parameters
EXAMPLES = json.loads((DATA / "defaults.json").read_text(), parse_float=Decimal)["examples"]
CASES = {case["input"]["name"].split()[0]: case for case in EXAMPLES}


def tier_of(case: dict) -> TierTerms:
    stars = case["input"]["tier"].removesuffix("★")
    return PACK.tier_terms[int(stars) if stars.isdigit() else 2]


def scored(name: str, **changes: object) -> ScoreResult:
    given = CASES[name]["input"]
    values = {
        code: None if value is None else Decimal(str(value))
        for section in ("HP", "CE", "FA", "DP")
        for code, value in {**given.get(section, {}), **changes}.items()
    }
    new = bool(given.get("new"))
    facts = GateFacts(
        new_customer=new,
        has_statements="FA" in given,
        undisputed_overdue_days=95 if "knockout" in given else 0,
        overdue_days=95 if "knockout" in given else 0,
    )
    variant = variant_for(new_customer=new, has_statements="FA" in given)
    return score(
        PACK.scorecard,
        PACK.grades,
        variant,
        values,
        knock_outs=knock_outs(PACK.tables, facts),
        caps=caps(PACK.tables, facts),
    )


def limited(name: str, **changes: object) -> LimitResult:
    given = {**CASES[name]["input"], **changes}
    monthly = Decimal(str(given["monthly"])) * (PARAMETERS.new_customer_factor if given.get("new") else 1)
    security = Decimal(str(given.get("security", 0)))
    return limit(
        LimitInput(
            requested=Decimal(given["requested"]),
            term_days=given["term"],
            monthly=monthly,
            grade=PACK.grade(scored(name).grade),
            tnw=None if "tnw" not in given else Decimal(given["tnw"]),
            turnover=None if "turnover" not in given else Decimal(given["turnover"]),
            securities=[Security("", security)] if security else [],
            tier=tier_of(CASES[name]),
        ),
        PARAMETERS,
    )


@pytest.mark.parametrize(
    ("name", "sections", "weights", "printed_score", "grade"),
    [
        ("E1", {"HP": "96", "CE": "95", "FA": "81", "DP": "97"}, "0.4 0.2 0.2 0.2", "93.00", "AAA"),
        ("E2", {"HP": "87", "CE": "75.5", "DP": "75.5"}, "0.5 0.25 0.25", "81.25", "AA"),
        ("E3", {"HP": "71", "CE": "61.25", "FA": "50", "DP": "62"}, "0.4 0.2 0.2 0.2", "63.05", "B"),
        ("E4", {"CE": "77.69", "FA": "79"}, "0.5 0.5", "78.34", "A"),
        ("E5", {"HP": "61", "CE": "74.75", "FA": "56", "DP": "83"}, "0.4 0.2 0.2 0.2", "67.15", "C"),
    ],
)
def test_published_example_gives_the_printed_sections_weights_score_and_grade(
    name: str, sections: dict[str, str], weights: str, printed_score: str, grade: str
) -> None:
    result = scored(name)
    shown = {code: printed(s.score) for code, s in result.sections.items() if s.score is not None}
    used = {code: value for code, value in shown.items() if code in result.weights}
    assert used == {code: Decimal(value) for code, value in sections.items()}
    assert list(result.weights.values()) == [Decimal(w) for w in weights.split()]
    assert result.score == Decimal(printed_score)
    assert result.grade == grade


@pytest.mark.parametrize(
    ("name", "monthly", "k", "need", "fin", "sec", "formula", "recommended"),
    [
        ("E1", 820_000, "1.5", 1_845_000, 2_275_000, 0, 1_840_000, 1_200_000),
        ("E2", 420_000, "1.0", 630_000, 1_100_000, 0, 630_000, 500_000),
        ("E3", 150_000, "0.6", 45_000, 90_000, 0, 40_000, 40_000),
        ("E4", 150_000, "0.8", 120_000, 480_000, 80_000, 120_000, 120_000),
        ("E5", 500_000, "0.0", 0, 0, 0, 0, 0),
    ],
)
def test_published_example_gives_the_limit_to_the_cent(
    name: str, monthly: int, k: str, need: int, fin: int, sec: int, formula: int, recommended: int
) -> None:
    result = limited(name)
    assert (result.monthly, result.k) == (Decimal(monthly), Decimal(k))
    assert (result.need, result.fin, result.sec) == (Decimal(need), Decimal(fin), Decimal(sec))
    assert (result.formula, result.recommended) == (Decimal(formula), Decimal(recommended))


def test_e1_terms_are_thirty_standard_and_sixty_at_most() -> None:
    terms = effective_terms(PACK.grade("AAA"), PACK.tier_terms[4], new_customer=False, parameters=PARAMETERS)
    assert (terms.standard, terms.longest) == (30, 60)
    assert terms.formula_term(45) == 45


def test_e3_asked_for_forty_five_days_is_computed_at_its_standard_fifteen() -> None:
    terms = effective_terms(PACK.grade("B"), PACK.tier_terms[2], new_customer=False, parameters=PARAMETERS)
    assert (terms.formula_term(45), terms.suggested(45)) == (15, 30)


def test_e3_counter_offer_is_ninety_thousand_at_thirty_days() -> None:
    assert limited("E3", term=30).formula == Decimal(90_000)


def test_e3_with_a_guarantee_rises_in_score_but_the_need_keeps_the_limit_at_ninety_thousand() -> None:
    assert scored("E3", FA9=Decimal("66.67")).score == Decimal("64.45")
    assert limited("E3", term=30, security=200_000).formula == Decimal(90_000)


def test_e4_is_not_scored_on_potential_because_only_forty_five_points_have_data() -> None:
    section = scored("E4").sections["DP"]
    assert (section.scorable, section.score) == (Decimal(45), None)


def test_e4_asks_for_sixty_seven_percent_more_than_the_formula() -> None:
    assert above_pct(Decimal(200_000), limited("E4").formula) == Decimal("66.67")


def test_e5_would_be_grade_b_without_the_knock_out() -> None:
    result = scored("E5")
    assert result.grade_by_score == "B"
    assert [reason.code for reason in result.knock_outs] == ["KO-3"]


def test_thirty_extra_days_on_a_million_cost_6575_34_at_eight_percent() -> None:
    assert cost_of_credit(Decimal(1_000_000), 30, Decimal("0.08")) == Decimal("6575.34")
