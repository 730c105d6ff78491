"""What must hold for every customer: worse figures never give more, and the order of rows never matters."""

import dataclasses
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules.plan import compile_plan
from policies.rules.tiers import trade
from policies.rules.tiers.benefits import benefits
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.rating import Standing, evaluate
from policies.rules.tiers.rebate import accrual, progressive, segments
from policies.rules.tiers.routing import Change, routing_facts
from policies.rules.tiers.scorecard import tier_card
from policies.rules.tiers.volume import volume_classes
from policies.seed import default_pack

D = Decimal
PACK = default_pack()
TODAY = date(2026, 11, 22)
BOUNDS = tier_card(PACK).bounds("T1")
GRADES = ["AAA", "AA", "A", "B", "C"]
MONEY = st.decimals(0, 5_000_000, places=2)
# Each figure from its best to its worst value.
WORSE = {
    "volume_class": [D(50), D(80), D(95), D(100)],
    "price_realisation_pct": [D(99), D(98), D(95), D(92), D(88), D(60)],
    "growth_pct": [D(40), D(15), D(5), D(0), D(-10), D(-60)],
    "on_time_pct": [D(100), D(98), D(95), D(90), D(80), D(70), D(0)],
    "cm_ratio": [D(2), D("1.2"), D(1), D("0.8"), D("0.6"), D("0.0001"), D(-1)],
    "claims_pct": [D(0), D("0.2"), D("0.5"), D(1), D(9)],
    "influence": [D(5), D(3), D(0)],
    "grade": GRADES,
    "proactivity": [D(10), D(5), D(0)],
    "overdue_days": [0, 30, 31, 60, 61, 400],
    "licence_expired": [False, True],
    "peak_share_pct": [D(9), D("49.99"), D(50)],
    "active_months": [12, 5, 4],
    "volume_rank_pct": [D(10)],
    "cm_rank_pct": [D(1), D("39.99"), D(40)],
    "concession_pct": [D(3), D("19.99"), D(20), D(50)],
    "cm_pct": [D(12), D(5), D("4.99"), D(-3)],
    "exception_requests": [0, 5, 6],
    "concession_change_pp": [D(0), D(3)],
    "dumping_cases": [0, 1, 2, 5],
    "outside_pct": [D(0), D(10), D(11)],
    "ar_to_sales": [D(0), D("0.51")],
    "overdue_pct": [D(0), D(15)],
}
STANDING = st.builds(Standing, st.sampled_from([1, 2, 3, 4]), st.just(False), st.none() | st.sampled_from([1, 2, 3, 4]))


@st.composite
def places(draw):
    """A position for each figure, 0 the best."""
    return {key: draw(st.integers(0, len(values) - 1)) for key, values in WORSE.items()}


def customer(positions) -> Figures:
    return Figures(trade_months=30, orders=20, **{key: WORSE[key][place] for key, place in positions.items()})


@settings(max_examples=150, deadline=None)
@given(places(), STANDING, st.data())
def test_a_worse_figure_never_gives_a_higher_star_or_score(positions, standing, data):
    key = data.draw(
        st.sampled_from([key for key, place in positions.items() if place + 1 < len(WORSE[key])] or ["grade"])
    )
    if positions[key] + 1 == len(WORSE[key]):
        return
    before = evaluate(PACK, customer(positions), standing)
    after = evaluate(PACK, customer({**positions, key: positions[key] + 1}), standing)
    assert before.score.score is not None
    assert after.score.score is not None
    assert after.score.score <= before.score.score
    assert after.star <= before.star
    assert after.earned <= before.earned  # type: ignore[operator]


@settings(max_examples=150, deadline=None)
@given(places(), STANDING, st.sampled_from([1, 2, 3, 4]), st.booleans(), st.data())
def test_the_same_rise_of_a_worse_customer_never_needs_fewer_approvals(positions, standing, new, listed, data):
    """Whoever keeps or raises a star; a fall is routed by where it leads, not by why."""
    better = [key for key, place in positions.items() if place + 1 < len(WORSE[key]) and key != "licence_expired"]
    if new < standing.star or not better:
        return
    key = data.draw(st.sampled_from(better))
    change = Change(
        current_star=standing.star, new_star=new, effective_from=TODAY, key_account_new=listed, reason="rating"
    )
    before, after = (
        compile_plan(PACK, "tier_change", routing_facts(PACK, evaluate(PACK, customer(each), standing), change, TODAY))
        for each in (positions, {**positions, key: positions[key] + 1})
    )
    assert len(after.steps) >= len(before.steps)
    assert {step.role for step in before.steps} <= {step.role for step in after.steps}


@settings(max_examples=100, deadline=None)
@given(places(), STANDING)
def test_a_star_stays_between_the_one_it_has_and_the_one_it_earns(positions, standing):
    found = evaluate(PACK, customer(positions), standing)
    assert found.earned is not None
    assert standing.star is not None
    assert min(found.earned, standing.star) <= found.star <= max(found.earned, standing.star)
    again = evaluate(PACK, customer(positions), Standing(found.star, False, found.earned))
    assert again.star >= found.star or found.direction == "down"


@settings(max_examples=100, deadline=None)
@given(st.lists(MONEY, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_classes_ranks_and_shapes_do_not_depend_on_the_order_of_rows(amounts, random):
    rows = list(enumerate(amounts))
    mixed = rows[:]
    random.shuffle(mixed)
    assert volume_classes(dict(rows), BOUNDS) == volume_classes(dict(mixed), BOUNDS)
    assert trade.ranks(dict(rows)) == trade.ranks(dict(mixed))
    assert trade.shape([amount for _, amount in rows]) == trade.shape([amount for _, amount in mixed])


@settings(max_examples=150, deadline=None)
@given(st.lists(MONEY, min_size=1, max_size=20), st.integers(0, 19), MONEY)
def test_selling_more_never_gives_a_worse_class(amounts, who, more):
    sales = dict(enumerate(amounts))
    who %= len(sales)
    before = volume_classes(sales, BOUNDS)[who].bound
    assert volume_classes({**sales, who: sales[who] + more}, BOUNDS)[who].bound <= before


@settings(max_examples=80, deadline=None)
@given(places(), st.sampled_from([1, 2, 3, 4]), st.sets(st.sampled_from("PTE"), max_size=2))
def test_no_star_and_no_lever_gives_more_than_the_credit_grade_allows(positions, star, levers):
    figures = dataclasses.replace(customer(positions), net_sales=D(1_000), paid_purchases=D(900), wadl_days=D(3))
    given_ = benefits(PACK, star, figures, levers=levers)
    grade = PACK.grade(figures.grade or "C")
    assert given_.std_term <= given_.max_term <= grade.max_term
    assert given_.placement is not None
    assert given_.placement >= 0


@settings(max_examples=100, deadline=None)
@given(MONEY, MONEY, st.sampled_from([D(100), D(80), D(50), D(0)]))
def test_buying_more_never_earns_less_rebate_and_the_gate_never_pays_more_than_was_earned(one, more, gate):
    steps = segments(PACK)
    assert progressive(one, steps) <= progressive(one + more, steps)
    small, large = accrual(one, D(2), gate), accrual(one + more, D(2), gate)
    assert small.payable <= large.payable
    assert small.payable <= small.projected
