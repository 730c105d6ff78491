"""Of DMN's expression language FEEL what a decision table is made of: values, and the conditions of a rule.

A value is a number, a quoted string, true, false, null or a day. A condition compares with values or with other facts:
``< 18, >= 60`` · ``]15..30[`` · ``"A", "B"`` · ``not("A")`` · ``-``. Everything else (functions, arithmetic, contexts,
lists) is refused by name. Comparisons have three answers, as in the standard: with nothing to compare they are neither
true nor false, and the condition does not hold. Source: OMG DMN 1.3, 10.3.1.2 (grammar) and 10.3.2 (semantics).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from policies.rules.cells import PolicyError

Value = Decimal | str | bool | date | None

# Decimal128, the numbers of the standard, has no more digits than this.
MOST_DIGITS: Final = 34
_LONGEST, _LONGEST_PATH = 10_000, 300
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_NUMBER: Final = re.compile(r"-?\s*(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_DATE: Final = re.compile(rf"(?:date\s*\(\s*({_STRING})\s*\)|@({_STRING}))")
_COMPARED: Final = re.compile(r"(<=|>=|<|>|=)?\s*(.*)", re.S)
_BOUNDS: Final = re.compile(rf"((?:{_STRING}|[^\"])*?)\.\.(.*)", re.S)
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\(?:.|\Z))*(?:"|\Z)|[^",]+|,', re.S)
_NOT: Final = re.compile(r"not\s*\((.*)\)", re.S)
_ESCAPED: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.S)
_OPENS, _CLOSES = ("[", "]", "("), ("]", "[", ")")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """Another fact, or a field of one (``applicant.age``), that a condition compares with."""

    path: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """``>= 18``; a range is two of them."""

    sign: str
    operand: Value | Name

    def answer(self, value: Value, facts: Mapping[str, Any]) -> bool | None:
        """Whether `value` compares so; None where the two cannot be compared."""
        other = look_up(facts, self.operand.path) if isinstance(self.operand, Name) else self.operand
        if isinstance(other, list | tuple):
            return either(_compare(self.sign, value, fact(each, self._place)) for each in other)
        return _compare(self.sign, value, fact(other, self._place))

    @property
    def _place(self) -> str:
        return self.operand.path if isinstance(self.operand, Name) else "the condition"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule asks of one input: one of `alternatives`, whose comparisons all hold, or with `negated` none of them.

    Without alternatives anything will do, nothing too.
    """

    text: str = "-"
    alternatives: tuple[tuple[Comparison, ...], ...] = ()
    negated: bool = False

    def holds(self, value: Value, facts: Mapping[str, Any]) -> bool:
        """True when the input has this value; `facts` are those that the condition may name."""
        if not self.alternatives:
            return True
        said = either(_all(each.answer(value, facts) for each in every) for every in self.alternatives)
        return said is (not self.negated)

    def operands(self) -> Iterator[Value | Name]:
        """Everything that is compared with."""
        return (each.operand for every in self.alternatives for each in every)


ANYTHING: Final = Condition()


def condition_of(feel: str, names: Iterable[str] = ()) -> Condition:
    """Read a unary test; `names` are the facts that it may name. Raises PolicyError naming what cannot be read."""
    text = feel.strip()
    if text in ("", "-"):
        return ANYTHING
    if len(text) > _LONGEST:
        said = f"A condition has at most {_LONGEST} characters, not {len(text)}."
        raise PolicyError(said, f"条件最多 {_LONGEST} 个字符，这里有 {len(text)} 个。")
    known = frozenset(names)
    negated = _NOT.fullmatch(text)
    parts = _parts(negated[1] if negated else text)
    return Condition(text, tuple(_alternative(part, known) for part in parts), negated is not None)


def values_of(feel: str) -> tuple[Value, ...]:
    """A list of values, as where a column says which it can have: ``"High", "Low"``. Raises PolicyError."""
    return tuple(_value(part) for part in _parts(feel))


def value_of(feel: str) -> Value:
    """A result: a quoted string, a number, true, false, a day or null. Raises PolicyError for any other expression."""
    return None if feel.strip() in ("", "-") else _value(feel.strip())


def kind_of(value: Any) -> str:
    """number, text, flag or date; empty for null and for what is none of these."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, Decimal | int):
        return "number"
    return "text" if isinstance(value, str) else "date" if type(value) is date else ""


def shown(value: Value) -> str:
    """A value in a message, as FEEL writes it, cut short."""
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    text = (
        f'"{value}"' if isinstance(value, str) else f"{value:f}" if isinstance(value, Decimal) else f'date("{value}")'
    )
    return text if len(text) <= 80 else f"{text[:80]}…"


def look_up(facts: Mapping[str, Any], path: str) -> Any:
    """The fact of this name, or a field of a structured one; None where it is not given."""
    if path in facts:
        return facts[path]
    found: Any = facts
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part.strip())
    return found


def root_of(path: str, names: Collection[str]) -> str:
    """Which of these names a path begins with: ``applicant`` of ``applicant.age``; empty when with none of them."""
    if not names:
        return ""
    ends = [place for place, sign in enumerate(path[:_LONGEST_PATH]) if sign == "."]
    return next((path[:end] for end in (len(path), *reversed(ends)) if path[:end] in names), "")


def fact(value: Any, name: str) -> Value:
    """A value that conditions can compare: whole numbers become Decimals.

    Raises PolicyError naming the fact for a float (not exact), a number that is none, a list or a structure.
    """
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise PolicyError(f"{name} must be a finite number.")
    if value is not None and not kind_of(value):
        raise PolicyError(f"{name} must be a Decimal, an int, a str, a bool or a date, not {type(value).__name__}.")
    known: Value = value
    return known


def day_of(text: str) -> date:
    """``2027-01-31``. Raises PolicyError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        said = f"{text!r} is no day: write it like 2027-01-31."
        raise PolicyError(said, f"“{text}”不是日期：请写成 2027-01-31。") from error


def either(answers: Iterable[bool | None]) -> bool | None:
    """True when one is true, false when all are false, else None."""
    said = list(answers)
    return True if True in said else None if None in said else False


def _all(answers: Iterable[bool | None]) -> bool | None:
    said = list(answers)
    return False if False in said else None if None in said else True


def _compare(sign: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return left is right if sign == "=" else None
    if isinstance(left, str) and isinstance(right, date):
        left = day_of(left)
    elif isinstance(left, date) and isinstance(right, str):
        right = day_of(right)
    if kind_of(left) != kind_of(right):
        return None
    return _COMPARE[sign](left, right)


def _parts(text: str) -> list[str]:
    """Split at the commas that stand outside of strings."""
    parts = [""]
    for piece in _PIECE.findall(text):
        if piece == ",":
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def _alternative(part: str, names: frozenset[str]) -> tuple[Comparison, ...]:
    ranged = _BOUNDS.fullmatch(part[1:-1]) if part[:1] in _OPENS and part[-1:] in _CLOSES else None
    if not ranged:
        sign, operand = _COMPARED.fullmatch(part).groups()  # type: ignore[union-attr]  # it matches every text
        compared = Comparison(sign or "=", _operand(operand.strip(), names))
        if compared.sign != "=" and (compared.operand is None or isinstance(compared.operand, bool)):
            said = f"Only numbers, strings and days are larger or smaller: {part!r}."
            raise PolicyError(said, f"只有数字、字符串和日期才有大小：{part}。")
        return (compared,)
    low, high = (_operand(ranged[place].strip(), names) for place in (1, 2))
    kinds = {kind_of(each) for each in (low, high) if not isinstance(each, Name)}
    if not kinds <= {"number"} and not kinds <= {"text"} and not kinds <= {"date"}:
        said = f"A range goes from one number, string or day to another: {part!r}."
        raise PolicyError(said, f"区间的两端须同为数字、字符串或日期：{part}。")
    if not isinstance(low, Name) and not isinstance(high, Name) and _compare(">", low, high):
        raise PolicyError(f"The range {part!r} is empty.", f"区间 {part} 是空的。")
    return (
        Comparison(">=" if part[0] == "[" else ">", low),
        Comparison("<=" if part[-1] == "]" else "<", high),
    )


def _operand(text: str, names: frozenset[str]) -> Value | Name:
    return Name(text) if root_of(text, names) else _value(text)


def _value(text: str) -> Value:
    if _NUMBER.fullmatch(text):
        number = Decimal(re.sub(r"\s", "", text))
        if len(number.as_tuple().digits) > MOST_DIGITS:
            said = f"A number has at most {MOST_DIGITS} digits, not {text[:50]!r}."
            raise PolicyError(said, f"数字最多 {MOST_DIGITS} 位：{text[:50]}。")
        return number
    if text in ("true", "false", "null"):
        return None if text == "null" else text == "true"
    if re.fullmatch(_STRING, text, re.S):
        return _unquoted(text)
    day = _DATE.fullmatch(text)
    if day:
        return day_of(_unquoted(day[1] or day[2]))
    shown = text if len(text) <= 80 else f"{text[:80]}…"
    said = f"Only a number, a string in quotes, true, false, null or a day can stand here, not {shown!r}."
    raise PolicyError(said, f"这里只能是数字、带引号的字符串、true、false、null 或日期，而不是“{shown}”。")


def _unquoted(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        escaped = found[1]
        if escaped[0] in "uU" and len(escaped) > 1 and int(escaped[1:], 16) < 0x110000:
            return chr(int(escaped[1:], 16))
        if escaped not in _ESCAPES:
            raise PolicyError(f"Unknown escape \\{escaped} in {text!r}.", f"{text} 中有未知的转义 \\{escaped}。")
        return _ESCAPES[escaped]

    said = _ESCAPED.sub(plain, text[1:-1])
    try:  # two escapes may be the halves of one character
        return said.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise PolicyError(f"An escape is half a character in {text!r}.", f"{text} 中的转义只有半个字符。") from error
