"""The arithmetic of prices: the published cases of approval.md 5.4, rounding, and what must always hold."""

from decimal import Decimal

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
    return Element(kind, stage, basis, mode, Decimal(value), Decimal(best if best is not None else value), kind, kind)


def test_p1_margin_comes_before_the_discount():
    assert margin_then_discount(Decimal(1000), Decimal(10), Decimal(10)) == Decimal(990)


def test_p2_discounts_add_up_or_work_on_the_discounted_rate():
    assert stacked([Decimal(20), Decimal(10)], "additive") == Decimal(30)
    assert stacked([Decimal(20), Decimal(10)], "discounted_rate") == Decimal(28)


def test_p3_two_rules_of_equal_priority_are_an_error_and_never_a_silent_choice():
    with pytest.raises(MultiplePricingRuleConflict, match="item, list"):
        applicable([DiscountRule("list", Decimal(10)), DiscountRule("item", Decimal(10))])
    with pytest.raises(MultiplePricingRuleConflict):
        applicable(
            [DiscountRule("a", Decimal(1), 8), DiscountRule("b", Decimal(2), 8), DiscountRule("c", Decimal(3), 1)]
        )


def test_p3_the_rule_of_higher_priority_wins():
    item, customer, campaign = (
        DiscountRule("item", Decimal(10)),
        DiscountRule("customer", Decimal(20), 1),
        DiscountRule("c", Decimal(5), 8),
    )
    assert applicable([item]) == item
    assert applicable([item, customer]) == customer
    assert applicable([campaign, item, customer]) == campaign
    assert applicable([]) is None


def test_p3_priority_zero_is_a_priority():
    assert applicable([DiscountRule("none", Decimal(9)), DiscountRule("zero", Decimal(1), 0)]).code == "zero"


def test_p4_quantity_bands_are_meant_in_stock_units():
    bands = [QuantityBand(Decimal(5), Decimal(7), Decimal("17.5"))]
    assert band_price(Decimal(100), bands, Decimal(1), Decimal(5)) == Decimal("82.50")
    assert band_price(Decimal(100), bands, Decimal(2), Decimal(5)) == Decimal(100)


def test_p6_a_simulation_shows_value_cost_and_margin():
    lines = [
        Position(Decimal(10), Decimal("15.32"), Decimal("9.52")),
        Position(Decimal(12), Decimal("13.75"), Decimal("7.48")),
    ]
    whole = earnings(lines)
    assert (whole.value, whole.cost, whole.margin, whole.margin_pct) == (
        Decimal("318.20"),
        Decimal("184.96"),
        Decimal("133.24"),
        Decimal("41.87"),
    )
    off = earnings(lines, off_pct=Decimal(15))
    assert (off.value, off.margin, off.margin_pct) == (Decimal("270.47"), Decimal("85.51"), Decimal("31.62"))
    changed = discounted(lines, {0: Decimal(10)})
    first, total = earnings(changed[:1]), earnings(changed)
    assert (first.value, first.margin_pct) == (Decimal("137.88"), Decimal("30.95"))
    assert (total.value, total.margin_pct) == (Decimal("302.88"), Decimal("38.93"))


def test_p7_adjustments_of_the_list_price_come_before_those_of_the_net_price():
    steps = [
        element("premier", "on", "list", 100, mode="amount"),
        element("edition", "list", "list", -200, mode="amount"),
        element("volume", "list", "list", 50, mode="amount"),
    ]
    found = waterfall(Decimal(1000), steps)
    assert (found.list_price, found.net) == (Decimal(1150), Decimal(1050))


def test_p8_a_trade_agreement_replaces_the_base_price_first():
    adjustments = [element(str(each), "on", "previous", -each, mode="amount") for each in (3, 2, -1)]
    assert waterfall(starting_price(Decimal(5), Decimal(8)), adjustments).net == Decimal(12)
    assert waterfall(starting_price(Decimal(5), None), adjustments).net == Decimal(9)


def test_every_element_says_what_it_was_taken_of():
    off = [
        element("rebate", "off", "net", 3),
        element("freight", "off", "list", "1.5"),
        element("cash", "off", "previous", 2),
        element("marketing", "off", "net", "0.25", mode="amount"),
    ]
    found = special_line(Decimal(100), tier_element(Decimal(5), 4), Decimal(88), off, Decimal(72), best=False)
    taken = [(step.kind, step.taken_of, step.amount, step.after) for step in found.steps]
    assert taken == [
        ("tier", Decimal(100), Decimal("5.0000"), Decimal("95.0000")),
        ("special", Decimal("95.0000"), Decimal("7.0000"), Decimal("88.0000")),
        ("rebate", Decimal("88.0000"), Decimal("2.6400"), Decimal("85.3600")),
        ("freight", Decimal(100), Decimal("1.5000"), Decimal("83.8600")),
        ("cash", Decimal("83.8600"), Decimal("1.6772"), Decimal("82.1828")),
        ("marketing", Decimal("88.0000"), Decimal("0.2500"), Decimal("81.9328")),
    ]
    assert (found.net, found.pocket) == (Decimal(88), Decimal("81.9328"))
    assert percent(found.pocket_margin) == Decimal("12.12")


def test_prices_are_rounded_to_four_places_and_amounts_to_two_half_up():
    assert unit_price(Decimal("1.00005")) == Decimal("1.0001")
    assert amount(Decimal("0.005")) == Decimal("0.01")
    assert amount(Decimal("-0.005")) == Decimal("-0.01")


def test_the_best_case_for_the_customer_is_never_better_for_us():
    rebate = element("rebate", "off", "net", 5, best=2)
    assert (
        waterfall(Decimal(100), [rebate], best=True).pocket == waterfall(Decimal(100), [rebate]).pocket == Decimal(95)
    )


def test_nothing_comes_back_off_the_invoice():
    with pytest.raises(ValueError, match="deductions"):
        element("rebate", "off", "net", -1)


def test_a_percentage_of_a_pocket_below_zero_gives_nothing_back():
    steps = [element("marketing", "off", "net", 150, mode="amount"), element("rebate", "off", "previous", 10)]
    assert waterfall(Decimal(100), steps).pocket == Decimal(-50)


def test_an_amount_for_the_whole_request_is_spread_over_the_lines_by_list_value():
    promise = [Promise("marketing", "net", True, Decimal(1000), Decimal(2000))]
    (one,) = elements(promise, Decimal(100), Decimal(20_000))
    (other,) = elements(promise, Decimal(50), Decimal(20_000))
    assert (one.expected, one.best, other.expected) == (Decimal(5), Decimal(10), Decimal("2.5"))
    assert one.expected * 150 + other.expected * 100 == Decimal(1000)


def test_only_valid_offers_can_be_undercut_and_meeting_one_is_not_undercutting():
    def offer(price, **wrong):
        return Offer("A", Decimal(price), 10, **{"aged": False, "forbidden": False, "other_currency": False, **wrong})

    assert undercut([offer(90)], {"A": Decimal(88)}).price == 90
    assert undercut([offer(88)], {"A": Decimal(88)}) is None
    assert (
        undercut([offer(90, aged=True), offer(95, forbidden=True), offer(99, other_currency=True)], {"A": Decimal(88)})
        is None
    )
    assert undercut([offer(90)], {"B": Decimal(1)}) is None


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
    assert max(percents, default=Decimal(0)) <= rate + Decimal("1e-20") <= 100 + Decimal("1e-18")
    assert rate <= added + Decimal("1e-20")
