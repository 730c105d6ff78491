"""How values are written on paper: finished text in the active language."""

from datetime import date
from decimal import Decimal

from accounts.language import pick
from accounts.roles import LABELS

# What stands where there is nothing to say, as in `contracts.letters.context`.
NOTHING = "—"


def role(code: str) -> str:
    """A role's name in the active language."""
    return pick(*LABELS[code])


def money(amount: Decimal | str | None, currency: str = "") -> str:
    """1,200,000.00 with the currency before it."""
    if amount is None:
        return NOTHING
    return f"{currency} {Decimal(amount):,.2f}".strip()


def day(value: date | str | None) -> str:
    """An ISO date; both languages read it alike."""
    return str(value) if value else NOTHING


def days(number: int | None) -> str:
    """A payment term in words."""
    return NOTHING if number is None else pick(f"{number} 天", f"{number} days")
