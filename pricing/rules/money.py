"""Stated rounding, everywhere the same: unit prices to 4 places, amounts to 2, half up; percentages are shown to 2.

Comparisons with thresholds use the exact figure, never the shown one.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

PRICE_STEP: Final = Decimal("0.0001")
AMOUNT_STEP: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)


def unit_price(value: Decimal) -> Decimal:
    """A price of one stock unit: 4 places, half up (away from zero at the half)."""
    return value.quantize(PRICE_STEP, ROUND_HALF_UP)


def price_above(value: Decimal) -> Decimal:
    """The lowest price of 4 places that is not below `value`."""
    return value.quantize(PRICE_STEP, ROUND_CEILING)


def amount(value: Decimal) -> Decimal:
    """Money: 2 places, half up."""
    return value.quantize(AMOUNT_STEP, ROUND_HALF_UP)


def percent(value: Decimal) -> Decimal:
    """A percentage as it is shown: 2 places, half up."""
    return value.quantize(AMOUNT_STEP, ROUND_HALF_UP)


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` as per cent of `whole`; None when there is no whole to take it of."""
    return HUNDRED * part / whole if whole > 0 else None


def margin_pct(price: Decimal, cost: Decimal) -> Decimal | None:
    """(price - cost) / price × 100, the margin on the price; None for a price of zero or less."""
    return share_of(price - cost, price)
