"""Granting limits and payment terms."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from django.db.models import Q

from accounts.models import User
from audit.clock import db_now
from credit.choices import EndReason, LineKind
from credit.models import CreditApplication, CreditLine, LineCondition
from credit.services.line_rows import (
    end,
    keep_frozen,
    lock_customer,
    note,
    overtaken,
    schedule,
    summary,
    thaw,
)
from customers.models import Customer
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
    customer, now = (application.customer, now) if now else (lock_customer(application.customer_id), db_now())
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
        waiting = [line for line in of_kind if overtaken(line, terms.valid_from, terms.valid_to)]
        end([*replaced, *waiting], customer, EndReason.SUPERSEDED, actor, at=now)
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
    note("credit.line_granted", line, customer, actor, after=summary(line), at=now)
    if at_once:
        note("credit.line_activated", line, customer, actor, after=summary(line), at=now)
        thaw(line, customer, actor, now)
        keep_frozen(line, replaced, customer, actor, now)
    if terms.valid_to < today:
        end([line], customer, EndReason.EXPIRED, actor, at=now)
    else:
        schedule(line, customer)
    return line
