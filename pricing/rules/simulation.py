"""What a set of prices earns, and what a discount on a line or on everything would leave (approval.md 5.4 P6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.rules.money import HUNDRED, ZERO, amount, margin_pct, percent, unit_price


@dataclass(frozen=True, slots=True)
class Position:
    """So many units at a price and a unit cost."""

    quantity: Decimal
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Earnings:
    """Amounts in money, the margin in per cent of the value as shown (None without value)."""

    value: Decimal
    cost: Decimal
    margin: Decimal
    margin_pct: Decimal | None


def earnings(positions: Sequence[Position], *, off_pct: Decimal = ZERO) -> Earnings:
    """Value, cost and margin of all positions, with a discount in per cent on the whole."""
    value = amount(sum((each.quantity * each.price for each in positions), ZERO) * (1 - off_pct / HUNDRED))
    cost = amount(sum((each.quantity * each.cost for each in positions), ZERO))
    share = margin_pct(value, cost)
    return Earnings(value, cost, value - cost, None if share is None else percent(share))


def discounted(positions: Sequence[Position], off: Mapping[int, Decimal]) -> list[Position]:
    """The positions with a discount in per cent on some of them, by index; prices to 4 places."""
    return [
        Position(each.quantity, unit_price(each.price * (1 - off.get(index, ZERO) / HUNDRED)), each.cost)
        for index, each in enumerate(positions)
    ]
