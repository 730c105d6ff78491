"""The variants of a credit application: what each asks for, and what follows from the line in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from policies.rules.cells import Fact

TEMPORARY: Final = "temporary"
REDUCTIONS: Final = ("decrease", "freeze", "close")
_ALWAYS: Final = frozenset({"req_type", "reason_text", "confidential"})
# What a person fills in; every other field of form 1 follows from the line in force. Other types ask for all of them.
_ASKED: Final[Mapping[str, frozenset[str]]] = {
    TEMPORARY: _ALWAYS | {"req_limit", "valid_from", "valid_to", "reason_code"},
    "decrease": _ALWAYS | {"req_limit"},
    "freeze": _ALWAYS,
    "close": _ALWAYS,
}


@dataclass(frozen=True, slots=True)
class Held:
    """The trade line in force: amount (None is unlimited), term in days, last day, security behind it."""

    amount: Decimal | None
    term_days: int
    valid_to: date | None
    security_type: str
    security_value: Decimal


def asks_for(req_type: str, field: str) -> bool:
    """Whether this type of request lets a person fill in the field."""
    return req_type not in _ASKED or field in _ASKED[req_type]


def is_reduction(req_type: str) -> bool:
    """Decrease, freeze and closing: in force at once (CL-0)."""
    return req_type in REDUCTIONS


def follows(req_type: str, held: Held | None, today: date, year_end: date) -> dict[str, Any]:
    """Values of the fields that nobody fills in, from the line in force; empty for an ordinary request.

    Args:
        year_end: the last day that counts where the line names none.
    """
    if req_type not in _ASKED:
        return {}
    values: dict[str, Any] = {
        "req_term": held.term_days if held else 0,
        "req_placement": None,
        "forecast_month": None,
        "grade_override": 0,
        "override_reason": "",
    }
    if req_type == TEMPORARY:
        return {**values, "security_type": "", "security_value": None}
    values |= {"valid_from": today, "valid_to": max(today, (held and held.valid_to) or year_end)}
    values |= {"security_type": held.security_type, "security_value": held.security_value or None} if held else {}
    if req_type == "freeze":
        values["req_limit"] = held.amount if held and held.amount is not None else Decimal(0)
    if req_type == "close":
        values["req_limit"] = Decimal(0)
    return values


def temporary_share(asked: Decimal, earlier: Decimal, base: Decimal | None) -> Decimal | None:
    """What is asked, with what was asked in the anti-splitting window, in per cent of the limit in force."""
    if not base:
        return None
    return 100 * (asked + earlier) / base


def days(start: date | None, end: date | None) -> int | None:
    """First and last day both count."""
    return (end - start).days + 1 if start and end else None


def facts(
    req_type: str,
    *,
    share_pct: Decimal | None,
    length: int | None,
    granted_in_12m: int,
    frozen: bool,
    has_line: bool,
    by_controller: bool,
    stars: int | None,
    key_account: bool,
) -> dict[str, Fact]:
    """What the tables TL and CL-0 look at.

    Args:
        has_line: a trade line is in force, other than zero.
        by_controller: credit control of the customer wrote the request itself.
    """
    return {
        "temporary": req_type == TEMPORARY,
        "temporary_share_pct": share_pct,
        "temporary_days": length,
        "temporary_in_12m": granted_in_12m,
        "freeze": req_type == "freeze",
        "close": req_type == "close",
        "unfreeze": req_type == "unfreeze",
        "frozen": frozen,
        "has_line": has_line,
        "by_controller": by_controller,
        "tier": stars or 0,
        "key_account": key_account,
    }
