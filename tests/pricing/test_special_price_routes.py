"""Which special price needs whom: the worked example, every band's edge, and what must hold for all prices."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules.plan import compile_plan
from policies.seed import default_pack
from pricing.rules.facts import Named, price_facts
from pricing.rules.hints import lowest_price, lowest_prices
from pricing.rules.metrics import LineFigures, LineInput, metrics
from pricing.rules.money import percent
from pricing.rules.waterfall import Element, tier_element

PACK = default_pack()
LADDER = PACK.kinds["special_price"].bands[0].ladder
ORDINARY = {
    "new_customer": False, "overdue_days": 0, "licence_expired": False, "grade": "A", "reason_code": "volume",
    "validity_days": 90, "cap_missing": True, "evidence_missing": True, "evidence_forbidden": False,
    "undercuts_competitor": False, "open_duplicate": False,
}  # fmt: skip
REBATE = Element("rebate", "off", "net", "percent", Decimal(2), Decimal(8), "年终返利", "year-end rebate")


def line(net, *, listed=100, cost=72, quantity=4000, tier=5, cap=None, off=(), target=25, floor=12):
    return LineFigures.of(
        LineInput(
            Decimal(listed), tier_element(Decimal(tier), 4), Decimal(net), Decimal(quantity), None if cap is None else Decimal(cap),
            None if cost is None else Decimal(cost), Decimal(target), Decimal(floor), tuple(off),
        )
    )  # fmt: skip


def facts(*lines, earlier=0, **other):
    named = [Named(f"P{number}", each) for number, each in enumerate(lines, start=1)]
    return {**ORDINARY, **price_facts(named, metrics(lines), Decimal(earlier)), **other}


def plan(*lines, **other):
    return compile_plan(PACK, "special_price", facts(*lines, **other))


def roles(found):
    return [[step.role for step in stage.steps] for stage in found.stages]


def band(*lines, **other):
    return plan(*lines, **other).bands["SP"]


def test_worked_example_seven_points_and_18_2_percent_and_28_000_is_sp_3():
    asked = line("88")
    assert asked.tier_price == Decimal(95)
    assert asked.extra_points == Decimal(7)
    assert percent(asked.gross_margin) == Decimal("18.18")
    assert asked.concession == Decimal(28_000)
    found = plan(asked)
    assert found.bands == {"SP": "SP-3"}
    assert roles(found) == [["SM"], ["RD", "FM"]]
    assert not found.blocks
    said = " / ".join(reason.en for reason in found.steps[0].reasons)
    assert "7 % beyond the tier band of 5 %" in said
    assert "margin 18.2 % is below its target of 25 %" in said


def test_worked_example_alone_by_its_concession_would_be_sp_2():
    cheap = line("88", cost=10)
    assert band(line("91", cost=10, quantity=7000)) == "SP-2"
    assert cheap.concession == Decimal(28_000)


@pytest.mark.parametrize(
    ("net", "wanted"),
    [("95", "SP-0"), ("94.9999", "SP-1"), ("93", "SP-1"), ("92.9999", "SP-2"), ("90", "SP-2"), ("89.9999", "SP-3"),
     ("87", "SP-3"), ("86.9999", "SP-4"), ("83", "SP-4"), ("82.9999", "SP-5"), ("100", "SP-0"), ("120", "SP-0")],
)  # fmt: skip
def test_extra_discount_alone(net, wanted):
    assert band(line(net, cost=1, quantity=1)) == wanted


@pytest.mark.parametrize(
    ("quantity", "wanted"),
    [(20_000, "SP-1"), (20_001, "SP-2"), (100_000, "SP-2"), (100_001, "SP-3"), (300_000, "SP-3"), (300_001, "SP-4"),
     (1_000_000, "SP-4"), (1_000_001, "SP-5")],
)  # fmt: skip
def test_concession_alone(quantity, wanted):
    assert band(line("94", cost=1, quantity=quantity)) == wanted


@pytest.mark.parametrize(
    ("cost", "wanted"),
    [("71.25", "SP-0"), ("71.26", "SP-3"), ("83.6", "SP-3"), ("83.61", "SP-5"), ("95", "SP-5"), ("95.0001", "SP-6")],
)
def test_margin_alone(cost, wanted):
    assert band(line("95", cost=cost)) == wanted


@pytest.mark.parametrize(
    ("wanted", "chain"),
    [("SP-0", []), ("SP-1", [["SM"]]), ("SP-2", [["SM"], ["RD"]]), ("SP-3", [["SM"], ["RD", "FM"]]),
     ("SP-4", [["SM"], ["RD", "FM"], ["CFO"]]), ("SP-5", [["SM"], ["RD", "FM"], ["CFO"], ["GM"]]),
     ("SP-6", [["SM"], ["RD", "FM", "LG"], ["CFO"], ["GM"]])],
)  # fmt: skip
def test_every_band_has_the_people_of_the_matrix(wanted, chain):
    at = {"SP-0": "95", "SP-1": "94", "SP-2": "91", "SP-3": "88", "SP-4": "84", "SP-5": "80", "SP-6": "0.5"}[wanted]
    assert roles(plan(line(at, cost=1, quantity=1))) == chain


def test_at_the_price_of_the_tier_a_margin_below_the_floor_still_needs_everybody():
    assert band(line("95", cost=90)) == "SP-5"


def test_the_worst_line_counts_and_not_the_average():
    deep, shallow = line("80", cost=1, quantity=1), line("95", cost=1, quantity=100_000)
    assert band(shallow, deep) == "SP-5"
    whole = metrics([shallow, deep])
    assert whole.extra_max == Decimal(15)
    assert whole.extra_weighted < Decimal("0.01")


def test_a_line_above_the_price_of_the_tier_does_not_make_up_for_another():
    assert metrics([line("94"), line("99")]).concession == line("94").concession == Decimal(4000)


def test_the_cap_counts_where_more_may_be_bought_than_is_asked():
    assert line("94", quantity=100, cap=500_000).concession == Decimal(500_000)
    assert line("94", quantity=100, cap=50).concession == Decimal(100)


def test_earlier_concessions_of_the_window_are_added_before_routing():
    half = line("94", cost=1, quantity=15_000)
    assert band(half) == "SP-1"
    found = plan(half, earlier=15_000)
    assert found.bands["SP"] == "SP-2"
    assert "of which 15,000 from the 30 days before" in found.steps[0].reasons[0].en


def test_a_hidden_rebate_counts_at_the_best_case_for_the_customer():
    open_price, with_rebate = line("95", cost="71"), line("95", cost="71", off=[REBATE])
    assert band(open_price) == "SP-0"
    assert band(with_rebate) == "SP-3"
    assert with_rebate.pocket == Decimal("87.4")
    assert with_rebate.expected.pocket == Decimal("93.1")


def test_below_cost_by_the_rebate_alone_is_below_cost():
    assert band(line("95", cost="90", off=[REBATE])) == "SP-6"


@pytest.mark.parametrize(
    "raise_by", [{"grade": "C"}, {"new_customer": True}, {"false_key_account": "F2"}, {"false_key_account": "F3"}]
)
def test_doubtful_customers_go_one_level_higher(raise_by):
    assert band(line("94", cost=1, quantity=1), **raise_by) == "SP-2"


def test_several_doubts_are_one_level_and_not_three():
    doubts = {"grade": "C", "new_customer": True, "false_key_account": "F3"}
    assert band(line("94", cost=1, quantity=1), **doubts) == "SP-2"
    assert band(line("50", cost=80), **doubts) == "SP-6"


def test_undercutting_an_evidenced_competitor_brings_finance_and_legal():
    found = plan(
        line("94", cost=1, quantity=1),
        undercuts_competitor=True,
        undercut_product="P1",
        undercut_pocket="94",
        undercut_price="96",
    )
    assert roles(found) == [["SM"], ["FM", "LG"]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"validity_days": 31}, "SP-BL-days"),
        ({"cap_missing": True}, "SP-BL-cap"),
        ({"reason_code": "volume"}, "SP-BL-reason"),
    ],
)
def test_below_cost_only_short_capped_and_for_clearance(changed, code):
    right = {"validity_days": 30, "cap_missing": False, "reason_code": "clearance"}
    low = line("70")
    assert not plan(low, **right).blocks
    assert [block.code for block in plan(low, **{**right, **changed}).blocks] == [code]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"evidence_forbidden": True}, "SP-BL-source"), ({"reason_code": "competitor"}, "SP-BL-evidence"),
     ({"overdue_days": 16}, "SP-BL-overdue"), ({"licence_expired": True}, "SP-BL-licence"), ({"open_duplicate": True}, "SP-BL-open")],
)  # fmt: skip
def test_what_stops_a_request(changed, code):
    assert [block.code for block in plan(line("94"), **changed).blocks] == [code]


def test_a_product_without_cost_cannot_be_routed():
    assert any(block.code == "BL-UNKNOWN" for block in plan(line("94", cost=None)).blocks)


def test_what_would_need_nobody_is_found_by_trying():
    def level(price):
        return LADDER.index(band(line(price)))

    assert lowest_price(level, 0, Decimal(88), Decimal(200)) == Decimal(96)
    assert lowest_prices(level, Decimal(88), Decimal(200)) == [(0, Decimal(96))]
    assert (level(Decimal(96)), level(Decimal("95.9999"))) == (0, 3)

    def cheap(price):
        return LADDER.index(band(line(price, cost=1)))

    assert lowest_prices(cheap, Decimal(88), Decimal(200)) == [(0, Decimal(95)), (1, Decimal(93)), (2, Decimal(90))]


PRICES = st.decimals("0.01", 150, places=4)
COSTS = st.decimals("0.01", 150, places=4)
QUANTITIES = st.integers(1, 100_000)


@settings(max_examples=150, deadline=None)
@given(PRICES, PRICES, COSTS, QUANTITIES, st.integers(0, 12), st.booleans(), st.integers(0, 50_000))
def test_a_lower_price_never_needs_fewer_approvals(one, other, cost, quantity, tier, rebate, earlier):
    high, low = max(one, other), min(one, other)
    off = [REBATE] if rebate else []
    at = [plan(line(net, cost=cost, quantity=quantity, tier=tier, off=off), earlier=earlier) for net in (high, low)]
    assert LADDER.index(at[0].bands["SP"]) <= LADDER.index(at[1].bands["SP"])
    assert {step.role for step in at[0].steps} <= {step.role for step in at[1].steps}


@settings(max_examples=100, deadline=None)
@given(PRICES, COSTS, COSTS, QUANTITIES, QUANTITIES, st.integers(0, 500_000))
def test_higher_cost_more_units_and_larger_earlier_concessions_never_need_fewer(net, one, other, few, many, earlier):
    better = line(net, cost=min(one, other), quantity=min(few, many))
    worse = line(net, cost=max(one, other), quantity=max(few, many))
    assert LADDER.index(band(better)) <= LADDER.index(band(worse, earlier=earlier))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PRICES, COSTS, QUANTITIES), min_size=1, max_size=6))
def test_weighted_figures_lie_between_the_lowest_and_the_highest_line(rows):
    lines = [line(net, cost=cost, quantity=quantity) for net, cost, quantity in rows]
    whole = metrics(lines)
    extras, margins = [each.extra_points for each in lines], [each.gross_margin for each in lines]
    assert min(extras) <= whole.extra_weighted <= max(extras) == whole.extra_max
    assert min(margins) <= whole.margin_weighted <= max(margins)
    assert whole.margin_lowest == min(margins)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PRICES, COSTS, QUANTITIES), min_size=1, max_size=4), st.tuples(PRICES, COSTS, QUANTITIES))
def test_one_more_line_never_needs_fewer_approvals(rows, more):
    lines = [line(net, cost=cost, quantity=quantity) for net, cost, quantity in rows]
    another = line(more[0], cost=more[1], quantity=more[2])
    assert LADDER.index(band(*lines)) <= LADDER.index(band(*lines, another))
