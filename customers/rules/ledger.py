"""What a customer bought, owes and paid, as plain values, and the figures that follow from it.

All amounts are in the ledger's currency and include tax; all days are business dates of the unit. No figure
depends on the order in which rows arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from customers.rules.entries import (
    AGE_BANDS,
    ZERO,
    AgeBand,
    ClaimEntry,
    InvoiceEntry,
    MonthAmount,
    OrderEntry,
    Overdue,
    ReceiptEntry,
    Settlement,
    add_months,
    total,
)

__all__ = [
    "AGE_BANDS",
    "ZERO",
    "AgeBand",
    "ClaimEntry",
    "InvoiceEntry",
    "Ledger",
    "MonthAmount",
    "OrderEntry",
    "Overdue",
    "ReceiptEntry",
    "Settlement",
    "add_months",
    "total",
]


@dataclass(frozen=True)
class Ledger:
    """All trade facts of one customer up to a day.

    Args:
        currency: ISO code of every amount.
        data_as_of: time of the data per feed kind (orders, invoices, receipts, claims); a kind that was
            never imported is missing.
    """

    currency: str = "CNY"
    invoices: tuple[InvoiceEntry, ...] = ()
    orders: tuple[OrderEntry, ...] = ()
    receipts: tuple[ReceiptEntry, ...] = ()
    claims: tuple[ClaimEntry, ...] = ()
    data_as_of: Mapping[str, datetime] = field(default_factory=dict)

    # Balance -----------------------------------------------------------------------------------------------

    def unallocated_cash(self, on: date) -> Decimal:
        """Cash not applied to any invoice, plus what was applied beyond an invoice."""
        free = total(
            receipt.amount
            for receipt in self.receipts
            if receipt.invoice_key is None and not receipt.bounced and receipt.received_on <= on
        )
        return free + total(invoice.surplus(on) for invoice in self.invoices)

    def ar_balance(self, on: date) -> Decimal:
        """Receivable at the end of the day: open invoices less unallocated cash, never below zero.

        Source: reference/credit.md 2.2 (AR_open − CASH_unalloc, floored).
        """
        return max(ZERO, total(i.outstanding(on) for i in self.invoices) - self.unallocated_cash(on))

    def peak_ar(self, start: date, end: date) -> Decimal:
        """Highest end-of-day receivable within [start, end]."""
        changes = {i.invoiced_on for i in self.invoices} | {start}
        return max((self.ar_balance(day) for day in changes if start <= day <= end), default=ZERO)

    def overdue(self, on: date, grace_days: int = 0) -> Overdue:
        """Debt past due for more than `grace_days`; accepted disputes are left out."""
        late = [
            ((on - invoice.due_on).days, invoice.outstanding(on))
            for invoice in self.invoices
            if not invoice.disputed and (on - invoice.due_on).days > grace_days
        ]
        late = [(days, amount) for days, amount in late if amount > 0]
        return Overdue(total(amount for _, amount in late), max((d for d, _ in late), default=0), len(late))

    def ageing(self, on: date) -> tuple[AgeBand, ...]:
        """Open invoices by days past due (disputed ones included: they are owed)."""
        sums = dict.fromkeys((code for code, _ in AGE_BANDS), ZERO)
        for invoice in self.invoices:
            days = (on - invoice.due_on).days
            code = next(code for code, top in AGE_BANDS if top is None or days <= top)
            sums[code] += invoice.outstanding(on)
        return tuple(AgeBand(code, amount) for code, amount in sums.items())

    def open_orders(self, on: date) -> Decimal:
        """Confirmed and not delivered."""
        return total(order.undelivered for order in self.orders if order.ordered_on <= on)

    def delivered_not_invoiced(self, on: date) -> Decimal:
        """Delivered, invoice still to come."""
        return total(order.delivered_not_invoiced for order in self.orders if order.ordered_on <= on)

    # Trade ------------------------------------------------------------------------------------------------

    def invoiced_between(self, start: date, end: date) -> list[InvoiceEntry]:
        """Invoices issued within [start, end)."""
        return [invoice for invoice in self.invoices if start <= invoice.invoiced_on < end]

    def due_between(self, start: date, end: date) -> list[InvoiceEntry]:
        """Invoices due within [start, end)."""
        return [invoice for invoice in self.invoices if start <= invoice.due_on < end]

    def sales(self, start: date, end: date) -> Decimal:
        """Gross sales (by invoice) within [start, end)."""
        return total(invoice.amount for invoice in self.invoiced_between(start, end))

    def ttm_sales(self, on: date) -> Decimal:
        """Gross sales of the twelve months that end with the day."""
        tomorrow = on + timedelta(days=1)
        return self.sales(add_months(tomorrow, -12), tomorrow)

    def monthly_sales(self, on: date, months: int = 24) -> tuple[MonthAmount, ...]:
        """Gross sales per calendar month, oldest first, the month of `on` last; empty months are 0."""
        first = on.replace(day=1)
        sums = {add_months(first, -back): ZERO for back in range(months - 1, -1, -1)}
        for invoice in self.invoices:
            month = invoice.invoiced_on.replace(day=1)
            if month in sums and invoice.invoiced_on <= on:
                sums[month] += invoice.amount
        return tuple(MonthAmount(month, amount) for month, amount in sums.items())

    def average_month(self, on: date) -> tuple[Decimal, int]:
        """Twelve months' sales and the number of months with shipments: M of defaults 2(b) is their quotient.

        The twelve months end with `on` and are counted back from it: a running month is not cut in two.
        """
        tomorrow = on + timedelta(days=1)
        starts = [add_months(tomorrow, -back) for back in range(12, -1, -1)]
        months = [self.sales(start, end) for start, end in pairwise(starts)]
        return total(months), sum(1 for amount in months if amount > 0)

    def margin(self, start: date, end: date) -> tuple[Decimal, Decimal] | None:
        """Contribution and sales within [start, end) over invoices whose cost is known; None without any."""
        known = [(i.amount - i.cost, i.amount) for i in self.invoiced_between(start, end) if i.cost is not None]
        if not known:
            return None
        return total(margin for margin, _ in known), total(amount for _, amount in known)

    def line_codes(self, start: date, end: date) -> frozenset[str]:
        """Product lines bought within [start, end)."""
        return frozenset(i.line_code for i in self.invoiced_between(start, end) if i.line_code)

    def tonnes(self, start: date, end: date) -> Decimal:
        """Weight invoiced within [start, end)."""
        return total(i.tonnes for i in self.invoiced_between(start, end) if i.tonnes is not None)

    # Behaviour ---------------------------------------------------------------------------------------------

    def bounced(self, start: date, end: date) -> list[ReceiptEntry]:
        """Returned payments and dishonoured bills received within [start, end)."""
        return [r for r in self.receipts if r.bounced and start <= r.received_on < end]

    def open_claims(self, on: date) -> list[ClaimEntry]:
        """Claims not closed at the end of the day."""
        return [claim for claim in self.claims if claim.is_open(on)]

    def confirmed_claims(self, kind: str, start: date, end: date) -> list[ClaimEntry]:
        """Confirmed claims of a kind opened within [start, end)."""
        return [c for c in self.claims if c.kind == kind and c.confirmed and start <= c.opened_on < end]
