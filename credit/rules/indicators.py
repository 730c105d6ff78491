"""The raw values of the scorecard, from the ledger and from the case forms. Source: defaults.md 2(b)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from credit.rules.figures import Figure, operand, pct, ratio
from credit.rules.gates import months_between
from customers.rules.ledger import InvoiceEntry, Ledger, add_months, total

ZERO: Final = Decimal(0)
OVER_ANY_BAND: Final = Decimal(9999)


@dataclass(frozen=True, slots=True)
class Window:
    """The twelve months that end with `on`, both days included in the business sense: [start, after)."""

    on: date

    @property
    def after(self) -> date:
        return self.on + timedelta(days=1)

    @property
    def start(self) -> date:
        return add_months(self.after, -12)

    @property
    def prior_start(self) -> date:
        return add_months(self.after, -24)

    @property
    def last_quarter(self) -> date:
        return add_months(self.after, -3)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Is there enough trade to score payment behaviour: invoices due in 12 months, months since the first."""

    invoices_due: int
    amount_due: Decimal
    trade_months: int

    def enough(self, min_invoices: int, min_months: int) -> bool:
        return self.invoices_due >= min_invoices and self.trade_months >= min_months


def judged(ledger: Ledger, on: date) -> list[InvoiceEntry]:
    """Invoices due in the twelve months to `on`; those late for a reason of ours are left out."""
    window = Window(on)
    return [i for i in ledger.due_between(window.start, window.after) if not i.our_fault]


def trade_start(ledger: Ledger, since: date | None) -> date | None:
    """The earlier of the recorded start of business and the first invoice."""
    first = [invoice.invoiced_on for invoice in ledger.invoices]
    return min([*first, *([since] if since else [])], default=None)


def evidence(ledger: Ledger, on: date, since: date | None) -> Evidence:
    """How much payment history there is (form 4, `evidence`)."""
    due = judged(ledger, on)
    start = trade_start(ledger, since)
    months = 0 if start is None or not ledger.invoices else max(0, months_between(start, on))
    return Evidence(len(due), total(i.amount for i in due), months)


def payment(ledger: Ledger, on: date, *, limit: Decimal | None, grace_days: int) -> list[Figure]:
    """HP1–HP6, the payment behaviour of the last twelve months.

    Args:
        limit: trade limit in force in money; None when none is set or it is unlimited.
        grace_days: days after the due date that still count as on time (3 by default policy).
    """
    due = judged(ledger, on)
    owed = total(i.amount for i in due)
    as_of = on.isoformat()
    in_time = total(min(i.amount, i.applied(min(on, i.due_on + timedelta(days=grace_days)))) for i in due)
    settled = total(min(i.amount, i.applied(on)) for i in due)
    # By invoice, as the policy prints it: what is settled in parts counts until its last part.
    late_weight = total(i.amount * i.days_late(on) for i in due)
    all_due = operand("due", owed)
    return [
        Figure("HP1", pct(in_time, owed), (operand("in_time", in_time), all_due), as_of=as_of),
        Figure("HP2", pct(settled, owed), (operand("settled", settled), all_due), as_of=as_of),
        Figure(
            "HP3",
            ratio(late_weight, owed),
            (operand("late_weight", late_weight), all_due),
            as_of=as_of,
        ),
        _longest(due, on),
        _peak(ledger, on, limit),
        _dso_change(ledger, on),
    ]


def _longest(due: list[InvoiceEntry], on: date) -> Figure:
    if not due:
        return Figure("HP4", None, as_of=on.isoformat())
    worst = max(due, key=lambda i: (i.days_late(on), i.number))
    operands = (operand("worst", worst.number),)
    return Figure("HP4", Decimal(worst.days_late(on)), operands, as_of=on.isoformat())


def _peak(ledger: Ledger, on: date, limit: Decimal | None) -> Figure:
    """HP5: without a limit a customer who never owed anything (prepaid) gets full points, others no data."""
    peak = peak_balance(ledger, Window(on).start, on)
    operands = (operand("peak", peak), operand("limit", limit))
    value: Decimal | None = None
    if ledger.invoices and limit:
        value = pct(peak, limit)
    elif ledger.invoices and peak == 0:
        value = ZERO
    elif ledger.invoices and limit is not None:
        value = OVER_ANY_BAND  # owes something although the limit is zero
    return Figure("HP5", value, operands, as_of=on.isoformat())


def peak_balance(ledger: Ledger, start: date, end: date) -> Decimal:
    """Highest end-of-day receivable within [start, end], in one sweep over the days on which it changes.

    The receivable is what was invoiced less all cash received, so every row moves it once: the same figure
    as `Ledger.peak_ar`, for a customer with thousands of invoices, too.
    """
    moves: dict[date, Decimal] = defaultdict(Decimal)
    for invoice in ledger.invoices:
        moves[invoice.invoiced_on] += invoice.amount
        for part in invoice.settlements:
            moves[part.on] -= part.amount
    for receipt in ledger.receipts:
        if receipt.invoice_key is None and not receipt.bounced:
            moves[receipt.received_on] -= receipt.amount
    balance, peak = ZERO, ZERO
    moves[start] += ZERO
    for day in sorted(day for day in moves if day <= end):
        balance += moves[day]
        if day >= start:
            peak = max(peak, balance)
    return peak


def _dso_change(ledger: Ledger, on: date) -> Figure:
    """HP6: DSO of the last three months less DSO of the nine months before them."""
    window = Window(on)
    recent = dso(ledger, window.last_quarter, window.after)
    before = dso(ledger, window.start, window.last_quarter)
    operands = (
        operand("dso_3m", recent),
        operand("dso_9m", before),
    )
    value = None if recent is None or before is None else recent - before
    return Figure("HP6", value, operands, as_of=on.isoformat())


def dso(ledger: Ledger, start: date, end: date) -> Decimal | None:
    """DSO of [start, end): balance at its last day / sales × days; None without sales."""
    balance = ledger.ar_balance(end - timedelta(days=1))
    return ratio(balance * (end - start).days, ledger.sales(start, end))


def potential(
    ledger: Ledger,
    on: date,
    *,
    category_purchases: Decimal | None,
    company_margin_pct: Decimal | None,
    target_lines: int,
) -> list[Figure]:
    """DP1–DP5, what the customer may become.

    Args:
        category_purchases: what he buys of our category per year from everybody, in money.
        company_margin_pct: contribution margin of the whole unit over the same months, in percent.
        target_lines: product lines he is meant to buy; 0 = not set.
    """
    window = Window(on)
    as_of = on.isoformat()
    sales = ledger.sales(window.start, window.after)
    lines = ledger.line_codes(window.start, window.after)
    _, active = ledger.average_month(on)
    headroom = None if category_purchases is None else ratio(category_purchases - sales, sales)
    return [
        _growth(ledger, window, sales),
        Figure(
            "DP2",
            headroom,
            (operand("category", category_purchases), operand("sales_12m", sales)),
            as_of=as_of,
        ),
        _margin(ledger, window, company_margin_pct),
        Figure(
            "DP4",
            Decimal(active) if _known_for(ledger, window, 11) else None,
            (operand("months", active),),
            as_of=as_of,
        ),
        Figure(
            "DP5",
            pct(Decimal(len(lines)), Decimal(target_lines)) if ledger.invoices else None,
            (operand("lines", len(lines)), operand("target_lines", target_lines)),
            as_of=as_of,
        ),
    ]  # fmt: skip


def _growth(ledger: Ledger, window: Window, sales: Decimal) -> Figure:
    """DP1, sales of twelve months against the twelve before; no data while there are less than 23 months."""
    prior = ledger.sales(window.prior_start, window.start)
    operands = (
        operand("sales_12m", sales),
        operand("sales_prior", prior),
    )
    value = pct(sales - prior, prior) if _known_for(ledger, window, 23) else None
    return Figure("DP1", value, operands, as_of=window.on.isoformat())


def _known_for(ledger: Ledger, window: Window, months: int) -> bool:
    """Whether the first invoice is that old: a start is neither growth (DP1) nor a broken habit (DP4)."""
    return any(i.invoiced_on <= add_months(window.after, -months) for i in ledger.invoices)


def _margin(ledger: Ledger, window: Window, company_pct: Decimal | None) -> Figure:
    """DP3: the customer's margin over the company's; no data while either is unknown or not positive."""
    found = ledger.margin(window.start, window.after)
    own = None if found is None else pct(*found)
    value = None
    if own is not None and company_pct is not None and company_pct > 0:
        value = own / company_pct
    operands = (
        operand("margin", own),
        operand("company_margin", company_pct),
    )
    return Figure("DP3", value, operands, as_of=window.on.isoformat())


def monthly_average(
    ledger: Ledger, on: date, *, new_customer: bool, forecast: Decimal | None, factor: Decimal
) -> Figure:
    """M: sales of twelve months / months with shipments; for a new customer forecast × factor (0.5)."""
    as_of = on.isoformat()
    if new_customer:
        value = ZERO if forecast is None else forecast * factor
        operands = (
            operand("forecast", forecast),
            operand("factor", factor),
        )
        return Figure("M", value, operands, "application", as_of)
    sales, months = ledger.average_month(on)
    operands = (
        operand("sales_12m", sales),
        operand("months", months),
    )
    return Figure("M", ratio(sales, Decimal(months)) or ZERO, operands, as_of=as_of)
