"""Reading filed answers of the case forms: numbers, dates and tables that were kept as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from credit.rules.statements import Statements

Answers = Mapping[str, Any]
_MONEY = ("ca", "inv", "ta", "cl", "tl", "eq", "intang", "rev", "rev_prev", "np", "ocf")


def amount(answers: Answers, code: str) -> Decimal | None:
    """A number that was answered, or None."""
    given = answers.get(code)
    if given in (None, ""):
        return None
    try:
        return Decimal(str(given))
    except InvalidOperation:
        return None


def day(answers: Answers, code: str) -> date | None:
    """A date that was answered, or None."""
    given = answers.get(code)
    try:
        return date.fromisoformat(str(given)) if given else None
    except ValueError:
        return None


def lines(answers: Answers, code: str) -> list[str]:
    """The rows of a table answered one per line."""
    return [row.strip() for row in str(answers.get(code) or "").splitlines() if row.strip()]


def statements(answers: Answers, as_of: str) -> Statements:
    """The figures of form 3."""
    return Statements(
        quality=str(answers.get("quality") or "none"),
        as_of=as_of,
        **{name: amount(answers, name) for name in _MONEY},
    )
