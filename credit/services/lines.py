"""Letting granted lines take effect and end on their days."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit.clock import db_now
from credit.authority import is_credit_control
from credit.choices import EndReason
from credit.models import CreditLine, LineCondition
from credit.services.line_rows import activate, end, lock_line, note
from customers.models import Customer
from policies.rules.calendar import business_date


@transaction.atomic
def activate_line(line_id: int) -> None:
    """Let a line take effect if its day has come and nothing is pending (job `credit.activate_line`)."""
    line, customer = lock_line(line_id)
    today = business_date(db_now(), customer.unit.time_zone)
    pending = line.pending.filter(fulfilled_at__isnull=True).exists()
    if not pending and line.valid_from <= today:
        activate(line, customer, today, None)


@transaction.atomic
def expire_line(line_id: int) -> None:
    """End a line after its last day (job `credit.expire_line`)."""
    line, customer = lock_line(line_id)
    today = business_date(db_now(), customer.unit.time_zone)
    if line.ended_at is None and line.valid_to is not None and line.valid_to < today:
        end([line], customer, EndReason.EXPIRED, None)


@transaction.atomic
def end_line(line: CreditLine, *, reason: str, actor: User) -> None:
    """Revoke a line now: freeze or close the facility.

    Raises:
        Problem: 403 for anyone but credit control, 422 without a reason.
    """
    locked, customer = lock_line(line.pk)
    _check_credit_control(customer, actor)
    if not reason.strip():
        raise Problem("reason_missing", 422, _("Say why the line is revoked."))
    if locked.ended_at is None:
        end([locked], customer, EndReason.REVOKED, actor, reason)


@transaction.atomic
def fulfil_condition(condition: LineCondition, *, evidence: str, actor: User) -> None:
    """Record that a condition is met; with the last one the line takes effect, once its first day has come.

    Raises:
        Problem: 403 for anyone but credit control, 409 when met already, 422 without evidence.
    """
    line, customer = lock_line(condition.line_id)
    _check_credit_control(customer, actor)
    if not evidence.strip():
        sentence = _("Say what proves that the condition is met.")
        raise Problem("evidence", 422, sentence, errors=[{"field": "evidence", "message": sentence}])
    now = db_now()
    changed = LineCondition.objects.filter(pk=condition.pk, fulfilled_at__isnull=True).update(
        fulfilled_at=now, fulfilled_by=actor, evidence=evidence.strip()[:500]
    )
    if not changed:
        raise Problem("fulfilled", 409, _("This condition is met already."))
    extra = {"condition": condition.text, "evidence": evidence.strip()[:500]}
    note("credit.condition_fulfilled", line, customer, actor, after=extra)
    today = business_date(now, customer.unit.time_zone)
    if not line.pending.filter(fulfilled_at__isnull=True).exists() and line.valid_from <= today:
        activate(line, customer, today, actor)


def _check_credit_control(customer: Customer, actor: User) -> None:
    if not is_credit_control(customer, actor):
        raise Problem("not_permitted", 403, _("Only credit control of this customer may do this."))
