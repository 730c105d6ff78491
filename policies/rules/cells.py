"""One cell of a decision table: the text a policy owner types, parsed once into an exact test.

Grammar (blank or ``-`` means any value):
``>= 15``  ``> 1``  ``<= 5``  ``< 5``  ``= x``  ``10..20``  ``[10..20)``  ``(10..20]``  ``in A, B``
``not in A, B``
``true``  ``false``; several number conditions separated by a comma are alternatives (``< 18, >= 60``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

NUMBER_KINDS = frozenset({"money", "pct", "days", "count", "number"})
KINDS = NUMBER_KINDS | {"text", "flag"}

Fact = Decimal | int | str | bool | None
Test = Callable[[Fact], bool]

_NUMBER = r"-?\d+(?:\.\d+)?"
_COMPARE = re.compile(rf"(>=|<=|>|<|=)?\s*({_NUMBER})\s*%?")
_RANGE = re.compile(rf"([\[(])?\s*({_NUMBER})\s*%?\s*\.\.\s*({_NUMBER})\s*%?\s*([\])])?")
_SEPARATED = re.compile(r"\d,\d{3}(?!\d)")
SYMBOLS = str.maketrans({"≥": ">=", "≤": "<=", "，": ",", "＞": ">", "＜": "<"})


class PolicyError(ValueError):
    """A table, cell or fact that cannot be understood: the message names it."""


class CellError(PolicyError):
    """A cell that cannot be read, said in both languages: `str()` is the English sentence."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers; None is unbounded."""

    low: Decimal | None
    low_closed: bool
    high: Decimal | None
    high_closed: bool

    def holds(self, value: Decimal | int) -> bool:
        """True when `value` is inside; a bound belongs to the range where the cell says so."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_closed)):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_closed)


@dataclass(frozen=True, slots=True)
class Cell:
    """A parsed cell. `test` is only called with a known value: a missing fact never matches a cell that
    asks.
    """

    text: str
    test: Test
    intervals: tuple[Interval, ...] = ()
    values: tuple[str, ...] = ()
    negated: bool = False


def parse_cell(text: str, kind: str, scale: Decimal = Decimal(1)) -> Cell | None:
    """Parse one cell; None for "any value".

    Args: `kind` of the column (money, pct, days, count, number, text, flag); `scale` multiplies the
    thresholds of
    money columns (the parameter doa_scale). Raises PolicyError naming the text.
    """
    written = text.translate(SYMBOLS).strip()
    if written in ("", "-"):
        return None
    if kind in NUMBER_KINDS:
        return _number_cell(written, scale if kind == "money" else Decimal(1))
    if kind == "flag":
        return _flag_cell(written)
    if kind == "text":
        return _text_cell(written)
    raise PolicyError(f"Unknown column type {kind!r}.")


def _number_cell(text: str, scale: Decimal) -> Cell:
    if _SEPARATED.search(text):
        raise CellError(f"数字不要写千位分隔符：{text}。", f"Write numbers without thousands separators: {text!r}.")
    intervals = tuple(_interval(part.strip(), scale) for part in text.split(","))
    if len(intervals) == 1:
        only = intervals[0]
        return Cell(text, only.holds, intervals)  # type: ignore[arg-type]  # facts are type-checked beforehand
    return Cell(text, lambda value: any(each.holds(value) for each in intervals), intervals)  # type: ignore[arg-type]


def _interval(part: str, scale: Decimal) -> Interval:
    compared = _COMPARE.fullmatch(part)
    if compared:
        bound = _decimal(compared[2]) * scale
        return {
            ">=": Interval(bound, True, None, False),
            ">": Interval(bound, False, None, False),
            "<=": Interval(None, False, bound, True),
            "<": Interval(None, False, bound, False),
        }.get(compared[1] or "=", Interval(bound, True, bound, True))
    ranged = _RANGE.fullmatch(part)
    if not ranged:
        raise CellError(f"看不懂条件“{part}”。", f"Cannot read the condition {part!r}.")
    low, high = _decimal(ranged[2]) * scale, _decimal(ranged[3]) * scale
    if low > high:
        raise CellError(f"区间“{part}”是空的。", f"The range {part!r} is empty.")
    return Interval(low, ranged[1] != "(", high, ranged[4] != ")")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CellError(f"不是数字：{text}。", f"Not a number: {text!r}.") from error


def _flag_cell(text: str) -> Cell:
    wanted = {"true": True, "false": False}.get(text.lower())
    if wanted is None:
        raise CellError(f"请写 true 或 false，而不是“{text}”。", f"Write true or false, not {text!r}.")
    return Cell(text, lambda value: value is wanted, values=(text.lower(),))


def _text_cell(text: str) -> Cell:
    negated = text.startswith("not in ")
    listed = text.removeprefix("not in ") if negated else text.removeprefix("in ").removeprefix("=")
    values = tuple(part.strip() for part in listed.split(","))
    if not all(values):
        raise CellError(f"“{text}”中有空值。", f"Empty value in {text!r}.")
    wanted = frozenset(values)
    if negated:
        return Cell(text, lambda value: value not in wanted, values=values, negated=True)
    return Cell(text, lambda value: value in wanted, values=values)
