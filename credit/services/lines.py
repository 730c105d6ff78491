"""Granting limits and payment terms, and letting them take effect and end on their days."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import covers, held_roles
from accounts.roles import Role
from audit.clock import db_now
from audit.services import record
from credit.choices import EndReason, LineKind
from credit.models import CreditApplication, CreditLine, LineCondition
from customers.models import Customer
from jobs.services import enqueue
from policies.rules.calendar import business_date


class GrantTerms(Protocol):
    """What was approved: money in the application's currency, term in days, last day that counts.

    `security` are conditions in words that must be proved before the line takes effect, `notes` are not.
    """

    @property
    def limit(self) -> Decimal: ...
    @property
    def term_days(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date: ...
    @property
    def placement(self) -> Decimal: ...
    @property
    def security(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


def grant_line(
    application: CreditApplication,
    *,
    terms: GrantTerms,
    request_no: str,
    policy_number: int,
    actor: User,
    now: datetime | None = None,
) -> list[CreditLine]:
    """Put the approved limit and payment term in force: today, at its first day, or when security is proved.

    A request about the trade limit that also asks for placement grants two lines. Granting the same
    request again returns the lines of the first time. Belongs in the transaction of the last approval.

    Args:
        now: the database's clock; with it the caller says that it holds the row lock of application.customer.
    """
    customer, now = (application.customer, now) if now else (_lock_customer(application.customer_id), db_now())
    known = CreditLine.objects.filter(Q(request_no=request_no) | Q(ended_at__isnull=True))
    before = list(known.filter(customer=customer).order_by("pk"))
    already = [line for line in before if line.request_no == request_no]
    if already:
        return already
    amounts = {application.kind: terms.limit}
    if application.kind != LineKind.PLACEMENT and terms.placement > 0:
        amounts[LineKind.PLACEMENT.value] = terms.placement
    return [
        _grant(application, customer, kind, amount, terms, request_no, policy_number, actor, now, before)
        for kind, amount in amounts.items()
    ]


def _grant(
    application: CreditApplication,
    customer: Customer,
    kind: str,
    amount: Decimal,
    terms: GrantTerms,
    request_no: str,
    policy_number: int,
    actor: User,
    now: datetime,
    before: list[CreditLine],
) -> CreditLine:
    """One line, in force at once when its day has come and nothing has to be proved first."""
    about_security = kind == application.kind
    today = business_date(now, customer.unit.time_zone)
    at_once = not terms.security and terms.valid_from <= today <= terms.valid_to
    of_kind = [line for line in before if line.kind == kind]
    replaced = [line for line in of_kind if line.activated_at is not None]
    if at_once:
        overtaken = [line for line in of_kind if _overtaken(line, terms.valid_from, terms.valid_to)]
        _end([*replaced, *overtaken], customer, EndReason.SUPERSEDED, actor, at=now)
    line = CreditLine.objects.create(
        customer=customer,
        application=application,
        kind=kind,
        amount=amount,
        currency=application.currency,
        term_days=terms.term_days,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        security_value=(application.security_value or 0) if about_security else 0,
        supersedes=replaced[-1] if replaced else None,
        request_no=request_no,
        policy_number=policy_number,
        conditions=[{"kind": "security", "text": text} for text in terms.security]
        + [{"kind": "note", "text": text} for text in terms.notes],
        granted_at=now,
        activated_at=now if at_once else None,
    )
    LineCondition.objects.bulk_create(LineCondition(line=line, text=text[:300]) for text in terms.security)
    _note("credit.line_granted", line, customer, actor, after=_summary(line), at=now)
    if at_once:
        _note("credit.line_activated", line, customer, actor, after=_summary(line), at=now)
    if terms.valid_to < today:
        _end([line], customer, EndReason.EXPIRED, actor, at=now)
    else:
        _schedule(line, customer)
    return line


def _overtaken(line: CreditLine, first: date, last: date | None) -> bool:
    """Whether a line that still waits is for days that a later decision covers: the later decision holds."""
    waits = line.activated_at is None and line.ended_at is None
    ends_before = line.valid_to is not None and line.valid_to < first
    return waits and not ends_before and (last is None or line.valid_from <= last)


def _schedule(line: CreditLine, customer: Customer) -> None:
    """Jobs at the first day and after the last one, at the start of the business day."""
    if line.activated_at is None:
        first = _start_of(line.valid_from, customer)
        enqueue("credit.activate_line", f"line:{line.pk}:activate", {"line": line.pk}, due_at=first)
    if line.valid_to is not None:
        after = _start_of(line.valid_to + timedelta(days=1), customer)
        enqueue("credit.expire_line", f"line:{line.pk}:expire", {"line": line.pk}, due_at=after)


def _start_of(day: date, customer: Customer) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(customer.unit.time_zone))


@transaction.atomic
def activate_line(line_id: int) -> None:
    """Let a line take effect if its day has come and nothing is pending (job `credit.activate_line`)."""
    line, customer = _locked(line_id)
    today = business_date(db_now(), customer.unit.time_zone)
    pending = line.pending.filter(fulfilled_at__isnull=True).exists()
    if not pending and line.valid_from <= today:
        _activate(line, customer, today, None)


@transaction.atomic
def expire_line(line_id: int) -> None:
    """End a line after its last day (job `credit.expire_line`)."""
    line, customer = _locked(line_id)
    today = business_date(db_now(), customer.unit.time_zone)
    if line.ended_at is None and line.valid_to is not None and line.valid_to < today:
        _end([line], customer, EndReason.EXPIRED, None)


@transaction.atomic
def end_line(line: CreditLine, *, reason: str, actor: User) -> None:
    """Revoke a line now: freeze or close the facility.

    Raises:
        Problem: 403 for anyone but credit control, 422 without a reason.
    """
    locked, customer = _locked(line.pk)
    _check_credit_control(customer, actor)
    if not reason.strip():
        raise Problem("reason_missing", 422, _("Say why the line is revoked."))
    if locked.ended_at is None:
        _end([locked], customer, EndReason.REVOKED, actor, reason)


@transaction.atomic
def fulfil_condition(condition: LineCondition, *, evidence: str, actor: User) -> None:
    """Record that a condition is met; with the last one the line takes effect, once its first day has come.

    Raises:
        Problem: 403 for anyone but credit control, 409 when met already, 422 without evidence.
    """
    line, customer = _locked(condition.line_id)
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
    _note("credit.condition_fulfilled", line, customer, actor, after=extra)
    today = business_date(now, customer.unit.time_zone)
    if not line.pending.filter(fulfilled_at__isnull=True).exists() and line.valid_from <= today:
        _activate(line, customer, today, actor)


def is_credit_control(customer: Customer, actor: User) -> bool:
    """Whether the actor is credit controller of the customer's place today."""
    return any(
        held.role == Role.CC and covers(held, customer.unit_id, customer.region_id) for held in held_roles(actor)
    )


def _check_credit_control(customer: Customer, actor: User) -> None:
    if not is_credit_control(customer, actor):
        raise Problem("not_permitted", 403, _("Only credit control of this customer may do this."))


def _locked(line_id: int) -> tuple[CreditLine, Customer]:
    """The line under the customer's row lock: all lines of a customer change one after another."""
    line = CreditLine.objects.get(pk=line_id)
    customer = _lock_customer(line.customer_id)
    line.refresh_from_db()
    return line, customer


def _lock_customer(customer_id: int) -> Customer:
    return Customer.objects.select_for_update(of=("self",)).select_related("unit").get(pk=customer_id)


def _activate(line: CreditLine, customer: Customer, today: date, actor: User | None) -> None:
    """Bring the line in force and end the one it replaces; a line whose days are over only ends."""
    if line.activated_at is not None or line.ended_at is not None:
        return
    if line.valid_to is not None and line.valid_to < today:
        _end([line], customer, EndReason.EXPIRED, actor)
        return
    others = CreditLine.objects.filter(customer=customer, kind=line.kind, ended_at__isnull=True).exclude(pk=line.pk)
    replaced = [
        other
        for other in others
        if other.activated_at or (other.pk < line.pk and _overtaken(other, line.valid_from, line.valid_to))
    ]
    _end(replaced, customer, EndReason.SUPERSEDED, actor)
    line.activated_at = db_now()
    line.save(update_fields=["activated_at"])
    _note("credit.line_activated", line, customer, actor, after=_summary(line))


def _end(
    lines: Sequence[CreditLine],
    customer: Customer,
    why: EndReason,
    actor: User | None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    for line in lines:
        line.ended_at, line.end_reason = at or db_now(), why.value
        line.save(update_fields=["ended_at", "end_reason"])
        _note("credit.line_ended", line, customer, actor, after={"end_reason": why.value}, reason=reason, at=at)


def _summary(line: CreditLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "basis": line.basis,
        "amount": line.amount,
        "currency": line.currency,
        "term_days": line.term_days,
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
    }


def _note(
    action: str,
    line: CreditLine,
    customer: Customer,
    actor: User | None,
    *,
    after: dict[str, Any],
    reason: str = "",
    at: datetime | None = None,
) -> None:
    record(
        action,
        stream=f"request:{line.request_no}",
        actor=actor,
        object_type="credit_line",
        object_id=str(line.pk),
        object_label=str(line.get_kind_display()),
        request_no=line.request_no,
        customer_id=customer.pk,
        customer_label=customer.name,
        after=after,
        reason=reason,
        policy={"number": line.policy_number},
        at=at,
    )
