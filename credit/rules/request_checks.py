"""What is wrong with the application itself, before any policy is asked: missing or impossible entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from customers.rules.ledger import add_months
from policies.rules.tables import Reason

TEMPORARY_DAYS: Final = 60
AHEAD_MONTHS: Final = 12
NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    "req_limit": ("申请信用额度", "requested limit"),
    "req_term": ("申请账期", "requested term"),
    "settlement": ("结算方式", "settlement"),
    "valid_from": ("有效期起", "valid from"),
    "valid_to": ("有效期止", "valid to"),
    "forecast_month": ("预计月销售额", "forecast monthly sales"),
    "reason_code": ("主要理由", "main reason"),
    "reason_text": ("理由说明", "explanation of the reason"),
}


def trading(active: bool) -> list[Reason]:
    """No credit is asked for a customer with whom we no longer trade."""
    if active:
        return []
    return [Reason("BL-CLOSED", "该客户已停用,不能申请授信。", "We no longer trade with this customer.")]


def missing_entries(entries: Mapping[str, Any]) -> list[Reason]:
    """One block per mandatory field of form 1 that is empty; `values.field` says where to jump.

    Args:
        entries: the fields that this type of request asks for.
    """
    return [
        Reason("BL-FIELD", f"请填写「{zh}」。", f"Fill in: {en}.", {"field": name})
        for name, (zh, en) in NEEDED.items()
        if name in entries and entries[name] in (None, "")
    ]


def validity(req_type: str, start: date | None, end: date | None, on: date) -> list[Reason]:
    """A line lives at most twelve months, a temporary one 60 days, not in the past, beginning within a year."""
    if start is None or end is None:
        return []
    found = []
    if end < on:
        found.append(Reason("BL-PAST", "有效期已过。", "The last day is in the past.", {"field": "valid_to"}))
    if start > add_months(on, AHEAD_MONTHS):
        found.append(
            Reason(
                "BL-FAR",
                f"有效期起不能晚于 {AHEAD_MONTHS} 个月之后。",
                f"The first day is more than {AHEAD_MONTHS} months ahead.",
                {"field": "valid_from"},
            )
        )
    if req_type == "temporary" and (end - start).days >= TEMPORARY_DAYS:
        found.append(
            Reason(
                "BL-TEMPORARY",
                f"临时额度最长 {TEMPORARY_DAYS} 天。",
                f"A temporary limit lasts at most {TEMPORARY_DAYS} days.",
                {"field": "valid_to"},
            )
        )
    elif end >= add_months(start, 12):
        found.append(
            Reason(
                "BL-YEAR",
                "额度有效期最长 12 个月。",
                "A limit lasts at most 12 months.",
                {"field": "valid_to"},
            )
        )
    return found


def further(req_type: str, *, lower: bool, base_unlimited: bool, override: int, override_reason: str) -> list[Reason]:
    """A decrease goes down, nothing comes on top of no limit at all, another grade needs a reason.

    Args:
        lower: less is asked for than is in force.
    """
    found = []
    if req_type == "decrease" and not lower:
        found.append(
            Reason(
                "BL-NOT-LOWER",
                "减额后的额度必须低于现有额度。",
                "A decrease asks for less than the limit in force.",
                {"field": "req_limit"},
            )
        )
    if req_type == "temporary" and base_unlimited:
        found.append(
            Reason(
                "BL-TEMPORARY-UNLIMITED",
                "现有额度不设上限,不需要临时额度。",
                "The limit in force is unlimited: no temporary limit is needed.",
                {"field": "req_type"},
            )
        )
    if override and not override_reason.strip():
        found.append(
            Reason(
                "BL-OVERRIDE",
                "调整等级须说明理由。",
                "Another grade needs a reason.",
                {"field": "override_reason"},
            )
        )
    return found
