"""What a customer bought, owes and paid, as plain values, and the figures that follow from it.

All amounts are in the ledger's currency and include tax; all days are business dates of the unit. No figure
depends on the order in which rows arrive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

ZERO: Final = Decimal(0)
# Upper end in days past due of each ageing band; None is open-ended. "0" is not yet due.
AGE_BANDS: Final[tuple[tuple[str, int | None], ...]] = (
    ("not_due", 0),
    ("1_30", 30),
    ("31_60", 60),
    ("61_90", 90),
    ("over_90", None),
)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum that stays a Decimal when there is nothing to add."""
    return sum(amounts, ZERO)


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier); the last day of the month where that day does not exist.

    The calendar ends in 9999: what would be in its last month or later is its last day.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if (year, month) >= (date.max.year, 11):
        return date.max
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


@dataclass(frozen=True, slots=True)
class Settlement:
    """Money applied to one invoice on a day (a bounced receipt settles nothing)."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceEntry:
    """One invoice with what was applied to it.

    Args:
        disputed: under an accepted dispute; owed, but not counted as overdue.
        our_fault: late for a reason of ours; indicators of payment behaviour leave it out.
        cost: cost of the goods, None when the ERP did not send it.
        tonnes: weight, None where the unit does not sell by weight.
    """

    key: str
    number: str
    invoiced_on: date
    due_on: date
    amount: Decimal
    line_code: str = ""
    disputed: bool = False
    our_fault: bool = False
    cost: Decimal | None = None
    tonnes: Decimal | None = None
    settlements: tuple[Settlement, ...] = ()

    def applied(self, on: date) -> Decimal:
        """Money applied up to and including the day, even beyond the invoice amount."""
        return total(part.amount for part in self.settlements if part.on <= on)

    def outstanding(self, on: date) -> Decimal:
        """What is still owed at the end of the day; nothing before the invoice exists."""
        if self.invoiced_on > on:
            return ZERO
        return max(ZERO, self.amount - self.applied(on))

    def surplus(self, on: date) -> Decimal:
        """Applied beyond the amount (or before the invoice): cash of the customer that is free."""
        owed = self.amount if self.invoiced_on <= on else ZERO
        return max(ZERO, self.applied(on) - owed)

    def settled_on(self, on: date) -> date | None:
        """The day on which the last cent arrived, None while something is owed at `on`."""
        if self.outstanding(on) > 0 or self.invoiced_on > on:
            return None
        left = self.amount
        for part in sorted((p for p in self.settlements if p.on <= on), key=lambda p: p.on):
            left -= part.amount
            if left <= 0:
                return part.on
        return self.invoiced_on

    def days_late(self, on: date) -> int:
        """Days past due when fully settled, or at `on` while something is owed; never negative."""
        end = self.settled_on(on) or on
        return max(0, (end - self.due_on).days)

    def slices(self, on: date) -> tuple[Settlement, ...]:
        """The invoice amount cut by settlement day; the part still owed is dated `on`.

        The slices add up to the invoice amount.
        """
        parts, left = [], self.amount
        for part in sorted((p for p in self.settlements if p.on <= on), key=lambda p: (p.on, p.amount)):
            taken = min(left, part.amount)
            if taken > 0:
                parts.append(Settlement(part.on, taken))
                left -= taken
        if left > 0:
            parts.append(Settlement(on, left))
        return tuple(parts)


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """One order: ``open`` is (partly) undelivered, ``shipped`` delivered, not invoiced, ``closed`` invoiced.

    The delivered part of an open order is taken as invoiced.
    """

    key: str
    number: str
    ordered_on: date
    amount: Decimal
    shipped_amount: Decimal = ZERO
    line_code: str = ""
    status: str = "open"
    tonnes: Decimal | None = None

    @property
    def undelivered(self) -> Decimal:
        """Confirmed and not delivered."""
        return max(ZERO, self.amount - self.shipped_amount) if self.status == "open" else ZERO

    @property
    def delivered_not_invoiced(self) -> Decimal:
        """Delivered, invoice still to come."""
        return self.shipped_amount if self.status == "shipped" else ZERO


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """Money received; without an invoice it is unallocated cash."""

    key: str
    received_on: date
    amount: Decimal
    invoice_key: str | None = None
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class ClaimEntry:
    """A complaint or a breach of market discipline."""

    key: str
    opened_on: date
    kind: str
    amount: Decimal
    closed_on: date | None = None
    confirmed: bool = False

    def is_open(self, on: date) -> bool:
        """Opened and not closed at the end of the day."""
        return self.opened_on <= on and (self.closed_on is None or self.closed_on > on)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Past-due debt at a day: amount, longest days past due, number of invoices."""

    amount: Decimal
    longest_days: int
    invoices: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Open debt in one ageing band (code of `AGE_BANDS`)."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """An amount of one calendar month, named by its first day."""

    month: date
    amount: Decimal


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
