"""Reads about customers: their ledgers, the age of the data, look-alike names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from accounts.models import Unit, User
from audit.clock import db_now
from customers.models import Claim, Customer, CustomerUserObjectPermission, FeedBatch, Invoice, Licence, Order, Receipt
from customers.rules.ledger import (
    ClaimEntry,
    InvoiceEntry,
    Ledger,
    OrderEntry,
    ReceiptEntry,
    Settlement,
)
from customers.rules.names import skeleton

_INVOICE = (
    "customer_id", "source_key", "number", "invoiced_on", "due_on", "amount", "line_code", "disputed",
    "our_fault", "cost", "tonnes", "pk",
)  # fmt: skip
_ORDER = (
    "customer_id", "source_key", "number", "ordered_on", "amount", "shipped_amount", "line_code", "status",
    "tonnes",
)  # fmt: skip


def business_day(unit: Unit) -> date:
    """Today in the unit's time zone, by the database's clock."""
    return db_now().astimezone(ZoneInfo(unit.time_zone)).date()


def blocking_licences(customer_ids: list[int], on: date) -> dict[int, Licence]:
    """Per customer the blocking licence that ends first, where one ends within 60 days or has ended."""
    rows = Licence.objects.filter(customer_id__in=customer_ids, blocking=True, valid_to__lte=on + timedelta(days=60))
    return {row.customer_id: row for row in rows.order_by("-valid_to", "pk")}


def last_feed(unit: Unit) -> dict[str, datetime]:
    """Time of the newest data per feed kind; a kind that was never imported is missing."""
    return _last_feeds([unit.pk]).get(unit.pk, {})


def _last_feeds(unit_ids: Iterable[int]) -> dict[int, dict[str, datetime]]:
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    newest = (
        FeedBatch.objects.filter(unit_id__in=unit_ids)
        .order_by()
        .values_list("unit_id", "kind")
        .annotate(newest=Max("data_as_of"))
    )
    for unit_id, kind, as_of in newest:
        found[unit_id][kind] = as_of
    return found


def ledger(customer: Customer, on: date) -> Ledger:
    """All trade facts of the customer dated up to and including the day (five statements)."""
    return ledgers([customer], on)[customer.pk]


def ledgers(customers: Iterable[Customer], on: date) -> dict[int, Ledger]:
    """Ledgers by customer id, one statement per table however many customers there are."""
    chosen = {customer.pk: customer for customer in customers}
    ids = list(chosen)
    feeds = _last_feeds({customer.unit_id for customer in chosen.values()})
    receipts, settlements = _receipts(ids, on)
    invoices = _invoices(ids, on, settlements)
    orders = _orders(ids, on)
    claims = _claims(ids, on)
    return {
        pk: Ledger(
            currency=customer.currency,
            invoices=tuple(invoices[pk]),
            orders=tuple(orders[pk]),
            receipts=tuple(receipts[pk]),
            claims=tuple(claims[pk]),
            data_as_of=feeds.get(customer.unit_id, {}),
        )
        for pk, customer in chosen.items()
    }


def _receipts(ids: list[int], on: date) -> tuple[Mapping[int, list[ReceiptEntry]], Mapping[int, list[Settlement]]]:
    receipts: dict[int, list[ReceiptEntry]] = defaultdict(list)
    settlements: dict[int, list[Settlement]] = defaultdict(list)
    rows: Any = (
        Receipt.objects.filter(customer_id__in=ids, received_on__lte=on)
        .order_by("received_on", "pk")
        .values_list(
            "customer_id",
            "source_key",
            "received_on",
            "amount",
            "bounced",
            "invoice_id",
            "invoice__source_key",
        )
    )
    for customer_id, key, received_on, amount, bounced, invoice_id, invoice_key in rows.iterator(5000):
        receipts[customer_id].append(ReceiptEntry(key, received_on, amount, invoice_key, bounced))
        if invoice_id is not None and not bounced:
            settlements[invoice_id].append(Settlement(received_on, amount))
    return receipts, settlements


def _invoices(
    ids: list[int], on: date, settlements: Mapping[int, list[Settlement]]
) -> Mapping[int, list[InvoiceEntry]]:
    found: dict[int, list[InvoiceEntry]] = defaultdict(list)
    chosen = Invoice.objects.filter(customer_id__in=ids, invoiced_on__lte=on).order_by("invoiced_on", "pk")
    rows: Any = chosen.values_list(*_INVOICE)
    for customer_id, *values, pk in rows.iterator(5000):
        entry = InvoiceEntry(*values, settlements=tuple(settlements.get(pk, ())))  # type: ignore[misc]
        found[customer_id].append(entry)
    return found


def _orders(ids: list[int], on: date) -> Mapping[int, list[OrderEntry]]:
    found: dict[int, list[OrderEntry]] = defaultdict(list)
    rows = Order.objects.filter(customer_id__in=ids, ordered_on__lte=on).order_by("ordered_on", "pk")
    for customer_id, *values in rows.values_list(*_ORDER).iterator(5000):
        found[customer_id].append(OrderEntry(*values))
    return found


def _claims(ids: list[int], on: date) -> Mapping[int, list[ClaimEntry]]:
    found: dict[int, list[ClaimEntry]] = defaultdict(list)
    rows: Any = (
        Claim.objects.filter(customer_id__in=ids, opened_on__lte=on)
        .order_by("opened_on", "pk")
        .values_list("customer_id", "source_key", "opened_on", "kind", "amount", "closed_on", "confirmed")
    )
    for customer_id, *values in rows.iterator(5000):
        found[customer_id].append(ClaimEntry(*values))
    return found


def look_alikes(name: str, unit: Unit, exclude: Customer | None = None) -> list[Customer]:
    """Customers of the unit whose name looks the same to the eye (trust.md C13)."""
    found = Customer.objects.filter(unit=unit, skeleton=skeleton(name))
    if exclude is not None:
        found = found.exclude(pk=exclude.pk)
    return list(found[:5])


def shares(customer: Customer) -> QuerySet[User]:
    """Colleagues with whom the customer is shared."""
    granted = CustomerUserObjectPermission.objects.filter(content_object=customer, permission__codename="view_customer")
    return User.objects.filter(pk__in=granted.values("user_id"))


def found(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Customers whose name, code, credit code, pinyin or pinyin initials contain the text."""
    words = text.strip()[:100].replace("\x00", "")
    if not words:
        return customers
    spelt = words.casefold().replace(" ", "").replace("'", "")
    return customers.filter(
        Q(name__icontains=words)
        | Q(name_en__icontains=words)
        | Q(short_name__icontains=words)
        | Q(code__istartswith=words)
        | Q(uscc__iexact=words)
        | (Q(pinyin__contains=spelt) if spelt else Q())
    )
