"""What customers paid against list in twelve months: granted prices as taken, all else at the tier's price."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Sum, Value, When

from customers.models import Customer
from customers.queries_tiers import TierState
from policies.rules.pack import Pack
from policies.rules.tiers import trade
from pricing.models import PriceList, UtilisationEntry
from pricing.models.agreements import Movement
from workflows.tier_population import Year

ZERO = Decimal(0)
MONEY = DecimalField(max_digits=30, decimal_places=7)
PROVISIONAL = 2


@dataclass(frozen=True, slots=True)
class Paid:
    """Twelve months at list prices, the sales in fact, and the part of it bought at granted prices."""

    list_value: Decimal
    sales: Decimal
    granted: Decimal
    rebate: Decimal

    @property
    def realisation_pct(self) -> Decimal | None:
        """Net over list in percent as it is shown (T2): a price at 5 % off list is at 95 %, whatever was divided."""
        found = trade.share(self.sales, self.list_value)
        return None if found is None else trade.shown(found)

    def concession_pct(self, year: Year, wacc: Decimal) -> Decimal | None:
        """Everything given below list, as far as it is recorded (defaults 2(f) F3): expense is not."""
        given = trade.concession(
            self.list_value,
            self.list_value - self.sales,
            rebate=self.rebate,
            claims=year.claims,
            credit=year.credit(wacc),
        )
        return given.pct


def prices_paid(
    pack: Pack,
    members: Collection[Customer],
    states: Mapping[int, TierState],
    years: Mapping[int, Year],
    start: date,
    on: date,
) -> dict[int, Paid]:
    """By customer id, two statements; nothing for a company that keeps no prices here, and for who bought nothing.

    Args:
        members: of one company and currency. states: their stars. years: their twelve months.
    """
    first = next(iter(members), None)
    lists = PriceList.objects.on(on).filter(unit=first.unit, currency=first.currency) if first else None
    if lists is None or not lists.exists():
        return {}
    taken = _taken(members, start, on)
    found = {}
    for customer in members:
        year, state = years[customer.pk], states[customer.pk]
        if year.sales <= 0:
            continue
        terms = pack.tier_terms[state.tier or PROVISIONAL]
        at_list, at_net = taken.get(customer.pk, (ZERO, ZERO))
        usual = max(ZERO, year.sales - at_net) / (1 - terms.discount_pct / 100)
        rebate = ZERO if state.provisional or not state.tier else year.paid * terms.rebate_pct / 100
        found[customer.pk] = Paid(at_list + usual, year.sales, at_net, rebate)
    return found


def _taken(members: Collection[Customer], start: date, on: date) -> dict[int, tuple[Decimal, Decimal]]:
    """What was ordered at granted prices less what came back: at list and at the granted price."""
    sign = Case(When(kind=Movement.ORDERED, then=Value(1)), default=Value(-1))
    kinds = (Movement.ORDERED, Movement.RETURNED, Movement.CANCELLED)
    rows: Any = (
        UtilisationEntry.objects.filter(customer__in=members, kind__in=kinds, on__range=(start, on))
        .order_by()
        .values_list("customer_id")
        .annotate(
            at_list=Sum(F("quantity") * F("line__list_price") * sign, output_field=MONEY),
            at_net=Sum(F("quantity") * F("line__net_price") * sign, output_field=MONEY),
        )
    )
    return {pk: (max(ZERO, at_list), max(ZERO, at_net)) for pk, at_list, at_net in rows}
