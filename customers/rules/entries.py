"""What a ledger is made of: invoices with what was applied to them, orders, receipts, claims, and figures of a day.

All amounts are in the ledger's currency and include tax; all days are business dates of the unit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
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
