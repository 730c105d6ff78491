"""Before an application is written: the customers to choose from; and the words of a plan."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from credit.models import CreditApplication
from credit.services.drafts import MAY_WRITE
from customers.models import Customer
from workflows.credit_letter import KIND
from workflows.models import Request
from workflows.preview import Preview, PreviewStep

CHOICES = 20


def choices(user: User, params: Mapping[str, str]) -> dict[str, Any]:
    """Customers for whom the user may ask, by search; for each the reason why credit cannot be asked for now."""
    words = (params.get("q") or "").strip().replace("\x00", "")[:80]
    may = has_role(user, *MAY_WRITE)
    rows = (
        (Customer.objects.visible_to(user) if may else Customer.objects.none())
        .active()
        .select_related("unit", "region")
    )
    if (chosen := key_of(params.get("customer"))) is not None:
        rows = rows.filter(pk=chosen)
    for word in words.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(code__istartswith=word)
            | Q(pinyin__icontains=word.lower())
        )
    found = list(rows[: CHOICES + 1])
    shown = found[:CHOICES]
    under_way = _under_way(shown)
    drafts = {
        draft.customer_id: draft
        for draft in CreditApplication.objects.drafts().filter(customer__in=shown, created_by=user)
    }
    return {
        "q": words,
        "more": len(found) > CHOICES,
        "rows": [{"customer": each, "request": under_way.get(each.pk), "draft": drafts.get(each.pk)} for each in shown],
    }


def key_of(text: str | None) -> int | None:
    """A row's key as it stands in an address or a form; None for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _under_way(customers: list[Customer]) -> dict[int, Request]:
    rows = Request.objects.open().filter(kind=KIND.code, customer__in=customers)
    return {row.customer_id: row for row in rows}


def path_step(step: PreviewStep) -> dict[str, Any]:
    """A step of the plan as `components/path.html` draws it."""
    return {
        "role": Role(step.plan.role).label,
        "people": [member.display_name for member in step.pool.members],
        "state": "skipped" if step.skipped else "waiting",
        "mode": step.plan.mode,
        "stage": step.plan.stage,
        "reasons": step.plan.reasons,
        "due": step.due_at,
        "due_hours": step.plan.sla_hours,
        "comment": _("The same person decides a later step.") if step.skipped else "",
    }


def working_days(shown: Preview) -> str:
    """The expected time in words: eight working hours are a day."""
    hours = shown.plan.expected_hours
    days = -(-hours // 8)
    return _("%(hours)d working hours (about %(days)d working days)") % {"hours": hours, "days": days}
