"""Everything an evaluation looks at, read with a number of statements that does not grow with the data."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, Sum

from credit.authority import is_credit_control
from credit.choices import LineKind, line_kind
from credit.models import Attachment, CaseForm, CreditApplication, CreditLine
from credit.queries import group_members, latest_forms, lines_in_force
from credit.rules.figures import pct
from credit.rules.variants import REDUCTIONS, is_reduction
from customers.models import Customer, Invoice, LegalFlag, Licence, Receipt
from customers.queries import ledgers
from customers.rules.ledger import Ledger, add_months

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Company:
    """Figures of the whole unit in the customer's currency: open receivables, average margin in percent."""

    receivables: Decimal
    margin_pct: Decimal | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Other requests about the same line in the anti-splitting window: how many, and their sum."""

    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The facts of a case on a day, before any rule is applied."""

    on: date
    customer: Customer
    ledger: Ledger
    group_ledgers: dict[int, Ledger]
    lines: list[CreditLine]
    forms: dict[int, CaseForm]
    licences: list[Licence]
    flags: list[LegalFlag]
    papers: dict[str, date]
    earlier: Earlier
    company: Company
    temporary_granted: int = 0
    by_controller: bool = False


def collect(application: CreditApplication, on: date, window_days: int) -> CaseFile:
    """Read the case file of an application as of a business date.

    Args:
        window_days: length of the anti-splitting window.
    """
    customer = application.customer
    members = group_members(customer)
    found = ledgers(members, on)
    return CaseFile(
        on=on,
        customer=customer,
        ledger=found[customer.pk],
        group_ledgers=found,
        lines=lines_in_force(members, on),
        forms=latest_forms(customer, on),
        licences=list(Licence.objects.filter(customer=customer)),
        flags=list(LegalFlag.objects.filter(customer=customer, on__lte=on)),
        papers=_papers(application),
        earlier=_earlier(application, on, window_days),
        company=_company(customer, on),
        temporary_granted=_temporary_granted(application, on) if application.kind == LineKind.TEMPORARY else 0,
        by_controller=is_reduction(application.req_type) and is_credit_control(customer, application.created_by),
    )


def _temporary_granted(application: CreditApplication, on: date) -> int:
    """Temporary limits granted in the twelve months before the day, whether they were drawn or not."""
    zone = ZoneInfo(application.customer.unit.time_zone)
    since = datetime.combine(add_months(on, -12), time.min, zone)
    granted = CreditLine.objects.filter(kind=LineKind.TEMPORARY, granted_at__gte=since, restored=False)
    return granted.filter(customer_id=application.customer_id).count()


def _papers(application: CreditApplication) -> dict[str, date]:
    zone = ZoneInfo(application.customer.unit.time_zone)
    newest = (
        Attachment.objects.filter(application_id=application.pk)
        .present()
        .order_by()
        .values_list("kind")
        .annotate(newest=Max("at"))
    )
    return {kind: at.astimezone(zone).date() for kind, at in newest}


def _earlier(application: CreditApplication, on: date, window_days: int) -> Earlier:
    """Submitted requests about the same kind of line in the window; decreases are not credit asked for."""
    zone = ZoneInfo(application.customer.unit.time_zone)
    since = datetime.combine(on - timedelta(days=window_days), time.min, zone)
    rows = (
        CreditApplication.objects.filter(customer_id=application.customer_id, submitted=True, submitted_at__gte=since)
        .exclude(pk=application.pk)
        .exclude(req_type__in=REDUCTIONS)
        .values_list("req_type", "req_limit")
    )
    amounts = [amount or ZERO for req_type, amount in rows if line_kind(req_type) == application.kind]
    return Earlier(len(amounts), sum(amounts, ZERO))


def _company(customer: Customer, on: date) -> Company:
    start = add_months(on + timedelta(days=1), -12)
    costed = Q(cost__isnull=False, invoiced_on__gte=start)
    scope = {"unit_id": customer.unit_id, "currency": customer.currency}
    billed = Invoice.objects.filter(**scope, invoiced_on__lte=on).aggregate(
        total=Sum("amount"), sales=Sum("amount", filter=costed), cost=Sum("cost", filter=costed)
    )
    paid = Receipt.objects.filter(**scope, received_on__lte=on, bounced=False, invoice__isnull=False).aggregate(
        total=Sum("amount")
    )["total"]
    sales = billed["sales"] or ZERO
    return Company(
        max(ZERO, (billed["total"] or ZERO) - (paid or ZERO)),
        pct(sales - (billed["cost"] or ZERO), sales),
    )
