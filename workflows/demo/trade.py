"""Two years of believable trade for an ordinary customer: seasons, growth, habits of payment, complaints."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Final

from customers.rules.ledger import add_months
from workflows.demo.feed import Book, Complaint, OpenOrder, Sale

YUAN: Final = Decimal(1)
SEASON: Final = (8, 6, 11, 11, 10, 10, 9, 9, 11, 12, 12, 12)  # January to December; spring festival is quiet
# Days between due date and payment, as (from, to, weight); the last entry of "bad" may still be unpaid today.
HABITS: Final = {
    "early": ((-12, -3, 3), (-2, 0, 5)),
    "punctual": ((-4, 0, 8), (1, 3, 3)),
    "usual": ((-2, 0, 5), (1, 5, 4), (6, 14, 1)),
    "slow": ((0, 6, 3), (7, 20, 5), (21, 34, 2)),
    "bad": ((5, 25, 4), (26, 50, 4), (55, 85, 2)),
}


@dataclass(frozen=True)
class Profile:
    """How a customer trades.

    Args:
        yearly: invoiced in the last twelve months, in yuan.
        growth: percent against the twelve months before.
        count: invoices a year.
        term: days between invoice and due date.
        habit: one of `HABITS`.
        margin: contribution in percent of sales.
        lines: product lines bought, as codes.
        tonnes: weight of the last twelve months, None where goods are not weighed.
    """

    yearly: Decimal
    growth: int
    count: int
    term: int
    habit: str
    margin: Decimal
    lines: tuple[str, ...]
    tonnes: Decimal | None = None


def book(rng: Random, today: date, profile: Profile) -> Book:
    """The book of one customer up to and including `today`."""
    after = today + timedelta(days=1)
    year, before = add_months(after, -12), add_months(after, -24)
    sales: list[Sale] = []
    factor = Decimal(100) / (100 + profile.growth)
    for start, end, share in ((before, year, factor), (year, after, Decimal(1))):
        days = _days(rng, start, end, profile.count)
        amounts = shared_out(profile.yearly * share, [_weight(rng, day) for day in days])
        weights = _tonnes(profile, share, amounts)
        for n, (day, amount) in enumerate(zip(days, amounts, strict=True)):
            line = profile.lines[n % len(profile.lines)]
            sales.append(Sale(day, day + timedelta(days=profile.term), amount, line, tonnes=weights[n]))
    for sale in sales:
        sale.cost = (sale.amount * (100 - profile.margin) / 100).quantize(YUAN, ROUND_HALF_UP)
        _pay(rng, sale, profile.habit, today)
    return Book(sales, _open_orders(rng, today, profile), _complaints(rng, today, profile))


def shared_out(total: Decimal, weights: list[int]) -> list[Decimal]:
    """Split an amount into whole yuan by weight; the last part takes the rest, so that nothing is lost."""
    whole = sum(weights)
    parts = [(total * weight / whole).quantize(YUAN, ROUND_HALF_UP) for weight in weights[:-1]]
    return [*parts, total.quantize(Decimal("0.01"), ROUND_HALF_UP) - sum(parts, Decimal(0))]


def _days(rng: Random, start: date, end: date, count: int) -> list[date]:
    """Working days within [start, end), one per equal stretch of time."""
    length = (end - start).days
    days = []
    for n in range(count):
        low, high = n * length // count, (n + 1) * length // count - 1
        day = start + timedelta(days=rng.randint(low, max(low, high)))
        back = max(0, day.weekday() - 4)
        days.append(day - timedelta(days=back) if (day - start).days >= back else day)
    return days


def _weight(rng: Random, day: date) -> int:
    return SEASON[day.month - 1] * rng.randint(70, 130)


def _tonnes(profile: Profile, share: Decimal, amounts: list[Decimal]) -> list[Decimal | None]:
    """Weights in step with the amounts; those of the last twelve months add up to the profile's tonnes."""
    if profile.tonnes is None:
        return [None] * len(amounts)
    total, money = profile.tonnes * share, sum(amounts, Decimal(0))
    parts = [(total * amount / money).quantize(Decimal("0.1"), ROUND_HALF_UP) for amount in amounts[:-1]]
    return [*parts, (total - sum(parts, Decimal(0))).quantize(Decimal("0.1"), ROUND_HALF_UP)]


def _pay(rng: Random, sale: Sale, habit: str, today: date) -> None:
    options = HABITS[habit]
    low, high, _ = rng.choices(options, weights=[weight for *_, weight in options])[0]
    on = sale.due + timedelta(days=rng.randint(low, high))
    on = max(on, sale.on)
    if on > today:
        return
    if habit in ("slow", "bad") and rng.random() < 0.25 and sale.amount > 20_000:
        first = (sale.amount * rng.randint(3, 7) / 10).quantize(YUAN, ROUND_HALF_UP)
        early = max(sale.on, on - timedelta(days=rng.randint(5, 15)))
        sale.paid = [(early, first), (on, sale.amount - first)]
    else:
        sale.paid = [(on, sale.amount)]


def _open_orders(rng: Random, today: date, profile: Profile) -> list[OpenOrder]:
    """Some goods on order, some on the road."""
    usual = profile.yearly / profile.count
    each = None if profile.tonnes is None else (profile.tonnes / profile.count).quantize(Decimal("0.1"))
    orders = []
    for _ in range(rng.randint(0, 2)):
        amount = (usual * rng.randint(50, 140) / 100).quantize(YUAN, ROUND_HALF_UP)
        on = today - timedelta(days=rng.randint(1, 8))
        shipped = amount if rng.random() < 0.3 else Decimal(0)
        orders.append(OpenOrder(on, amount, rng.choice(profile.lines), shipped, each))
    return orders


def _complaints(rng: Random, today: date, profile: Profile) -> list[Complaint]:
    complaints = []
    for _ in range(rng.choices((0, 1, 2), weights=(7, 4, 1))[0]):
        on = today - timedelta(days=rng.randint(5, 600))
        kind = rng.choices(("quality", "delivery", "price", "dumping"), weights=(5, 3, 2, 1))[0]
        closed = on + timedelta(days=rng.randint(10, 60))
        amount = (profile.yearly * rng.randint(1, 8) / 1000).quantize(YUAN, ROUND_HALF_UP)
        complaints.append(Complaint(on, kind, amount, closed if closed <= today else None, rng.random() < 0.5))
    return complaints
