"""Writing a credit application while it is not asked for yet."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from accounts.roles import Role
from audit.clock import db_now
from audit.services import record
from credit.choices import LineKind, RequestType
from credit.models import CreditApplication
from credit.queries import line_in_force
from credit.rules import variants
from customers.models import Customer
from customers.rules.ledger import add_months
from policies.rules.calendar import business_date

MAY_WRITE: Final = (Role.REP, Role.SM, Role.RD, Role.CS, Role.CC)
FIELDS: Final = (
    "req_type", "req_limit", "req_term", "settlement", "req_placement", "valid_from", "valid_to",
    "forecast_month", "categories", "reason_code", "reason_text", "give_get", "competitor", "security_type",
    "security_value", "security_provider", "security_valid_to", "grade_override", "override_reason",
    "confidential",
)  # fmt: skip
CHANGED_BY_CREDIT_ONLY: Final = ("grade_override", "override_reason")


def check_may_write(customer: Customer, actor: User) -> None:
    """Refuse (404, 403) who does not see the customer or holds no role that prepares applications."""
    if not Customer.objects.visible_to(actor).filter(pk=customer.pk).exists():
        raise Problem("not_found", 404, _("There is no such customer."))
    if not has_role(actor, *MAY_WRITE):
        raise Problem("not_permitted", 403, _("Your role does not prepare credit applications."))


@transaction.atomic
def start_draft(customer: Customer, actor: User) -> CreditApplication:
    """Begin an application with what is known: the line in force, twelve months from today."""
    today = business_date(db_now(), customer.unit.time_zone)
    trade = line_in_force(customer, LineKind.TRADE, today)
    values: dict[str, Any] = {"valid_from": today, "valid_to": year_after(today), "settlement": "monthly"}
    if trade.line is not None:
        values |= {
            "req_type": RequestType.UNFREEZE if trade.frozen else RequestType.RENEWAL,
            "req_limit": trade.line.amount,
            "req_term": trade.line.term_days,
        }
    return save_draft(customer, values, actor)


def year_after(day: date) -> date:
    """The last day of the twelve months that begin with `day`."""
    return add_months(day, 12) - timedelta(days=1)


@transaction.atomic
def save_draft(
    customer: Customer, data: Mapping[str, Any], actor: User, application: CreditApplication | None = None
) -> CreditApplication:
    """Store what has been filled in so far; creating is an event, later keystrokes are not.

    Args:
        data: cleaned values by field name; names that are no fields of the application are ignored.
        application: the draft to continue; None begins a new one.

    Raises:
        Problem: 403 without a preparing role, 404 for an invisible customer or application, 409 when it
            has been submitted or discarded, 422 when somebody but credit control changes the grade.
    """
    check_may_write(customer, actor)
    values = {name: data[name] for name in FIELDS if name in data}
    values = _of_its_type(customer, values, application)
    if application is None:
        return _create(customer, values, actor)
    draft = open_draft(application.pk, actor)
    changed = [name for name, value in values.items() if getattr(draft, name) != value]
    if not changed:
        return draft
    _check_override(changed, actor)
    for name in changed:
        setattr(draft, name, values[name])
    draft.last_edited_by, draft.updated_at = actor, db_now()
    draft.save(update_fields=[*changed, "last_edited_by", "updated_at"])
    draft.editors.add(actor)
    return draft


def _of_its_type(customer: Customer, values: dict[str, Any], application: CreditApplication | None) -> dict[str, Any]:
    """Only what this type of request asks for; the rest follows from the line in force."""
    req_type = str(values.get("req_type") or (application.req_type if application else RequestType.NEW))
    if variants.asks_for(req_type, "settlement"):
        return values
    today = business_date(db_now(), customer.unit.time_zone)
    follows = variants.follows(req_type, held(customer, today), today, year_after(today))
    return {name: value for name, value in values.items() if variants.asks_for(req_type, name)} | follows


def held(customer: Customer, on: date) -> variants.Held | None:
    """The trade line in force, as the variants look at it."""
    line = line_in_force(customer, LineKind.TRADE, on).line
    if line is None:
        return None
    secured = line.application.security_type if line.application else ""
    return variants.Held(line.amount, line.term_days, line.valid_to, secured, line.security_value)


def _create(customer: Customer, values: dict[str, Any], actor: User) -> CreditApplication:
    _check_override([name for name in CHANGED_BY_CREDIT_ONLY if values.get(name)], actor)
    draft = CreditApplication.objects.create(
        customer=customer, created_by=actor, last_edited_by=actor, currency=customer.currency, **values
    )
    draft.refresh_from_db()
    draft.editors.add(actor)
    _note("credit.draft_created", draft, actor, after={"req_type": str(draft.req_type)})
    return draft


def _check_override(changed: list[str], actor: User) -> None:
    named = [name for name in changed if name in CHANGED_BY_CREDIT_ONLY]
    if named and not has_role(actor, Role.CC):
        sentence = _("Only credit control may propose another grade.")
        raise Problem("override", 422, sentence, errors=[{"field": named[0], "message": sentence}])


def open_draft(pk: int, actor: User) -> CreditApplication:
    """The draft, locked. Refused with 404 when invisible, 409 when it is no draft any more."""
    draft = CreditApplication.objects.visible_to(actor).filter(pk=pk).first()
    if draft is None:
        raise Problem("not_found", 404, _("There is no such application."))
    locked = CreditApplication.objects.select_for_update(of=("self",)).select_related("customer__unit").get(pk=pk)
    if locked.discarded_at is not None:
        raise Problem("discarded", 409, _("This draft has been discarded."))
    if locked.submitted:
        raise Problem("submitted", 409, _("This application has been submitted and can no longer be edited."))
    return locked


@transaction.atomic
def discard_draft(application: CreditApplication, actor: User) -> None:
    """Throw a draft away; the row stays, nobody is asked to decide it."""
    draft = open_draft(application.pk, actor)
    check_may_write(draft.customer, actor)
    if draft.submitted_at is not None:
        raise Problem("returned", 409, _("A returned application is withdrawn, not discarded."))
    draft.discarded_at = db_now()
    draft.save(update_fields=["discarded_at"])
    _note("credit.draft_discarded", draft, actor)


def mark_submitted(application: CreditApplication, *, actor: User) -> None:
    """From now on the application is not edited: a request was made with it, in the same transaction.

    Raises:
        Problem: 403, 404 for who may not prepare applications for this customer, such as an auditor.
    """
    check_may_write(application.customer, actor)
    application.submitted, application.submitted_at = True, db_now()
    application.save(update_fields=["submitted", "submitted_at"])
    _note(
        "credit.application_submitted",
        application,
        actor,
        after={"revision": application.revision, "req_limit": application.req_limit},
    )


def reopen(application: CreditApplication, *, actor: User) -> None:
    """Let the author revise a returned application; the next submission is a new revision."""
    application.submitted = False
    application.revision += 1
    application.save(update_fields=["submitted", "revision"])
    _note("credit.application_reopened", application, actor, after={"revision": application.revision})


def release(application: CreditApplication, *, actor: User) -> None:
    """Make a withdrawn application an ordinary draft again, which may also be thrown away."""
    was_submitted = application.submitted
    application.submitted, application.submitted_at = False, None
    application.revision += was_submitted
    application.save(update_fields=["submitted", "submitted_at", "revision"])
    if was_submitted:
        _note("credit.application_reopened", application, actor, after={"revision": application.revision})


def _note(action: str, application: CreditApplication, actor: User, after: dict[str, Any] | None = None) -> None:
    record(
        action,
        stream=f"customer:{application.customer_id}",
        actor=actor,
        object_type="credit_application",
        object_id=str(application.pk),
        object_label=str(application.get_req_type_display()),
        customer_id=application.customer_id,
        customer_label=application.customer.name,
        after=after,
    )
