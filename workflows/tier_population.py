"""What all customers of a company bought, paid and cost in twelve months: the measure for each of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Q, Sum

from customers.models import Claim, ClaimKind, Invoice, Receipt
from customers.rules.ledger import add_months
from policies.rules.tiers import trade

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Year:
    """One customer's twelve months to a day; `known` are the sales whose cost is known, `paid` money received."""

    sales: Decimal = ZERO
    known: Decimal = ZERO
    cost: Decimal = ZERO
    ar: Decimal = ZERO
    ar_before: Decimal = ZERO
    paid: Decimal = ZERO
    claims: Decimal = ZERO

    def credit(self, wacc: Decimal) -> Decimal:
        """Cost of the money that lies in receivables: the mean of their balance a year ago and today."""
        return (self.ar + self.ar_before) / 2 * wacc

    def contribution(self, wacc: Decimal) -> Decimal | None:
        """Contribution margin (defaults 2(f) F2) as far as it is recorded here; None without any cost of goods.

        Sales whose cost is unknown are taken to cost as much as the others.
        """
        if not self.known:
            return None
        cogs = self.sales * self.cost / self.known
        return trade.contribution(self.sales, cogs, claims=self.claims, credit=self.credit(wacc))


@dataclass(frozen=True)
class Population:
    """All customers of one company that trade in one currency, by customer id."""

    years: Mapping[int, Year]
    wacc: Decimal

    def year(self, customer_id: int) -> Year:
        """The customer's year; all zero for one who never bought."""
        return self.years.get(customer_id, Year())

    @cached_property
    def sales(self) -> dict[int, Decimal]:
        """Who bought something, and how much."""
        return {pk: year.sales for pk, year in self.years.items() if year.sales > 0}

    @cached_property
    def margins(self) -> dict[int, Decimal]:
        """Contribution of those whose cost is known."""
        found = {pk: self.years[pk].contribution(self.wacc) for pk in self.sales}
        return {pk: margin for pk, margin in found.items() if margin is not None}

    @cached_property
    def volume_ranks(self) -> dict[int, Decimal]:
        """Rank by sales, in percent of the number of customers."""
        return trade.ranks(self.sales)

    @cached_property
    def margin_ranks(self) -> dict[int, Decimal]:
        """Rank by contribution margin, in percent of the number of customers."""
        return trade.ranks(self.margins)

    @cached_property
    def margin_pct(self) -> Decimal | None:
        """Contribution margin of the whole company in percent."""
        sales = sum((self.sales[pk] for pk in self.margins), ZERO)
        return trade.share(sum(self.margins.values(), ZERO), sales)

    @cached_property
    def gross_margin_pct(self) -> Decimal | None:
        """Sales less cost of goods in percent, as the credit scorecard measures it."""
        known = sum((year.known for year in self.years.values()), ZERO)
        return trade.share(known - sum((year.cost for year in self.years.values()), ZERO), known)

    @cached_property
    def receivables(self) -> Decimal:
        """What all customers together owe."""
        return sum((year.ar for year in self.years.values()), ZERO)


_held: ContextVar[dict[tuple[int, str, date, Decimal], Population] | None] = ContextVar("populations", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Read each population once within the block: work over many customers measures all of them alike."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def population(unit_id: int, currency: str, on: date, wacc: Decimal) -> Population:
    """The year of every customer of a company, within `held` only read once.

    Args:
        wacc: yearly cost of capital as a share.
    """
    known, key = _held.get(), (unit_id, currency, on, wacc)
    if known is None:
        return _read(*key)
    if key not in known:
        known[key] = _read(*key)
    return known[key]


def _read(unit_id: int, currency: str, on: date, wacc: Decimal) -> Population:
    """Three statements for any number of customers."""
    start = add_months(on + timedelta(days=1), -12)
    scope: dict[str, Any] = {"unit_id": unit_id, "currency": currency, "customer__currency": F("currency")}
    year = Q(invoiced_on__gte=start)
    billed = (
        Invoice.objects.filter(**scope, invoiced_on__lte=on)
        .order_by()
        .values("customer_id")
        .annotate(
            sales=Sum("amount", filter=year),
            known=Sum("amount", filter=year & Q(cost__isnull=False)),
            cost_sum=Sum("cost", filter=year),
            billed=Sum("amount"),
            before=Sum("amount", filter=~year),
        )
    )
    received = (
        Receipt.objects.filter(**scope, received_on__lte=on, bounced=False)
        .order_by()
        .values("customer_id")
        .annotate(all=Sum("amount"), before=Sum("amount", filter=Q(received_on__lt=start)))
    )
    claimed = (
        Claim.objects.filter(**scope, opened_on__range=(start, on), confirmed=True)
        .exclude(kind=ClaimKind.DUMPING)
        .order_by()
        .values_list("customer_id")
        .annotate(Sum("amount"))
    )
    paid = {row["customer_id"]: (row["all"] or ZERO, row["before"] or ZERO) for row in received}
    claims = dict(claimed)
    years = {
        row["customer_id"]: _year(row, *paid.get(row["customer_id"], (ZERO, ZERO)), claims.get(row["customer_id"]))
        for row in billed
    }
    return Population(years, wacc)


def _year(row: Mapping[str, Any], paid: Decimal, paid_before: Decimal, claims: Decimal | None) -> Year:
    return Year(
        sales=row["sales"] or ZERO,
        known=row["known"] or ZERO,
        cost=row["cost_sum"] or ZERO,
        ar=max(ZERO, (row["billed"] or ZERO) - paid),
        ar_before=max(ZERO, (row["before"] or ZERO) - paid_before),
        paid=paid - paid_before,
        claims=claims or ZERO,
    )
