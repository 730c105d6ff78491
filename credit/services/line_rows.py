"""The rows of credit lines: locked, activated and ended, each with its event."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from audit.clock import db_now
from audit.services import record
from credit.choices import EndReason, Measure, RequestType
from credit.models import CreditLine, LineMeasure
from customers.models import Customer
from jobs.services import enqueue


def lock_line(line_id: int) -> tuple[CreditLine, Customer]:
    """The line under the customer's row lock: all lines of a customer change one after another."""
    line = CreditLine.objects.get(pk=line_id)
    customer = lock_customer(line.customer_id)
    line.refresh_from_db()
    return line, customer


def lock_customer(customer_id: int) -> Customer:
    return Customer.objects.select_for_update(of=("self",)).select_related("unit").get(pk=customer_id)


def activate(line: CreditLine, customer: Customer, today: date, actor: User | None) -> None:
    """Bring the line in force and end the one it replaces; a line whose days are over only ends."""
    if line.activated_at is not None or line.ended_at is not None:
        return
    if line.valid_to is not None and line.valid_to < today:
        end([line], customer, EndReason.EXPIRED, actor)
        return
    others = CreditLine.objects.filter(customer=customer, kind=line.kind, ended_at__isnull=True).exclude(pk=line.pk)
    replaced = [
        other
        for other in others
        if other.activated_at or (other.pk < line.pk and overtaken(other, line.valid_from, line.valid_to))
    ]
    end(replaced, customer, EndReason.SUPERSEDED, actor)
    line.activated_at = db_now()
    line.save(update_fields=["activated_at"])
    note("credit.line_activated", line, customer, actor, after=summary(line))
    thaw(line, customer, actor)
    keep_frozen(line, replaced, customer, actor)


def thaw(line: CreditLine, customer: Customer, actor: User | None, at: datetime | None = None) -> None:
    """A line that was granted to unfreeze is in force: nothing of the customer is frozen any more."""
    if line.application is not None and line.application.req_type == RequestType.UNFREEZE:
        frozen = LineMeasure.objects.filter(line__customer=customer, measure=Measure.FREEZE, lifted_at__isnull=True)
        for freeze in frozen.select_related("line"):
            lift(freeze, customer, actor, line.request_no, request_no=line.request_no, at=at)


def keep_frozen(
    line: CreditLine,
    replaced: Sequence[CreditLine],
    customer: Customer,
    actor: User | None,
    at: datetime | None = None,
) -> None:
    """A freeze holds until it is lifted: the line that takes the place of a frozen one is frozen as well."""
    held = LineMeasure.objects.filter(measure=Measure.FREEZE, lifted_at__isnull=True)
    freeze = held.filter(line__in=replaced).order_by("pk").first()
    if freeze is None or held.filter(line=line).exists():
        return
    same = {"measure": freeze.measure, "request_no": freeze.request_no, "reason": freeze.reason}
    LineMeasure.objects.create(line=line, taken_by=freeze.taken_by, taken_at=at or db_now(), **same)
    after = summary(line)
    note(
        "credit.line_frozen", line, customer, actor, after=after, reason=freeze.reason,
        request_no=freeze.request_no, at=at,
    )  # fmt: skip


def lift(
    measure: LineMeasure,
    customer: Customer,
    actor: User | None,
    reason: str,
    *,
    request_no: str,
    at: datetime | None = None,
) -> None:
    """A measure no longer holds; of a freeze the trail says so. `request_no` names the request that lifts it."""
    measure.lifted_at, measure.lifted_by, measure.lift_reason = at or db_now(), actor, reason[:300]
    measure.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    if measure.measure == Measure.FREEZE:
        after = {"frozen_in": measure.request_no}
        note("credit.line_unfrozen", measure.line, customer, actor, after=after, request_no=request_no, at=at)


def end(
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
        note("credit.line_ended", line, customer, actor, after={"end_reason": why.value}, reason=reason, at=at)


def summary(line: CreditLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "basis": line.basis,
        "amount": line.amount,
        "currency": line.currency,
        "term_days": line.term_days,
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
    }


def note(
    action: str,
    line: CreditLine,
    customer: Customer,
    actor: User | None,
    *,
    after: dict[str, Any],
    reason: str = "",
    request_no: str = "",
    at: datetime | None = None,
) -> None:
    """An event of a line in the trail of its own request, or of the one that `request_no` names."""
    record(
        action,
        stream=f"request:{request_no or line.request_no}",
        actor=actor,
        object_type="credit_line",
        object_id=str(line.pk),
        object_label=str(line.get_kind_display()),
        request_no=request_no or line.request_no,
        customer_id=customer.pk,
        customer_label=customer.name,
        after=after,
        reason=reason,
        policy={"number": line.policy_number},
        at=at,
    )


def overtaken(line: CreditLine, first: date, last: date | None) -> bool:
    """Whether a line that still waits is for days that a later decision covers: the later decision holds."""
    waits = line.activated_at is None and line.ended_at is None
    ends_before = line.valid_to is not None and line.valid_to < first
    return waits and not ends_before and (last is None or line.valid_from <= last)


def schedule(line: CreditLine, customer: Customer) -> None:
    """Jobs at the first day and after the last one, at the start of the business day."""
    if line.activated_at is None:
        first = _start_of(line.valid_from, customer)
        enqueue("credit.activate_line", f"line:{line.pk}:activate", {"line": line.pk}, due_at=first)
    if line.valid_to is not None:
        after = _start_of(line.valid_to + timedelta(days=1), customer)
        enqueue("credit.expire_line", f"line:{line.pk}:expire", {"line": line.pk}, due_at=after)


def _start_of(day: date, customer: Customer) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(customer.unit.time_zone))
