"""Quantities: whole pieces or fractions of a measure, never guessed from odd text (approval.md 5.4, P4)."""

import re
from decimal import Decimal
from typing import Final

PLACES: Final = 3
LARGEST: Final = Decimal(10**9)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class NotAQuantity(ValueError):
    """Refused; `code` says why: format, negative, zero, too_large, places, fraction."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(value: object, *, places: int = PLACES, most: Decimal = LARGEST) -> Decimal:
    """A positive exact number from a whole number or from text such as ``12`` or ``2.5``.

    Args:
        places: decimals that are kept; more are refused, not rounded.

    Raises:
        NotAQuantity: also for true, floats, ``1e3``, ``1,000`` and digits that are not ASCII.
    """
    if isinstance(value, Decimal):
        value = f"{value:f}"
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > 40 or not _PLAIN.fullmatch(text):
        digits = isinstance(text, str) and text.isascii() and text.isdigit()
        raise NotAQuantity("too_large" if digits else "format")
    number = Decimal(text)
    if number <= 0:
        raise NotAQuantity("negative" if number < 0 else "zero")
    if number > most:
        raise NotAQuantity("too_large")
    if -int(number.normalize().as_tuple().exponent) > places:
        raise NotAQuantity("places")
    return number


def in_stock_units(
    quantity: Decimal, *, asked_in: str, unit: str, pack_unit: str, pack_size: Decimal, divisible: bool
) -> Decimal:
    """The quantity in stock units: 2 boxes of 5 are 10 pieces.

    Args:
        asked_in: the unit of the order line; empty means stock units.
        divisible: whether a part of a stock unit can be sold, as of a tonne and not of a piece.

    Raises:
        NotAQuantity: ``unit`` for one that the product does not have, ``fraction`` for part of a piece.
    """
    if asked_in and asked_in not in (unit, pack_unit):
        raise NotAQuantity("unit")
    packs = bool(asked_in) and asked_in == pack_unit and pack_unit != unit
    found = quantity * pack_size if packs else quantity
    if not divisible and found != found.to_integral_value():
        raise NotAQuantity("fraction")
    return parse(found)
