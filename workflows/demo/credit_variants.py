"""Temporary limits, a decrease and a freeze of the demo company, beside its ordinary credit applications."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from django.utils import translation

from credit import services as credit
from credit.models import CreditApplication, CreditLine
from credit.queries import line_in_force
from customers.models import Customer
from workflows.demo import papers
from workflows.demo.cases import APPROVED, AT_ONCE, PAPERS, Act, until
from workflows.demo.people import Group
from workflows.demo.stories import DESKS, tell
from workflows.kinds.credit import KIND
from workflows.models import Request

STEP: Final = Decimal(10_000)
# Type, share of the limit in force, days, why, its story; whoever has a line in force and nothing under way.
TEMPORARY: Final[tuple[tuple[str, int, str, tuple[Act, ...]], ...]] = (
    ("0.2", 30, "旺季备货,年前回款。", APPROVED),
    ("0.2", 30, "检修季提前,一次性备辊。", until("CC")),
    ("0.4", 60, "Rolls for the spring shutdown, paid in two parts.", until("SM")),
)
MEASURES: Final[tuple[tuple[str, str, tuple[Act, ...]], ...]] = (
    ("freeze", "本周三张承兑退票,先冻结再核实。", AT_ONCE),
    ("decrease", "采购量连续两个季度下降,额度用不满一半。", AT_ONCE),
)


def open_all(group: Group, customers: Mapping[str, Customer], today: date) -> None:
    """Write them for customers of the roll unit with a line in force and nothing under way, in order of their codes."""
    free = _free(customers, today)
    with translation.override("zh-hans"):
        for share, days, reason, story in TEMPORARY:
            customer = next((each for each in free if _temporary(group, each, share, days, reason, story, today)), None)
            free = [each for each in free if each != customer]
        for req_type, reason, story in MEASURES:
            if free:
                _measure(group, free.pop(0), req_type, reason, story, today)


def _free(customers: Mapping[str, Customer], today: date) -> list[Customer]:
    busy = set(Request.objects.filter(kind=KIND.code).values_list("customer_id", flat=True))
    held = set(CreditLine.objects.active().values_list("customer_id", flat=True))
    drafts = set(CreditApplication.objects.drafts().values_list("customer_id", flat=True))
    found = [customers[code] for code in sorted(customers) if customers[code].unit.code == "rolls"]
    return [each for each in found if each.pk in held - busy - drafts and line_in_force(each, "trade", today).line]


def _temporary(
    group: Group, customer: Customer, share: str, days: int, reason: str, story: tuple[Act, ...], today: date
) -> bool:
    """Ask for a share of the limit in force; False where the policy stops it today, and nothing is left behind."""
    line = line_in_force(customer, "trade", today).line
    limit = (line.amount or STEP) * Decimal(share) if line else STEP
    values: dict[str, Any] = {
        "req_type": "temporary",
        "req_limit": limit // STEP * STEP or STEP,
        "valid_from": today,
        "valid_to": today + timedelta(days=days - 1),
        "reason_code": "season",
        "reason_text": reason,
    }
    papers.file_forms(Random(customer.code), group, customer, today, statements=True)
    draft = credit.save_draft(customer, values, customer.owner)
    papers.attach(draft, PAPERS, today)
    if tell(group, KIND, draft, story, _revised) is None:
        credit.discard_draft(draft, customer.owner)
        return False
    return True


def _measure(group: Group, customer: Customer, req_type: str, reason: str, story: tuple[Act, ...], today: date) -> None:
    """What credit control orders itself is in force when it is sent; for important customers others ratify it."""
    controller = group.people[f"cc.{DESKS[customer.unit.code]}"]
    line = line_in_force(customer, "trade", today).line
    half = (line.amount or STEP) / 2 if line else STEP
    values = {"req_type": req_type, "reason_text": reason, "req_limit": half // STEP * STEP}
    tell(group, KIND, credit.save_draft(customer, values, controller), story, _revised)


def _revised(application: CreditApplication, changes: Mapping[str, Any]) -> None:
    credit.save_draft(application.customer, changes, application.created_by, application)
