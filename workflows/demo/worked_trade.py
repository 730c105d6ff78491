"""Trade that gives a worked example exactly the indicator values that are printed for it.

The recipe: fifty invoices of one size fall due in the twelve months, so that every printed share is a whole
number of invoice parts and every printed average a whole number of invoice days (6.5 days = 325 / 50). What is
left free - balances on three days - is set by payments ahead of the due date: the highest balance of the year
(HP5) and the balances from which the two DSO figures of HP6 follow.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Final

from credit.rules.indicators import Window
from customers.rules.ledger import add_months
from workflows.demo.feed import Book, Sale
from workflows.demo.trade import shared_out

INVOICES: Final = 50
CENT: Final = Decimal("0.01")
GRACE: Final = 3
KEPT: Final = Decimal("0.2")  # of an invoice paid late within grace, so much is never paid ahead


@dataclass(frozen=True)
class Behaviour:
    """What the printed values of one example ask of its trade.

    Args:
        monthly: M, sales of a month with shipments.
        growth: DP1, percent.
        term: days from invoice to due date until now.
        margin: contribution in percent of sales; the company's is 20.
        lines: product lines bought in the year (DP5 against the target).
        late: (part of an invoice, days late) paid after the grace days.
        unpaid: (part of an invoice, days overdue today).
        slightly: days late within grace -> number of invoices paid whole so many days late.
        peak: highest balance of the year (HP5 × limit).
        dso_change: HP6 in days.
        quiet_month: counted back, a month of the twelve without any shipment; 0 = none.
    """

    monthly: Decimal
    growth: int
    term: int
    margin: Decimal
    lines: int
    late: tuple[tuple[str, int], ...]
    unpaid: tuple[tuple[str, int], ...]
    slightly: dict[int, int]
    peak: Decimal
    dso_change: int
    quiet_month: int = 0

    @property
    def yearly(self) -> Decimal:
        return self.monthly * (11 if self.quiet_month else 12)


@dataclass
class _Account:
    """One invoice and the payments planned for it: day -> amount."""

    on: date
    due: date
    amount: Decimal
    plan: dict[date, Decimal] = field(default_factory=dict)
    owed_for_good: bool = False

    def paid(self, day: date) -> Decimal:
        return sum((amount for on, amount in self.plan.items() if on <= day), Decimal(0))

    def open(self, day: date) -> Decimal:
        return self.amount - self.paid(day) if self.on <= day else Decimal(0)

    def ahead(self, day: date, wanted: Decimal) -> Decimal:
        """Pay up to `wanted` on `day` instead of later, without touching what the indicators see; what was paid."""
        moved = Decimal(0)
        for on in sorted(on for on in self.plan if on > day):
            spare = self.plan[on] if on <= self.due else self.plan[on] - (self.amount * KEPT).quantize(CENT)
            if on > self.due + timedelta(days=GRACE) or spare <= 0 or self.on > day:
                continue
            part = min(spare, wanted - moved)
            self.plan[on] -= part
            self.plan[day] = self.plan.get(day, Decimal(0)) + part
            moved += part
        return moved


def worked_book(rng: Random, today: date, behaviour: Behaviour) -> Book:
    """The book that shows the behaviour on `today`; other days drift away from it, as they do in life."""
    window = Window(today)
    accounts, prior = _accounts(rng, window, behaviour)
    _plan_payments(accounts, window, behaviour)
    accounts += prior
    _set_balances(accounts, window, behaviour)
    sales = []
    for n, each in enumerate(sorted(accounts, key=lambda a: a.on)):
        paid = [(on, amount) for on, amount in sorted(each.plan.items()) if amount > 0 and on <= today]
        cost = (each.amount * (100 - behaviour.margin) / 100).quantize(CENT, ROUND_HALF_UP)
        sales.append(Sale(each.on, each.due, each.amount, f"M{n % behaviour.lines + 1:02d}", cost, paid=paid))
    return Book(sales)


def _accounts(rng: Random, window: Window, behaviour: Behaviour) -> tuple[list[_Account], list[_Account]]:
    """Fifty invoices of the year, as many of one size before it as fall due in it, and the rest of the year before."""
    term = timedelta(days=behaviour.term)
    size = behaviour.yearly / INVOICES
    days = _year_days(window, behaviour)
    accounts = [_Account(day, day + term, size) for day in days]
    tail = sum(1 for each in accounts if each.due > window.on)
    accounts += [_Account(day, day + term, size) for day in _spread(_days(window.start - term, window.start), tail)]
    rest = (behaviour.yearly * 100 / (100 + behaviour.growth)).quantize(CENT, ROUND_HALF_UP) - tail * size
    early = _spread(_days(window.prior_start, window.start - term), INVOICES - tail)
    amounts = shared_out(rest, [rng.randint(80, 120) for _ in early])
    prior = [
        _Account(day, day + term, amount, {day + term: amount}) for day, amount in zip(early, amounts, strict=True)
    ]
    return accounts, prior


def _year_days(window: Window, behaviour: Behaviour) -> list[date]:
    """Invoice days spread over the year; those behind the unpaid invoices sit where they are overdue as said."""
    days = _days(window.start, window.after)
    if behaviour.quiet_month:
        first = add_months(window.after, -behaviour.quiet_month)
        days = [d for d in days if not first <= d < add_months(window.after, 1 - behaviour.quiet_month)]
    chosen = _spread(days, INVOICES)
    for _, overdue in behaviour.unpaid:
        wanted = window.on - timedelta(days=behaviour.term + overdue)
        free = [n for n, day in enumerate(chosen) if day != wanted]
        chosen[min(free, key=lambda n: abs((chosen[n] - wanted).days))] = wanted
    return sorted(chosen)


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days)]


def _spread(days: list[date], count: int) -> list[date]:
    """So many of the days, evenly."""
    return [days[n * (len(days) - 1) // max(1, count - 1)] for n in range(count)]


def _plan_payments(accounts: list[_Account], window: Window, behaviour: Behaviour) -> None:
    """Who pays what when: unpaid parts, late parts, invoices a little late, everything else on its due day."""
    for each in accounts:
        each.plan = {each.due: each.amount}
    judged = [each for each in sorted(accounts, key=lambda a: a.due) if each.due <= window.on]
    for part, overdue in behaviour.unpaid:
        each = next(a for a in judged if a.due == window.on - timedelta(days=overdue) and not a.owed_for_good)
        each.owed_for_good = True
        share = (each.amount * Decimal(part)).quantize(CENT)
        each.plan = {each.due: each.amount - share, window.on + timedelta(days=30): share}
    free = [each for each in judged if not each.owed_for_good]
    latest = max((days for _, days in behaviour.late), default=0)
    able = [each for each in free if each.due + timedelta(days=latest) <= window.on]
    for each, (part, days) in zip(_picked(able, len(behaviour.late)), behaviour.late, strict=True):
        share = (each.amount * Decimal(part)).quantize(CENT)
        each.plan = {each.due: each.amount - share, each.due + timedelta(days=days): share}
        free.remove(each)
    for days, count in behaviour.slightly.items():
        able = [each for each in free if each.due + timedelta(days=days) <= window.on]
        for each in _picked(able, count):
            each.plan = {each.due + timedelta(days=days): each.amount}
            free.remove(each)


def _picked(accounts: list[_Account], count: int) -> list[_Account]:
    if count > len(accounts):
        raise ValueError("the example asks for more late invoices than there are")
    return [accounts[n * len(accounts) // count] for n in range(count)]


def _set_balances(accounts: list[_Account], window: Window, behaviour: Behaviour) -> None:
    """Bring the balance to the peak and the two DSO figures apart by what is asked, by payments ahead of time."""
    boundary = window.last_quarter - timedelta(days=1)
    plans = [dict(each.plan) for each in accounts]
    _keep_below(accounts, window, behaviour.peak, {})
    recent, before = (
        _dso(accounts, window.last_quarter, window.after),
        _dso(accounts, window.start, window.last_quarter),
    )
    if recent - before > behaviour.dso_change:
        aim = {window.on: _balance_for(accounts, before + behaviour.dso_change, window.last_quarter, window.after)}
    else:
        aim = {boundary: _balance_for(accounts, recent - behaviour.dso_change, window.start, window.last_quarter)}
    for each, plan in zip(accounts, plans, strict=True):
        each.plan = plan
    _keep_below(accounts, window, behaviour.peak, aim)


def _keep_below(accounts: list[_Account], window: Window, peak: Decimal, aims: dict[date, Decimal]) -> None:
    """Day by day, pay ahead what exceeds the peak, and on the days in `aims` what exceeds their balance."""
    days = {window.start, *aims, *(each.on for each in accounts if window.start <= each.on <= window.on)}
    for day in sorted(days):
        excess = _balance(accounts, day) - min(peak, aims.get(day, peak))
        for each in sorted(accounts, key=lambda a: a.due):
            if excess > 0 and not each.owed_for_good:
                excess -= each.ahead(day, excess)
        if excess > 0:
            raise ValueError(f"the balance of {day} cannot be brought down by another {excess}")


def _balance(accounts: list[_Account], day: date) -> Decimal:
    return sum((each.open(day) for each in accounts), Decimal(0))


def _sales(accounts: list[_Account], start: date, end: date) -> Decimal:
    return sum((each.amount for each in accounts if start <= each.on < end), Decimal(0))


def _dso(accounts: list[_Account], start: date, end: date) -> Decimal:
    return _balance(accounts, end - timedelta(days=1)) * (end - start).days / _sales(accounts, start, end)


def _balance_for(accounts: list[_Account], dso: Decimal, start: date, end: date) -> Decimal:
    return (dso * _sales(accounts, start, end) / (end - start).days).quantize(CENT, ROUND_HALF_UP)
