"""What would need nobody, or fewer: the lowest price that stays within a level, found by trying."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from pricing.rules.money import PRICE_STEP

Level = Callable[[Decimal], int]


def lowest_price(level: Level, wanted: int, low: Decimal, high: Decimal) -> Decimal | None:
    """The lowest price of 4 places between `low` and `high` whose level is at most `wanted`; None when none is.

    Halving works because a higher price never has a higher level (a tested property of the tables).

    Args:
        level: the level of a price, by the policy's own tables.
    """
    if level(low) <= wanted:
        return low
    if level(high) > wanted:
        return None
    bad, good = int(low / PRICE_STEP), int(high / PRICE_STEP)
    while good - bad > 1:
        middle = (bad + good) // 2
        if level(middle * PRICE_STEP) <= wanted:
            good = middle
        else:
            bad = middle
    return good * PRICE_STEP


def lowest_prices(level: Level, low: Decimal, high: Decimal) -> list[tuple[int, Decimal]]:
    """For every level below the one at `low`: the lowest price that stays within it; equal prices only once.

    A level that saves nothing over the one below it is left out: at its price the lower one holds already.
    """
    found: list[tuple[int, Decimal]] = []
    for wanted in range(level(low)):
        price = lowest_price(level, wanted, low, high)
        if price is not None and (not found or found[-1][1] != price):
            found.append((wanted, price))
    return found
