"""Properties of scoring and limits that hold for every customer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from credit.rules.gates import Cap
from credit.rules.indicators import peak_balance
from credit.rules.limit import LimitInput, Security, limit
from credit.rules.scorecard import final_grade, ladder, score, score_indicator, score_section
from customers.rules.ledger import InvoiceEntry, Ledger, ReceiptEntry, Settlement
from policies.rules.standards import Indicator
from policies.rules.tables import Reason
from policies.seed import default_pack

PACK = default_pack()
CARD = PACK.scorecard
INDICATORS = [indicator for section in CARD.sections for indicator in section.indicators]
numbers = st.decimals(-10_000, 10_000, places=2)
grades = st.sampled_from([grade.grade for grade in PACK.grades])
money = st.decimals(0, 10**9, places=2)
REASON = Reason("X", "x", "x")


def value_for(indicator: Indicator) -> st.SearchStrategy[Decimal]:
    return st.integers(0, 4).map(Decimal) if indicator.kind == "anchor" else numbers


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Decimal | None]:
    """A customer: any indicator may be without data."""
    return {i.code: draw(st.none() | value_for(i)) for i in INDICATORS}


@given(st.sampled_from(INDICATORS), st.data())
def test_a_better_value_never_earns_fewer_points(indicator: Indicator, data: st.DataObject) -> None:
    worse, better = sorted([data.draw(value_for(indicator)), data.draw(value_for(indicator))])
    if indicator.kind == "le":
        worse, better = better, worse
    assert score_indicator(indicator, better).points >= score_indicator(indicator, worse).points


@given(st.sampled_from(INDICATORS), numbers)
def test_points_stay_between_zero_and_the_maximum(indicator: Indicator, value: Decimal) -> None:
    assert 0 <= score_indicator(indicator, value).points <= indicator.max


@given(answers(), st.randoms())
def test_the_order_of_the_answers_does_not_matter(given_: dict[str, Decimal | None], random) -> None:
    shuffled = list(given_.items())
    random.shuffle(shuffled)
    one, other = (score(CARD, PACK.grades, "STD", values) for values in (given_, dict(shuffled)))
    assert one == other


@given(answers())
def test_missing_data_counts_neither_as_points_nor_as_maximum(given_: dict[str, Decimal | None]) -> None:
    for section in CARD.sections:
        found = score_section(section, given_, Decimal(50))
        known = [i for i in section.indicators if given_[i.code] is not None]
        assert found.scorable == sum(i.max for i in known)
        assert (found.score is None) == (found.scorable < 50)
        assert found.score is None or 0 <= found.score <= 100


@given(answers(), st.sampled_from(["STD", "STD_NO_STATEMENTS", "NEW"]))
def test_weights_of_the_scored_sections_always_add_up_to_one(given_: dict[str, Decimal | None], variant: str) -> None:
    found = score(CARD, PACK.grades, variant, given_)
    assert not found.weights or abs(sum(found.weights.values()) - 1) < Decimal("1e-20")
    assert found.score is None or 0 <= found.score <= 100
    assert "FA" not in found.weights or variant != "STD_NO_STATEMENTS"


@given(grades, st.lists(grades, max_size=4), st.integers(-1, 1), st.booleans())
def test_no_override_passes_a_cap_or_a_knock_out(by_score: str, capped: list[str], override: int, out: bool) -> None:
    order = ladder(PACK.grades)
    caps = [Cap(grade, REASON) for grade in capped]
    found = final_grade(by_score, PACK.grades, [REASON] if out else [], caps, override)
    assert all(order.index(found) >= order.index(grade) for grade in capped)
    assert not out or found == "C"
    assert out or order.index(found) >= order.index(by_score) - 1


@st.composite
def cases(draw: st.DrawFn) -> LimitInput:
    return LimitInput(
        requested=draw(money),
        term_days=draw(st.integers(0, 180)),
        monthly=draw(money),
        grade=draw(st.sampled_from(PACK.grades)),
        tnw=draw(st.none() | money),
        turnover=draw(st.none() | money),
        securities=[Security(draw(st.sampled_from(["", "deposit", "surety"])), draw(money))],
        tier=draw(st.none() | st.sampled_from(list(PACK.tier_terms.values()))),
    )


@given(cases())
def test_the_recommended_limit_exceeds_neither_request_nor_formula(case: LimitInput) -> None:
    found = limit(case, PACK.parameters)
    assert 0 <= found.recommended <= min(found.requested, found.formula)
    assert found.formula % 10_000 == 0


@given(cases(), money)
def test_more_security_never_lowers_the_formula(case: LimitInput, more: Decimal) -> None:
    secured = replace(case, securities=[*case.securities, Security("deposit", more)])
    assert limit(secured, PACK.parameters).formula >= limit(case, PACK.parameters).formula


@given(cases())
def test_grade_c_gets_no_more_than_its_security(case: LimitInput) -> None:
    found = limit(replace(case, grade=PACK.grade("C")), PACK.parameters)
    assert found.formula <= found.sec


START = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
amounts = st.integers(0, 500).map(Decimal)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Invoices paid early, late, twice or never, and cash that belongs to none."""
    settlements = st.lists(st.builds(Settlement, days, amounts), max_size=3).map(tuple)
    invoices = [
        InvoiceEntry(str(n), str(n), day, day, amount, settlements=parts)
        for n, (day, amount, parts) in enumerate(draw(st.lists(st.tuples(days, amounts, settlements), max_size=5)))
    ]
    cash = draw(st.lists(st.tuples(days, amounts, st.booleans()), max_size=3))
    receipts = [ReceiptEntry(str(n), day, amount, None, bounced) for n, (day, amount, bounced) in enumerate(cash)]
    return Ledger(invoices=tuple(invoices), receipts=tuple(receipts))


@given(ledgers(), days, days)
def test_the_highest_balance_of_one_sweep_is_that_of_looking_at_every_day(
    ledger: Ledger, one: date, other: date
) -> None:
    start, end = sorted((one, other))
    every_day = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    assert peak_balance(ledger, start, end) == max(ledger.ar_balance(day) for day in every_day)
