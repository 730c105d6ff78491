"""What credit control does at once (CL-0): freeze, decrease, close; and taking it back when it was not ratified."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from credit.choices import EndReason, Measure
from credit.models import CreditApplication, CreditLine, LineMeasure
from credit.services.granting import GrantTerms, grant_line
from credit.services.line_rows import end, keep_frozen, lift, lock_customer, note, schedule, summary
from customers.models import Customer
from policies.rules.calendar import business_date


@transaction.atomic
def take_measure(
    application: CreditApplication,
    *,
    terms: GrantTerms,
    request_no: str,
    policy_number: int,
    actor: User,
    now: datetime,
) -> None:
    """Put a freeze, a decrease or a closing in force at once; doing the same request again changes nothing.

    Args:
        now: the database's clock.
    """
    customer = lock_customer(application.customer_id)
    if LineMeasure.objects.filter(request_no=request_no).exists():
        return
    measure, reason = Measure(application.req_type), application.reason_text
    lines = [line for line in _open(customer) if measure != Measure.DECREASE or line.kind == application.kind]
    _keep(lines, measure, request_no, reason, actor, now)
    if measure == Measure.DECREASE:
        grant_line(application, terms=terms, request_no=request_no, policy_number=policy_number, actor=actor, now=now)
        return
    done = "credit.line_frozen" if measure == Measure.FREEZE else "credit.line_closed"
    for line in lines:
        note(done, line, customer, actor, after=summary(line), reason=reason, request_no=request_no, at=now)
    if measure == Measure.CLOSE:
        end(lines, customer, EndReason.REVOKED, actor, reason, now)


@transaction.atomic
def undo_measure(customer: Customer, *, request_no: str, reason: str, actor: User | None, now: datetime) -> None:
    """It was not ratified: what was frozen is free, what was decreased or closed counts again as it was.

    Where a later decision holds by now, or the earlier line would be over, nothing comes back.

    Args:
        actor: who refused to ratify it; None when nobody did in time.
    """
    customer = lock_customer(customer.pk)
    taken = LineMeasure.objects.filter(request_no=request_no, lifted_at__isnull=True).select_related("line")
    for measure in taken:
        lift(measure, customer, actor, reason, request_no=request_no, at=now)
        if measure.measure != Measure.FREEZE:
            _restore(measure, customer, actor, reason, now)


def _open(customer: Customer) -> Iterable[CreditLine]:
    """Lines in force and lines that wait for their day."""
    return CreditLine.objects.filter(customer=customer, ended_at__isnull=True).order_by("pk")


def _keep(
    lines: Iterable[CreditLine], measure: Measure, request_no: str, reason: str, actor: User, now: datetime
) -> None:
    LineMeasure.objects.bulk_create(
        LineMeasure(line=line, measure=measure, request_no=request_no, reason=reason, taken_by=actor, taken_at=now)
        for line in lines
    )


def _restore(measure: LineMeasure, customer: Customer, actor: User | None, reason: str, now: datetime) -> None:
    """The earlier line anew, from today; rows are never edited."""
    was, today = measure.line, business_date(now, customer.unit.time_zone)
    held = [line for line in _open(customer) if line.kind == was.kind]
    newer = [line for line in held if line.request_no != measure.request_no]
    over = was.valid_to is not None and was.valid_to < today
    if newer or over or was.activated_at is None:
        return
    end(held, customer, EndReason.SUPERSEDED, actor, reason, now)
    line = CreditLine.objects.create(
        customer=customer,
        application=was.application,
        kind=was.kind,
        basis=was.basis,
        amount=was.amount,
        currency=was.currency,
        term_days=was.term_days,
        valid_from=today,
        valid_to=was.valid_to,
        security_value=was.security_value,
        supersedes=held[-1] if held else was,
        request_no=measure.request_no,
        restored=True,
        policy_number=was.policy_number,
        conditions=was.conditions,
        granted_at=now,
        activated_at=now,
    )
    note("credit.line_restored", line, customer, actor, after=summary(line), reason=reason, at=now)
    keep_frozen(line, [was, *held], customer, actor, now)
    schedule(line, customer)
