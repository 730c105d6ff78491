"""How expressions are worked out: exactly, in decimal numbers, with three truth values.

Sums, differences and products are exact; a quotient has 34 significant digits, rounded half up. Whatever an unknown
value would decide is unknown (None); so is a division by zero, and a figure that needs more than 120 digits. ``and``
is false when one side is, ``or`` true when one side is, whatever the other is (Kleene).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Any, Final

from policies.rules.cells import PolicyError

Value = Decimal | bool | str | date | None
Facts = Mapping[str, Any]
Run = Callable[[Facts], Any]

DIGITS: Final = 34
MOST_DIGITS: Final = 120
_HUNDRED: Final = Decimal(100)
_HUNDREDTH: Final = Decimal("0.01")
_WRONG: Final = [InvalidOperation, DivisionByZero, Overflow]
EXACT: Final = Context(prec=MOST_DIGITS, Emin=-999, Emax=999, traps=[*_WRONG, Inexact])
QUOTIENT: Final = Context(prec=DIGITS, rounding=ROUND_HALF_UP, Emin=-999, Emax=999, traps=_WRONG)
ROUNDED: Final = Context(prec=MOST_DIGITS, rounding=ROUND_HALF_UP, Emin=-999, Emax=999, traps=_WRONG)


def constant(value: Value) -> Run:
    """A value as written."""
    return lambda facts: value


def fact(key: str, kind: str) -> Run:
    """A fact by its key. The closure raises PolicyError for one of another type than its column says."""
    readers: dict[str, Callable[[str, Any], Value]] = {"text": _text, "flag": _flag, "date": _date}
    read = readers.get(kind, _number)

    def run(facts: Facts) -> Value:
        value = facts.get(key)
        return None if value is None else read(key, value)

    return run


def _number(key: str, value: Any) -> Decimal:
    if type(value) is Decimal and value.is_finite():
        return value
    if type(value) is int and value.bit_length() <= 4 * MOST_DIGITS:
        return Decimal(value)
    raise PolicyError(f"Fact {key} must be a finite Decimal or an int.")


def _text(key: str, value: Any) -> str:
    if type(value) is str:
        return value
    raise PolicyError(f"Fact {key} must be text.")


def _flag(key: str, value: Any) -> bool:
    if type(value) is bool:
        return value
    raise PolicyError(f"Fact {key} must be true or false.")


def _date(key: str, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise PolicyError(f"Fact {key} must be a day such as 2026-01-31.") from error


def _known(operate: Callable[..., Value], *runs: Run) -> Run:
    """Unknown as soon as one operand is, or when the result cannot be held exactly."""

    def run(facts: Facts) -> Value:
        values = [each(facts) for each in runs]
        if None in values:
            return None
        try:
            return operate(*values)
        except (DecimalException, OverflowError):
            return None

    return run


def sum_of(operator: str, left: Run, right: Run) -> Run:
    """``+`` or ``-`` of two numbers."""
    return _known(EXACT.add if operator == "+" else EXACT.subtract, left, right)


def later(operator: str, left: Run, right: Run) -> Run:
    """A day so many days after (or before) another; only whole days have an answer."""

    def operate(day: date, days: Decimal) -> date | None:
        if days != days.to_integral_value() or abs(days) > 3_700_000:
            return None
        return day + timedelta(days=int(days) if operator == "+" else -int(days))

    return _known(operate, left, right)


def distance(first: Run, second: Run) -> Run:
    """Days from the first day to the second."""
    return _known(lambda one, other: Decimal((other - one).days), first, second)


def product(left: Run, right: Run, *, share: bool) -> Run:
    """Of two numbers; a `share` is so many per cent of the other."""
    if share:
        return _known(lambda one, other: EXACT.multiply(EXACT.multiply(one, other), _HUNDREDTH), left, right)
    return _known(EXACT.multiply, left, right)


def quotient(left: Run, right: Run) -> Run:
    """Of two numbers, unknown for a division by zero."""
    return _known(QUOTIENT.divide, left, right)


def percentage(left: Run, right: Run) -> Run:
    """How many per cent of the second number the first one is."""
    return _known(lambda one, other: QUOTIENT.divide(EXACT.multiply(one, _HUNDRED), other), left, right)


def negative(operand: Run) -> Run:
    """The number with the other sign."""
    return _known(EXACT.minus, operand)


def absolute(operand: Run) -> Run:
    """The number without its sign."""
    return _known(EXACT.abs, operand)


def rounded(operand: Run, digits: int) -> Run:
    """Half up, away from zero, to so many decimals; negative ones round to tens, hundreds …"""
    unit = Decimal(1).scaleb(-digits)
    return _known(lambda value: ROUNDED.quantize(value, unit), operand)


def total(runs: Sequence[Run]) -> Run:
    """Sum of any number of values."""

    def operate(*values: Decimal) -> Decimal:
        whole = Decimal(0)
        for value in values:
            whole = EXACT.add(whole, value)
        return whole

    return _known(operate, *runs)


def extreme(function: str, runs: Sequence[Run]) -> Run:
    """The smallest or the largest."""
    return _known(min if function == "min" else max, *runs)


_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def compared(operator: str, left: Run, right: Run) -> Run:
    """Two values of one type."""
    return _known(_COMPARE[operator], left, right)


def among(operand: Run, values: Iterable[str], *, negated: bool) -> Run:
    """Whether a text is one of a list, or none of it."""
    wanted = frozenset(values)
    return _known(lambda value: (value in wanted) is not negated, operand)


def both(left: Run, right: Run) -> Run:
    """Kleene's and: false as soon as one side is."""
    return _decided(False, left, right)


def either(left: Run, right: Run) -> Run:
    """Kleene's or: true as soon as one side is."""
    return _decided(True, left, right)


def _decided(by: bool, left: Run, right: Run) -> Run:
    """What one side decides whatever the other is, known or not; the opposite when both sides say so."""

    def run(facts: Facts) -> bool | None:
        one: bool | None = left(facts)
        if one is by:
            return one
        other: bool | None = right(facts)
        return None if one is None and other is not by else other

    return run


def opposite(operand: Run) -> Run:
    """Kleene's not."""
    return _known(lambda value: not value, operand)


def choice(condition: Run, then: Run, otherwise: Run) -> Run:
    """One of two values; unknown when the condition is."""

    def run(facts: Facts) -> Any:
        holds = condition(facts)
        return None if holds is None else then(facts) if holds else otherwise(facts)

    return run


def is_known(operand: Run) -> Run:
    """Whether a value is known; itself always is."""
    return lambda facts: operand(facts) is not None
