"""Reads about prices: which list, price and cost count on a day, what the tier gives, what was conceded lately."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models import Unit
from customers.models import Customer
from policies.rules.pack import Pack
from pricing.models import ListPrice, PriceList, SpecialPrice, UnitCost

PROVISIONAL_TIER: Final = 2  # of a customer without stars, as in the credit standard


def tier_discount_pct(customer: Customer, pack: Pack) -> Decimal:
    """The discount band of the customer's tier, in per cent off the list price (form 7)."""
    return pack.tier_terms[customer.tier or PROVISIONAL_TIER].discount_pct


def price_lists(unit: Unit, currency: str, on: date) -> list[PriceList]:
    """Lists of a unit and currency that count on a day, the latest first."""
    return list(PriceList.objects.on(on).filter(unit=unit, currency=currency).order_by("-valid_from", "code"))


def list_prices(price_list: PriceList | None, products: Iterable[int]) -> dict[int, Decimal]:
    """List price per stock unit by product."""
    if price_list is None:
        return {}
    return dict(
        ListPrice.objects.filter(price_list=price_list, product__in=list(products)).values_list("product_id", "price")
    )


def unit_costs(unit: Unit, currency: str, products: Iterable[int], on: date) -> dict[int, Decimal]:
    """Cost per stock unit by product: the latest one not after the day."""
    rows = (
        UnitCost.objects.filter(unit=unit, currency=currency, product__in=list(products), valid_from__lte=on)
        .order_by("product_id", "-valid_from")
        .distinct("product_id")
    )
    return {row.product_id: row.cost for row in rows}


def earlier_requests(letter: SpecialPrice, on: date, window_days: int) -> list[SpecialPrice]:
    """Other requests of the same customer that were submitted in the anti-splitting window, newest first."""
    zone = ZoneInfo(letter.customer.unit.time_zone)
    since = datetime.combine(on - timedelta(days=window_days), time.min, zone)
    return list(
        SpecialPrice.objects.filter(
            customer_id=letter.customer_id, currency=letter.currency, submitted=True, submitted_at__gte=since
        )
        .exclude(pk=letter.pk)
        .select_related("price_list")
        .prefetch_related("lines__product__category")
        .order_by("-submitted_at")
    )
