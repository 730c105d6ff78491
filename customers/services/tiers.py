"""Stars in force: they follow from decisions, take effect on their day, and are never edited."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from audit.clock import db_now
from audit.services import record
from customers.models import Customer, ListChange, TierChange, TierEnd, TierRecord, TierRecordSource
from jobs.services import enqueue


def grant_tier(
    letter: TierChange,
    *,
    effective_on: date,
    rerate_on: date | None,
    override: bool,
    request_no: str,
    policy_number: int,
    actor: User,
    now: datetime,
) -> TierRecord:
    """Put the approved stars in force: today, or by job at the start of their first business day.

    Belongs in the transaction of the decision, which holds the row lock of `letter.customer`. Granting the same
    request again returns the record of the first time.

    Args:
        effective_on: first business date of the customer's unit; a past one counts from today.
        override: granted against the rules of the tier policy (TC-4).
    """
    customer = letter.customer
    known = TierRecord.objects.filter(customer=customer, request_no=request_no).first()
    if known is not None:
        return known
    today = _day(now, customer)
    first_day = max(effective_on, today)
    made = TierRecord.objects.create(
        customer=customer,
        tier=letter.proposed_tier,
        key_account=_on_list(letter, customer),
        levers=sorted(letter.levers),
        override=override,
        valid_from=first_day,
        rerate_on=rerate_on and max(rerate_on, first_day),
        source=letter.source,
        request_no=request_no,
        policy_number=policy_number,
        supersedes=_record_in_force(customer, now),
        decided_by=actor,
        decided_at=now,
    )
    _note("customers.tier_granted", made, customer, actor, after=_summary(made), at=now)
    if made.valid_from <= today:
        _activate(made, customer, actor, now)
    else:
        first = datetime.combine(made.valid_from, time.min, ZoneInfo(customer.unit.time_zone))
        enqueue("customers.activate_tier", f"tier:{made.pk}:activate", {"record": made.pk}, due_at=first)
    return made


@transaction.atomic
def activate_tier(record_id: int) -> None:
    """Let granted stars take effect if their day has come (job `customers.activate_tier`)."""
    waiting = TierRecord.objects.get(pk=record_id)
    customer = _lock_customer(waiting.customer_id)
    waiting.refresh_from_db()
    now = db_now()
    if waiting.activated_at is None and waiting.ended_at is None and waiting.valid_from <= _day(now, customer):
        _activate(waiting, customer, None, now)


def undo_tier(
    request_no: str, *, customer: Customer, reason: str, actor: User | None, now: datetime
) -> TierRecord | None:
    """Take a measure back that was not ratified: what counted before it counts again, and is returned.

    A later decision stands: then nothing changes. A day of the next rating that went by meanwhile is tomorrow.
    Belongs in a transaction that holds the customer's row lock.
    """
    of_request = TierRecord.objects.filter(customer=customer, request_no=request_no, ended_at__isnull=True)
    measure = of_request.exclude(source=TierRecordSource.UNDONE).first()
    if measure is None:
        return None
    _end([measure], customer, TierEnd.UNDONE, actor, now, reason)
    before = measure.supersedes
    if measure.activated_at is None or before is None:
        return None
    again = TierRecord.objects.create(
        customer=customer,
        tier=before.tier,
        provisional=before.provisional,
        key_account=before.key_account,
        levers=before.levers,
        override=before.override,
        valid_from=_day(now, customer),
        rerate_on=before.rerate_on and max(before.rerate_on, _day(now, customer) + timedelta(days=1)),
        source=TierRecordSource.UNDONE,
        request_no=request_no,
        policy_number=before.policy_number,
        supersedes=measure,
        decided_by=actor,
        decided_at=now,
    )
    _activate(again, customer, actor, now)
    return again


def _on_list(letter: TierChange, customer: Customer) -> bool:
    if letter.list_change:
        return letter.list_change == ListChange.ENTER
    return customer.key_account and not letter.exit


def _record_in_force(customer: Customer, now: datetime) -> TierRecord:
    """The record that counts; stars which the file had before any decision become the first one."""
    found = TierRecord.objects.filter(customer=customer).active().first()
    if found is not None:
        return found
    return TierRecord.objects.create(
        customer=customer,
        tier=customer.tier,
        provisional=customer.tier_provisional,
        key_account=customer.key_account,
        valid_from=min(customer.since or date.max, _day(customer.created_at, customer)),
        source=TierRecordSource.FILE,
        decided_at=customer.created_at,
        activated_at=min(customer.created_at, now),
    )


def _activate(made: TierRecord, customer: Customer, actor: User | None, now: datetime) -> None:
    """Bring the record in force, end what it replaces, and write today's stars into the customer's file."""
    others = TierRecord.objects.filter(customer=customer, ended_at__isnull=True).exclude(pk=made.pk)
    in_force = [other for other in others if other.activated_at is not None]
    overtaken = [
        other
        for other in others
        if other.activated_at is None and other.valid_from >= made.valid_from and other.pk < made.pk
    ]
    _end(in_force, customer, TierEnd.SUPERSEDED, actor, now)
    _end(overtaken, customer, TierEnd.OVERTAKEN, actor, now)
    made.activated_at = now
    made.save(update_fields=["activated_at"])
    before = {"tier": customer.tier, "tier_provisional": customer.tier_provisional, "key_account": customer.key_account}
    after: dict[str, Any] = {"tier": made.tier, "tier_provisional": made.provisional, "key_account": made.key_account}
    Customer.objects.filter(pk=customer.pk).update(**after)
    for name, value in after.items():
        setattr(customer, name, value)
    _note(
        "customers.tier_in_force", made, customer, actor, before=before, after={**after, "levers": made.levers}, at=now
    )


def _end(
    records: Sequence[TierRecord], customer: Customer, why: TierEnd, actor: User | None, now: datetime, reason: str = ""
) -> None:
    for each in records:
        each.ended_at, each.end_reason = now, why.value
        each.save(update_fields=["ended_at", "end_reason"])
        if each.request_no:
            _note("customers.tier_ended", each, customer, actor, after={"end_reason": why.value}, reason=reason, at=now)


def _lock_customer(customer_id: int) -> Customer:
    return Customer.objects.select_for_update(of=("self",)).select_related("unit").get(pk=customer_id)


def _day(at: datetime, customer: Customer) -> date:
    return at.astimezone(ZoneInfo(customer.unit.time_zone)).date()


def _summary(made: TierRecord) -> dict[str, Any]:
    names = ("tier", "key_account", "levers", "override", "valid_from", "rerate_on", "source")
    return {name: getattr(made, name) for name in names}


def _note(
    action: str,
    about: TierRecord,
    customer: Customer,
    actor: User | None,
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    record(
        action,
        stream=f"request:{about.request_no}" if about.request_no else f"customer:{customer.pk}",
        actor=actor,
        object_type="tier_record",
        object_id=str(about.pk),
        object_label=str(about),
        request_no=about.request_no or None,
        customer_id=customer.pk,
        customer_label=customer.name,
        before=before,
        after=after,
        reason=reason,
        policy={"number": about.policy_number} if about.policy_number else None,
        at=at,
    )
