"""What an approver asked for, in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.templatetags import formats
from workflows import rules
from workflows.kind import Kind


def condition_words(kind: Kind, conditions: Mapping[str, Any], currency: str) -> list[str]:
    """What an approver asked for, one sentence each."""
    return [
        str(wanted.said) % {"value": _condition_value(wanted, conditions[wanted.name], currency)}
        for wanted in kind.conditions
        if wanted.name in conditions
    ]


def _condition_value(wanted: rules.ConditionField, value: Any, currency: str) -> str:
    match wanted.type:
        case "money":
            return f"{currency} {formats.grouped(Decimal(value), 2)}"
        case "percent":
            return f"{formats.grouped(Decimal(value).normalize())} %"
        case "number":
            return formats.grouped(Decimal(value).normalize())
        case _:
            return str(value)
