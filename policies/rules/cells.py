"""One cell of a decision table: the text a policy owner types, parsed once into an exact test.

Grammar (blank or ``-`` means any value):
``>= 15``  ``> 1``  ``<= 5``  ``< 5``  ``= x``  ``10..20``  ``[10..20)``  ``(10..20]``  ``in A, B``
``not in A, B``
``true``  ``false``; several number conditions separated by a comma are alternatives (``< 18, >= 60``).
What Chinese keyboards and word processors make of it (``≥１５％``, ``10–20``, ``in A、B``) is the same (`spelled`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

NUMBER_KINDS = frozenset({"money", "pct", "days", "count", "number"})
KINDS = NUMBER_KINDS | {"text", "flag"}

Fact = Decimal | int | str | bool | None
Test = Callable[[Fact], bool]

NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_COMPARE = re.compile(rf"(>=|<=|>|<|=)?\s*({NUMBER})\s*%?")
_RANGE = re.compile(rf"([\[(])?\s*({NUMBER})\s*%?\s*\.\.\s*({NUMBER})\s*%?\s*([\])])?")
_COMMA_RANGE = re.compile(rf"([\[(])\s*({NUMBER})\s*%?\s*,\s*({NUMBER})\s*%?\s*([\])])")
_SEPARATED = re.compile(r"\d,\d{3}(?!\d)")
# A comma may be meant for a thousands separator, the others not: a space keeps them apart.
_SEPARATORS = {"，": ",", "、": ", ", "；": ", ", ";": ", "}
_BETWEEN = re.compile("[,，、；;]")
_SIGNS = {"≥": ">=", "≤": "<=", "＞": ">", "＜": "<", "＝": "="}
_LETTERS = {chr(ord(full) + n): chr(ord(plain) + n) for full, plain in ("ＡA", "ａa") for n in range(26)}
_DIGITS = {chr(ord("０") + digit): str(digit) for digit in range(10)}
_OF_NUMBERS = str.maketrans({
    **_SIGNS, **_SEPARATORS, **_DIGITS, "−": "-", "－": "-", "…": "..", "％": "%", "．": ".",
    "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]",
})  # fmt: skip
_OF_WORDS = str.maketrans({**_SIGNS, **_SEPARATORS, **_DIGITS, **_LETTERS, "“": '"', "”": '"', "‘": "'", "’": "'"})
_ANY = ("", "-", "–", "—", "－")
# ``10-20`` and ``10 % – 20 %``: a dash between two numbers is their range, and nowhere else.
_DASH = re.compile(r"(?<=[0-9%])\s*[-–—~～〜至到]\s*(?=-?[0-9])")
_LISTED = re.compile(r"(?:(?i:(not\s+in|in))(?=[\s(（\[{\"']))?\s*=?\s*(.*)", re.S)
# In a value that is not quoted these rather say that something else was meant.
ODD = re.compile(r"[\s/∈<>≤≥＜＞]")
_BRACKETS = ("()", "（）", "[]", "{}")


class PolicyError(ValueError):
    """A table, cell or fact that cannot be understood: the message names it, in English where no Chinese is given."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.en, self.zh = en, zh or en


class CellError(PolicyError):
    """A cell that cannot be read, said in both languages: `str()` is the English sentence."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en, zh)


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
    written = spelled(text, kind)
    if not written:
        return None
    if kind in NUMBER_KINDS:
        return _number_cell(text.strip(), written, scale if kind == "money" else Decimal(1))
    if kind == "flag":
        return _flag_cell(written)
    if kind == "text":
        return _text_cell(written)
    raise PolicyError(f"Unknown column type {kind!r}.")


def spelled(text: str, kind: str) -> str:
    """A cell in the one spelling of the grammar, empty for any value; what cannot be read comes out as it went in.

    Raises CellError for a list of words that has an empty or a half quoted value.
    """
    if text.strip() in _ANY:
        return ""
    if kind == "text":
        return _spelled_words(text.strip(), text.translate(_OF_WORDS).strip())
    written = _DASH.sub("..", text.translate(_OF_NUMBERS).strip())
    return written.lower() if kind == "flag" else written


def _spelled_words(text: str, written: str) -> str:
    """`text` as it was typed is what a refusal quotes."""
    found = _LISTED.fullmatch(written)
    opening, listed = (found[1], found[2]) if found else (None, written)
    if opening and listed[:1] + listed[-1:] in _BRACKETS:
        listed = listed[1:-1]
    values = [_one_word(part.strip(), text) for part in listed.split(",")]
    if not all(values) or written == "in" or written.lower() == "not in":
        raise CellError(
            f"“{text}”中有空值：请写成 in A, B 或 not in A, B。",
            f"Empty value in {text!r}: write in A, B or not in A, B.",
        )
    return f"{'not in' if opening and opening[0] in 'nN' else 'in'} {', '.join(values)}"


def _one_word(value: str, text: str) -> str:
    """A value without the quotes around it, unless they say that all of it is one. Raises CellError where they do not
    match, as around a comma.
    """
    marks = [mark for mark in "\"'" if mark in (value[:1], value[-1:])]
    if not marks:
        return value
    if len(value) < 2 or value[0] != value[-1]:
        zh, en = (
            f"“{text}”的引号不成对；值中不能有逗号。",
            f"The quotes in {text!r} do not match; a value has no commas.",
        )
        raise CellError(zh, en)
    inner = value[1:-1].strip()
    return f'"{inner}"' if ODD.search(inner) else inner


def always_holds(cell: Cell) -> bool:
    """Whether the alternatives of a number cell together leave nothing out, so that it asks nothing."""
    bounds = sorted({bound for each in cell.intervals for bound in (each.low, each.high) if bound is not None})
    between = [(one + other) / 2 for one, other in pairwise(bounds)]
    points = [bounds[0] - 1, *bounds, *between, bounds[-1] + 1] if bounds else []
    return bool(points) and all(cell.test(point) for point in points)


def _number_cell(text: str, written: str, scale: Decimal) -> Cell:
    """`written` is the text in the spelling of the grammar; what is refused is quoted as it was typed."""
    if found := _COMMA_RANGE.fullmatch(written):
        rather = found.expand(r"\1\2..\3\4")
        raise CellError(f"区间请写成 {rather}。", f"Write the range as {rather}.")
    if _SEPARATED.search(written):
        raise CellError(f"数字不要写千位分隔符：{text}。", f"Write numbers without thousands separators: {text!r}.")
    parts = zip(written.split(","), _BETWEEN.split(text), strict=True)
    intervals = tuple(_interval(part.strip(), shown.strip(), scale) for part, shown in parts)
    if len(intervals) == 1:
        only = intervals[0]
        return Cell(written, only.holds, intervals)  # type: ignore[arg-type]  # facts are type-checked beforehand
    return Cell(written, lambda value: any(each.holds(value) for each in intervals), intervals)  # type: ignore[arg-type]


def _interval(part: str, shown: str, scale: Decimal) -> Interval:
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
        zh, en = _rather(part)
        raise CellError(f"看不懂条件“{shown}”。{zh}", f"Cannot read the condition {shown!r}. {en}")
    low, high = _decimal(ranged[2]) * scale, _decimal(ranged[3]) * scale
    low_closed, high_closed = ranged[1] != "(", ranged[4] != ")"
    if low > high:
        zh, en = (
            f"区间“{shown}”是空的：小的数写在前面。",
            f"The range {shown!r} is empty: the smaller number comes first.",
        )
        raise CellError(zh, en)
    if low == high and not (low_closed and high_closed):
        raise CellError(f"区间“{shown}”是空的。", f"The range {shown!r} is empty.")
    return Interval(low, low_closed, high, high_closed)


def _rather(part: str) -> tuple[str, str]:
    """What would be right, where that can be guessed."""
    for pattern, template in _SUGGESTIONS:
        if found := pattern.fullmatch(part):
            rather = found.expand(template).strip()
            try:
                _number_cell(rather, rather, Decimal(1))
            except CellError:
                break
            return f"可写成 {rather}。", f"Write {rather}."
    return (
        "请写成 >= 15、10..20 或 [10..20)，不带单位；留空表示任意。",
        "Write >= 15, 10..20 or [10..20), without a unit; blank for any.",
    )


_SUGGESTIONS = [
    (re.compile(pattern), template)
    for pattern, template in (
        (rf"=\s*([<>])\s*({NUMBER})\s*%?", r"\1= \2"),
        (rf"([<>]=?|=)?=\s*({NUMBER})\s*%?", r"= \2"),
        (rf"(?:≠|!=|<>|not(?:\s+in|\s*=)?)\s*({NUMBER})\s*%?", r"< \1, > \1"),
        (rf"({NUMBER})\s*%?\s*(?:\+|\.\.)", r">= \1"),
        (rf"\.\.\s*({NUMBER})\s*%?", r"<= \1"),
        (r"([<>]=?|=)?\s*\.([0-9]+)\s*%?", r"\1 0.\2"),
        (r"([<>]=?|=)?\s*([0-9]+)\.\s*%?", r"\1 \2"),
        (rf">=\s*({NUMBER})\s*%?\s*(?:and|且|&|\s)\s*<=\s*({NUMBER})\s*%?", r"[\1..\2]"),
        (rf">=\s*({NUMBER})\s*%?\s*(?:and|且|&|\s)\s*<\s*({NUMBER})\s*%?", r"[\1..\2)"),
        (rf">\s*({NUMBER})\s*%?\s*(?:and|且|&|\s)\s*<=\s*({NUMBER})\s*%?", r"(\1..\2]"),
        (rf">\s*({NUMBER})\s*%?\s*(?:and|且|&|\s)\s*<\s*({NUMBER})\s*%?", r"(\1..\2)"),
    )
]


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CellError(f"不是数字：{text}。", f"Not a number: {text!r}.") from error


def _flag_cell(text: str) -> Cell:
    wanted = {"true": True, "false": False}.get(text)
    if wanted is None:
        raise CellError(f"请写 true 或 false，而不是“{text}”。", f"Write true or false, not {text!r}.")
    return Cell(text, lambda value: value is wanted, values=(text,))


def _text_cell(text: str) -> Cell:
    negated = text.startswith("not in ")
    listed = text.removeprefix("not in " if negated else "in ").split(", ")
    values = tuple(value[1:-1] if value[:1] == '"' else value for value in listed)
    wanted = frozenset(values)
    if negated:
        return Cell(text, lambda value: value not in wanted, values=values, negated=True)
    return Cell(text, lambda value: value in wanted, values=values)
