"""What a submission freezes: everything that the decider sees, in one shape for every kind, and its way to JSON."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from customers.models import Customer
from policies.rules.cells import NUMBER_KINDS
from policies.rules.tables import Column
from workflows.rules import ConditionField, Conditions, Terms

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?")


def frozen(
    *,
    kind: str,
    customer: Customer | None,
    asked: Mapping[str, Any],
    attachments: Iterable[Mapping[str, Any]],
    evaluation: Mapping[str, Any],
    facts: Mapping[str, Any],
    terms: Terms,
    authority: Decimal,
    on: date,
) -> dict[str, Any]:
    """The content of a submission.

    Args:
        asked: the letter's own fields, for "what is asked".
        attachments: ``{"kind", "name", "sha256", "size", "id"}`` of each paper.
        evaluation: figures with their derivation, JSON-able.
        authority: what ceilings of authority are compared with.
    """
    about = None
    if customer is not None:
        about = {"id": customer.pk, "code": customer.code, "name": customer.name, "uscc": customer.uscc}
    return {
        "kind": kind,
        "customer": about,
        "asked": {name: plain(value) for name, value in asked.items()},
        "attachments": list(attachments),
        "evaluation": dict(evaluation),
        "facts": {key: plain(value) for key, value in facts.items()},
        "terms": terms_to_json(terms),
        "authority": str(authority),
        "as_of": on.isoformat(),
    }


def plain(value: Any) -> Any:
    """Numbers and dates as text, so that stored and hashed content are the same."""
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)


def facts_from_json(columns: Mapping[str, Column], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a submission as the policy tables want them."""
    known = dict(facts)
    for key, column in columns.items():
        value = known.get(key)
        if column.kind in NUMBER_KINDS and value is not None and not isinstance(value, bool):
            known[key] = Decimal(str(value))
    return known


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """Terms as strings, for storage and digest; lists of sentences stay lists."""
    return {name: list(value) if isinstance(value, tuple) else plain(value) for name, value in terms.items()}


def terms_from_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `terms_to_json`: terms are amounts, counts, days and lists of sentences, never free text."""
    return {name: _term(value) for name, value in data.items()}


def _term(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return value


def conditions_to_json(conditions: Conditions) -> dict[str, Any]:
    """Only the conditions that were made."""
    return {name: plain(value) for name, value in conditions.items() if value not in (None, "")}


def conditions_from_json(fields: Iterable[ConditionField], data: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `conditions_to_json`."""
    read: dict[str, Callable[[Any], Any]] = {"days": int, "day": date.fromisoformat, "text": str}
    return {field.name: read.get(field.type, Decimal)(data[field.name]) for field in fields if field.name in data}
