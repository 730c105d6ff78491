"""The one way text becomes money: plain ASCII digits, at most two decimals, never rounded silently."""

import re
from decimal import Decimal
from typing import Final

LARGEST: Final = Decimal("1000000000000")
_PLAIN = re.compile(r"-?[0-9]{1,13}(\.[0-9]+)?", re.ASCII)


class NotMoney(ValueError):
    """Refused text; ``code`` says why (empty, format, separator, digits, scale, negative, too_large)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_money(text: str, *, allow_negative: bool = False) -> Decimal:
    """Read an amount in currency units such as ``1200000`` or ``95.50``.

    Refused with a code instead of guessed: full-width and Arabic digits, ``1e3``, ``1_000``, ``1,000``,
    NaN, Infinity, a plus sign, more than two decimals, more than 1e12.

    Raises:
        NotMoney: with the reason's code.
    """
    text = text.strip(" ")
    if not text:
        raise NotMoney("empty")
    if not _PLAIN.fullmatch(text):
        if any(char.isdigit() and not char.isascii() for char in text):
            raise NotMoney("digits")
        if re.fullmatch(r"-?[0-9]{1,3}([,' ][0-9]{3})+(\.[0-9]+)?", text):
            raise NotMoney("separator")
        if re.fullmatch(r"-?[0-9]{14,}(\.[0-9]+)?", text):
            raise NotMoney("too_large")
        raise NotMoney("format")
    amount = Decimal(text)
    if -int(amount.as_tuple().exponent) > 2:
        raise NotMoney("scale")
    if amount < 0 and not allow_negative:
        raise NotMoney("negative")
    if abs(amount) > LARGEST:
        raise NotMoney("too_large")
    return amount + Decimal(0)  # folds -0 into 0
