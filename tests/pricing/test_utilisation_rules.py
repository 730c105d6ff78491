"""What is left of a granted quantity, for any sequence of what may happen."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.rules.quantities import NotAQuantity, in_stock_units, parse
from pricing.rules.utilisation import KINDS, Cap, Refused, Use, check, moved

QUANTITIES = st.decimals(min_value="0.001", max_value=40, places=3)
MOVES = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from("AB"), QUANTITIES), max_size=25)
CAPS = st.one_of(st.none(), st.decimals(min_value=0, max_value=60, places=3))


@settings(max_examples=300, deadline=None)
@given(quantity=CAPS, hard=st.booleans(), moves=MOVES)
def test_what_is_left_is_the_cap_less_what_is_taken_whatever_happens(
    quantity: Decimal | None, hard: bool, moves: list[tuple[str, str, Decimal]]
) -> None:
    cap, line, orders = Cap(quantity, hard), Use(), {"A": Use(), "B": Use()}
    for kind, order, amount in moves:
        try:
            check(kind, amount, line=line, of_order=orders[order], cap=cap)  # type: ignore[arg-type]
        except Refused:
            continue
        line, orders[order] = moved(line, kind, amount), moved(orders[order], kind, amount)  # type: ignore[arg-type]
        taken = sum((use.ordered - use.cancelled - use.returned for use in orders.values()), Decimal(0))
        assert line.taken == taken >= 0
        if quantity is None:
            assert cap.remaining(line) is None
        else:
            assert cap.remaining(line) == max(quantity - taken, Decimal(0))
            assert cap.remaining(line) - cap.over(line) == quantity - taken  # type: ignore[operator]
            assert not (hard and taken > quantity)
        for use in orders.values():
            assert use.ordered >= use.cancelled + max(use.delivered, use.invoiced, use.returned)


def test_an_agreement_over_twenty_with_an_order_of_ten_has_ten_left() -> None:
    assert Cap(Decimal(20)).remaining(Use(ordered=Decimal(10))) == 10


def test_a_return_of_five_opens_five_again() -> None:
    use = Use(ordered=Decimal(10), delivered=Decimal(10))
    assert Cap(Decimal(10)).remaining(moved(use, "returned", Decimal(5))) == 5


def test_the_eleventh_of_ten_is_not_covered() -> None:
    with pytest.raises(Refused, match="above_cap") as refused:
        check("ordered", Decimal(1), line=Use(ordered=Decimal(10)), of_order=Use(), cap=Cap(Decimal(10)))
    assert refused.value.most == 0


def test_what_came_back_cannot_be_cancelled_too() -> None:
    order = Use(ordered=Decimal(10), returned=Decimal(6))
    with pytest.raises(Refused, match="not_ordered") as refused:
        check("cancelled", Decimal(5), line=order, of_order=order, cap=Cap(Decimal(10)))
    assert refused.value.most == 4


@pytest.mark.parametrize(
    ("taken", "state", "reached"),
    [(0, "open", 0), (79, "open", 0), (80, "low", 80), (100, "used_up", 100), (119, "over", 100), (120, "over", 120)],
)
def test_the_state_of_a_cap_follows_what_is_taken(taken: int, state: str, reached: int) -> None:
    cap, use = Cap(Decimal(100), hard=False), Use(ordered=Decimal(taken))
    assert (cap.state(use), cap.reached(use)) == (state, reached)


@pytest.mark.parametrize(
    ("value", "code"),
    [("-1", "negative"), (0, "zero"), ("0.000", "zero"), ("NaN", "format"), ("Infinity", "format"), ("1e3", "format"),
     ("1,000", "format"), ("９", "format"), (True, "format"), (2.5, "format"), ("1.0001", "places"),
     (10**10, "too_large"), ("9" * 60, "too_large"), ("", "format"), (None, "format")],
)  # fmt: skip
def test_a_quantity_that_is_none_is_refused_with_its_reason(value: object, code: str) -> None:
    with pytest.raises(NotAQuantity, match=code):
        parse(value)


def test_two_boxes_of_five_are_ten_pieces() -> None:
    sold = {"unit": "件", "pack_unit": "箱", "pack_size": Decimal(5), "divisible": False}
    assert in_stock_units(Decimal(2), asked_in="箱", **sold) == 10  # type: ignore[arg-type]
    assert in_stock_units(Decimal(2), asked_in="", **sold) == 2  # type: ignore[arg-type]
    with pytest.raises(NotAQuantity, match="fraction"):
        in_stock_units(Decimal("2.5"), asked_in="件", **sold)  # type: ignore[arg-type]
    with pytest.raises(NotAQuantity, match="unit"):
        in_stock_units(Decimal(2), asked_in="吨", **sold)  # type: ignore[arg-type]
