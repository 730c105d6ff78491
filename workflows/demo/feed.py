"""Trade books as plain values, and the one way they reach the tables: bulk inserts under one batch per kind."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from accounts.models import Unit
from audit.services import record
from customers.models import Claim, Customer, FeedBatch, Invoice, Order, Receipt

CHUNK: Final = 2000
ORDER_LEAD: Final = timedelta(days=9)


@dataclass
class Sale:
    """One invoice with the order behind it and the payments that came in for it."""

    on: date
    due: date
    amount: Decimal
    line: str
    cost: Decimal | None = None
    tonnes: Decimal | None = None
    paid: list[tuple[date, Decimal]] = field(default_factory=list)
    disputed: bool = False
    our_fault: bool = False
    bounced: bool = False


@dataclass
class OpenOrder:
    """An order without an invoice yet; with `shipped` set the goods are on their way."""

    on: date
    amount: Decimal
    line: str
    shipped: Decimal = Decimal(0)
    tonnes: Decimal | None = None

    @property
    def status(self) -> str:
        return "shipped" if self.shipped == self.amount else "open"


@dataclass
class Complaint:
    """A claim of the customer, or a case of dumping."""

    on: date
    kind: str
    amount: Decimal
    closed: date | None = None
    confirmed: bool = False


@dataclass
class Book:
    """Everything one customer did in 24 months."""

    sales: list[Sale] = field(default_factory=list)
    orders: list[OpenOrder] = field(default_factory=list)
    claims: list[Complaint] = field(default_factory=list)
    advance: list[tuple[date, Decimal]] = field(default_factory=list)


def post(unit: Unit, books: Mapping[Customer, Book], now: datetime) -> None:
    """Insert the books of a unit's customers as four accepted feeds with the data time `now`."""
    batches = {
        kind: FeedBatch(unit=unit, kind=kind, file_name=f"{unit.code}-{kind}-24m.csv", data_as_of=now, updated=0,
                        unchanged=0, sha256=sha256(f"{unit.code}/{kind}/{now.isoformat()}".encode()).hexdigest())
        for kind in ("orders", "invoices", "receipts", "claims")
    }  # fmt: skip
    counts = {"orders": 0, "invoices": 0, "receipts": 0, "claims": 0}
    for _, book in books.items():
        counts["orders"] += len(book.sales) + len(book.orders)
        counts["invoices"] += len(book.sales)
        counts["receipts"] += sum(len(sale.paid) for sale in book.sales) + len(book.advance)
        counts["claims"] += len(book.claims)
    for kind, batch in batches.items():
        batch.rows = batch.inserted = counts[kind]
        batch.save()
    insert(unit, books, now, batches)
    for kind, batch in batches.items():
        record(
            "feed.imported",
            stream=f"feed:{unit.code}",
            actor=None,
            object_type="feed_batch",
            object_id=str(batch.pk),
            object_label=batch.file_name,
            content_sha256=batch.sha256,
            after={"kind": kind, "rows": counts[kind], "inserted": counts[kind], "data_as_of": now},
        )


def insert(unit: Unit, books: Mapping[Customer, Book], now: datetime, batches: Mapping[str, FeedBatch]) -> None:
    """Insert the rows only."""
    entries = [
        (customer, sale, f"{customer.code}-{n:04d}")
        for customer, book in books.items()
        for n, sale in enumerate(sorted(book.sales, key=lambda s: s.on), 1)
    ]

    def shared(customer: Customer, key: str, kind: str) -> dict[str, Any]:
        return {
            "unit": unit, "customer": customer, "source_key": key, "currency": customer.currency,
            "data_as_of": now, "batch": batches[kind],
        }  # fmt: skip

    invoices = [
        Invoice(  # type: ignore[misc]  # the column is nullable; the stubs cannot see it through `money()`
            **shared(customer, f"IV-{key}", "invoices"), number=f"IV{key}", invoiced_on=sale.on, due_on=sale.due,
            amount=sale.amount, cost=sale.cost, line_code=sale.line, disputed=sale.disputed,
            our_fault=sale.our_fault, tonnes=sale.tonnes,
        )
        for customer, sale, key in entries
    ]  # fmt: skip
    Invoice.objects.bulk_create(invoices, batch_size=CHUNK)
    Order.objects.bulk_create(_orders(entries, books, shared), batch_size=CHUNK)
    receipts = [
        Receipt(
            **shared(customer, f"RC-{key}-{part}", "receipts"), invoice=invoice, received_on=on, amount=amount,
            bounced=sale.bounced and part == 0,
        )
        for (customer, sale, key), invoice in zip(entries, invoices, strict=True)
        for part, (on, amount) in enumerate(sorted(sale.paid))
    ]  # fmt: skip
    receipts += [
        Receipt(**shared(customer, f"AD-{customer.code}-{n}", "receipts"), received_on=on, amount=amount)
        for customer, book in books.items()
        for n, (on, amount) in enumerate(book.advance)
    ]
    Receipt.objects.bulk_create(receipts, batch_size=CHUNK)
    Claim.objects.bulk_create(
        Claim(
            **shared(customer, f"CL-{customer.code}-{n}", "claims"), opened_on=claim.on, kind=claim.kind,
            amount=claim.amount, closed_on=claim.closed, confirmed=claim.confirmed,
        )
        for customer, book in books.items()
        for n, claim in enumerate(book.claims)
    )  # fmt: skip


def _orders(
    entries: Iterable[tuple[Customer, Sale, str]], books: Mapping[Customer, Book], shared: Any
) -> Iterator[Order]:
    for customer, sale, key in entries:
        yield Order(
            **shared(customer, f"SO-{key}", "orders"), number=f"SO{key}", ordered_on=sale.on - ORDER_LEAD,
            amount=sale.amount, shipped_amount=sale.amount, line_code=sale.line, status="closed",
            tonnes=sale.tonnes,
        )  # fmt: skip
    for customer, book in books.items():
        for n, order in enumerate(book.orders):
            key = f"{customer.code}-X{n:02d}"
            yield Order(
                **shared(customer, f"SO-{key}", "orders"), number=f"SO{key}", ordered_on=order.on,
                amount=order.amount, shipped_amount=order.shipped, line_code=order.line, status=order.status,
                tonnes=order.tonnes,
            )  # fmt: skip
