"""Before a letter is written: what can be asked for whom, or why not; and the words of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from customers.models import Customer
from workflows.carrying import carried_sentence
from workflows.kinds.pages import PAGES
from workflows.models import Request
from workflows.pages import Pages
from workflows.preview import Preview, PreviewStep

CHOICES = 20


@dataclass(frozen=True)
class Choice:
    """One kind of request for one customer: to begin, to continue, or the reason why not.

    `urgent`: credit control may order a measure that does not wait for the request under way.
    """

    pages: Pages
    reason: str = ""
    request: Request | None = None
    draft: Any = None
    urgent: bool = False


def choices(user: User, params: Mapping[str, str]) -> dict[str, Any]:
    """Customers for whom the user may ask, by search, with every kind; and the kinds that need no customer."""
    words = (params.get("q") or "").strip().replace("\x00", "")[:80]
    offered = [pages for pages in PAGES.values() if has_role(user, *pages.writers)]
    about_customers = [pages for pages in offered if pages.by_customer]
    chosen = key_of(params.get("customer"))
    rows = _customers(user, words, chosen) if about_customers else Customer.objects.none()
    found = list(rows[: CHOICES + 1])
    shown = found[:CHOICES]
    by_kind = [_choices_of(pages, shown, user) for pages in about_customers]
    others = [pages for pages in PAGES.values() if pages.by_customer and pages not in offered] if chosen else []
    return {
        "q": words,
        "more": len(found) > CHOICES,
        "chosen": chosen,
        "rows": [
            {
                "customer": each,
                "choices": [
                    *(of_kind[each.pk] for of_kind in by_kind),
                    *(Choice(pages, reason=pages.missing_role()) for pages in others),
                ],
            }
            for each in shown
        ],
        "alone": [] if chosen else [_alone(pages, user) for pages in offered if not pages.by_customer],
    }


def _customers(user: User, words: str, chosen: int | None) -> Any:
    rows = Customer.objects.visible_to(user).active().select_related("unit", "region")
    if chosen is not None:
        rows = rows.filter(pk=chosen)
    for word in words.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(code__istartswith=word)
            | Q(pinyin__icontains=word.lower())
        )
    return rows


def _choices_of(pages: Pages, customers: Sequence[Customer], user: User) -> dict[int, Choice]:
    """One kind for all customers of the page: three statements at most."""
    unfit = pages.unfit(customers, user)
    open_now: dict[int | None, Request] = {}
    drafts: dict[int, Any] = {}
    if pages.single:
        rows = Request.objects.open().filter(kind=pages.code, customer__in=customers)
        open_now = {row.customer_id: row for row in rows}
        mine = pages.letters(user).filter(customer__in=customers, created_by=user)
        drafts = {draft.customer_id: draft for draft in mine}
    urgent = bool(open_now) and pages.kind.measures and has_role(user, Role.CC)
    return {
        each.pk: Choice(pages, unfit.get(each.pk, ""), open_now.get(each.pk), drafts.get(each.pk), urgent)
        for each in customers
    }


def _alone(pages: Pages, user: User) -> Choice:
    """A kind that is about no customer."""
    return Choice(pages, pages.unfit([None], user).get(None, ""))


def start(pages: Pages, customer: Customer | None, user: User) -> Any:
    """The letter to write: the user's own draft for this customer where there is one at a time, else a new one."""
    draft = pages.letters(user).filter(customer=customer, created_by=user).first() if pages.single else None
    return draft or pages.begin(customer, user)


def key_of(text: str | None) -> int | None:
    """A row's key as it stands in an address or a form; None for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def path_step(step: PreviewStep) -> dict[str, Any]:
    """A step of the plan as `components/path.html` draws it."""
    return {
        "role": Role(step.plan.role).label,
        "people": list(step.people),
        "state": "carried" if step.carried else "skipped" if step.skipped else "waiting",
        "mode": step.plan.mode,
        "stage": step.plan.stage,
        "panel": pick(*step.plan.panel.words) if step.plan.panel else "",
        "reasons": step.plan.reasons,
        "due": step.due_at,
        "due_hours": step.hours,
        "comment": _("The same person decides a later step.") if step.skipped else "",
        "carried_from": carried_sentence(step.carried.decision, step.carried.why) if step.carried else "",
        "decided_by": step.carried.decision.actor.display_name if step.carried else "",
    }


def working_days(shown: Preview) -> str:
    """The expected time in words: eight working hours are a day."""
    hours = shown.expected_hours
    days = -(-hours // 8)
    return _("%(hours)d working hours (about %(days)d working days)") % {"hours": hours, "days": days}
