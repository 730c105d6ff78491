"""The arithmetic of prices: the published cases of approval.md 5.4, rounding, and what must always hold."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.rules.discounts import (
    DiscountRule,
    MultiplePricingRuleConflict,
    QuantityBand,
    applicable,
    band_price,
    margin_then_discount,
    stacked,
)
from pricing.rules.money import amount, percent, unit_price
from pricing.rules.promises import Offer, Promise, elements, undercut
from pricing.rules.simulation import Position, discounted, earnings
from pricing.rules.waterfall import Element, special_line, starting_price, tier_element, waterfall


def element(kind, stage, basis, value, *, mode="percent", best=None):
    return Element(kind, stage, basis, mode, D(value), D(best if best is not None else value), kind, kind)


def test_p1_margin_comes_before_the_discount():
    assert margin_then_discount(D(1000), D(10), D(10)) == D(990)


def test_p2_discounts_add_up_or_work_on_the_discounted_rate():
    assert stacked([D(20), D(10)], "additive") == D(30)
    assert stacked([D(20), D(10)], "discounted_rate") == D(28)


def test_p3_two_rules_of_equal_priority_are_an_error_and_never_a_silent_choice():
    with pytest.raises(MultiplePricingRuleConflict, match="item, list"):
        applicable([DiscountRule("list", D(10)), DiscountRule("item", D(10))])
    with pytest.raises(MultiplePricingRuleConflict):
        applicable([DiscountRule("a", D(1), 8), DiscountRule("b", D(2), 8), DiscountRule("c", D(3), 1)])


def test_p3_the_rule_of_higher_priority_wins():
    item, customer, campaign = (
        DiscountRule("item", D(10)),
        DiscountRule("customer", D(20), 1),
        DiscountRule("c", D(5), 8),
    )
    assert applicable([item]) == item
    assert applicable([item, customer]) == customer
    assert applicable([campaign, item, customer]) == campaign
    assert applicable([]) is None


def test_p3_priority_zero_is_a_priority():
    assert applicable([DiscountRule("none", D(9)), DiscountRule("zero", D(1), 0)]).code == "zero"


def test_p4_quantity_bands_are_meant_in_stock_units():
    bands = [QuantityBand(D(5), D(7), D("17.5"))]
    assert band_price(D(100), bands, D(1), D(5)) == D("82.50")
    assert band_price(D(100), bands, D(2), D(5)) == D(100)


def test_p6_a_simulation_shows_value_cost_and_margin():
    lines = [Position(D(10), D("15.32"), D("9.52")), Position(D(12), D("13.75"), D("7.48"))]
    whole = earnings(lines)
    assert (whole.value, whole.cost, whole.margin, whole.margin_pct) == (
        D("318.20"),
        D("184.96"),
        D("133.24"),
        D("41.87"),
    )
    off = earnings(lines, off_pct=D(15))
    assert (off.value, off.margin, off.margin_pct) == (D("270.47"), D("85.51"), D("31.62"))
    changed = discounted(lines, {0: D(10)})
    first, total = earnings(changed[:1]), earnings(changed)
    assert (first.value, first.margin_pct) == (D("137.88"), D("30.95"))
    assert (total.value, total.margin_pct) == (D("302.88"), D("38.93"))


def test_p7_adjustments_of_the_list_price_come_before_those_of_the_net_price():
    steps = [
        element("premier", "on", "list", 100, mode="amount"),
        element("edition", "list", "list", -200, mode="amount"),
        element("volume", "list", "list", 50, mode="amount"),
    ]
    found = waterfall(D(1000), steps)
    assert (found.list_price, found.net) == (D(1150), D(1050))


def test_p8_a_trade_agreement_replaces_the_base_price_first():
    adjustments = [element(str(each), "on", "previous", -each, mode="amount") for each in (3, 2, -1)]
    assert waterfall(starting_price(D(5), D(8)), adjustments).net == D(12)
    assert waterfall(starting_price(D(5), None), adjustments).net == D(9)


def test_every_element_says_what_it_was_taken_of():
    off = [
        element("rebate", "off", "net", 3),
        element("freight", "off", "list", "1.5"),
        element("cash", "off", "previous", 2),
        element("marketing", "off", "net", "0.25", mode="amount"),
    ]
    found = special_line(D(100), tier_element(D(5), 4), D(88), off, D(72), best=False)
    taken = [(step.kind, step.taken_of, step.amount, step.after) for step in found.steps]
    assert taken == [
        ("tier", D(100), D("5.0000"), D("95.0000")),
        ("special", D("95.0000"), D("7.0000"), D("88.0000")),
        ("rebate", D("88.0000"), D("2.6400"), D("85.3600")),
        ("freight", D(100), D("1.5000"), D("83.8600")),
        ("cash", D("83.8600"), D("1.6772"), D("82.1828")),
        ("marketing", D("88.0000"), D("0.2500"), D("81.9328")),
    ]
    assert (found.net, found.pocket) == (D(88), D("81.9328"))
    assert percent(found.pocket_margin) == D("12.12")


def test_prices_are_rounded_to_four_places_and_amounts_to_two_half_up():
    assert unit_price(D("1.00005")) == D("1.0001")
    assert amount(D("0.005")) == D("0.01")
    assert amount(D("-0.005")) == D("-0.01")


def test_the_best_case_for_the_customer_is_never_better_for_us():
    rebate = element("rebate", "off", "net", 5, best=2)
    assert waterfall(D(100), [rebate], best=True).pocket == waterfall(D(100), [rebate]).pocket == D(95)


def test_nothing_comes_back_off_the_invoice():
    with pytest.raises(ValueError, match="deductions"):
        element("rebate", "off", "net", -1)


def test_a_percentage_of_a_pocket_below_zero_gives_nothing_back():
    steps = [element("marketing", "off", "net", 150, mode="amount"), element("rebate", "off", "previous", 10)]
    assert waterfall(D(100), steps).pocket == D(-50)


def test_an_amount_for_the_whole_request_is_spread_over_the_lines_by_list_value():
    promise = [Promise("marketing", "net", True, D(1000), D(2000))]
    (one,) = elements(promise, D(100), D(20_000))
    (other,) = elements(promise, D(50), D(20_000))
    assert (one.expected, one.best, other.expected) == (D(5), D(10), D("2.5"))
    assert one.expected * 150 + other.expected * 100 == D(1000)


def test_only_valid_offers_can_be_undercut_and_meeting_one_is_not_undercutting():
    def offer(price, **wrong):
        return Offer("A", D(price), 10, **{"aged": False, "forbidden": False, "other_currency": False, **wrong})

    assert undercut([offer(90)], {"A": D(88)}).price == 90
    assert undercut([offer(88)], {"A": D(88)}) is None
    assert (
        undercut([offer(90, aged=True), offer(95, forbidden=True), offer(99, other_currency=True)], {"A": D(88)})
        is None
    )
    assert undercut([offer(90)], {"B": D(1)}) is None


PRICE = st.decimals("0.0001", 100_000, places=4)
SHARE = st.decimals(0, 100, places=4)


@st.composite
def off_element(draw):
    expected, best = draw(SHARE), draw(SHARE)
    basis, mode = draw(st.sampled_from(["list", "net", "previous"])), draw(st.sampled_from(["percent", "amount"]))
    return Element("rebate", "off", basis, mode, expected, best, "x", "x")


@settings(max_examples=80, deadline=None)
@given(PRICE, SHARE, PRICE, st.lists(off_element(), max_size=5), st.booleans())
def test_the_pocket_price_is_never_above_the_net_price(list_price, tier, asked, off, best):
    found = special_line(list_price, tier_element(tier, None), asked, off, None, best)
    assert found.net == asked
    assert found.pocket <= found.net
    assert found.pocket == found.base - sum(step.amount for step in found.steps)


@settings(max_examples=80, deadline=None)
@given(PRICE, SHARE, PRICE, st.lists(off_element(), max_size=5))
def test_the_best_case_never_leaves_more_than_the_expected_one(list_price, tier, asked, off):
    parts = (list_price, tier_element(tier, None), asked, off, None)
    expected, best = special_line(*parts, best=False), special_line(*parts, best=True)
    if all(each.basis != "previous" for each in off):
        assert best.pocket <= expected.pocket


@settings(max_examples=60, deadline=None)
@given(st.lists(SHARE, max_size=6))
def test_stacked_discounts_stay_between_the_largest_and_the_sum(percents):
    rate, added = stacked(percents, "discounted_rate"), stacked(percents, "additive")
    assert max(percents, default=D(0)) <= rate + D("1e-20") <= 100 + D("1e-18")
    assert rate <= added + D("1e-20")
