"""Reads about stars: what counted on a day, and how it came about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q

from customers.models import Customer, TierRecord


@dataclass(frozen=True, slots=True)
class TierState:
    """Stars, key-account status and levers on a day; `record` is None for a file without any decision."""

    tier: int | None
    provisional: bool
    key_account: bool
    levers: tuple[str, ...] = ()
    record: TierRecord | None = None


def tier_in_force(customer: Customer, on: date) -> TierState:
    """What counted for the customer at the end of the business date."""
    return tiers_in_force([customer], on)[customer.pk]


def tiers_in_force(customers: Iterable[Customer], on: date) -> dict[int, TierState]:
    """What counted at the end of the day, by customer id; one statement. Days are those of the customer's unit.

    Customers without any decision have what their file says.
    """
    chosen = {customer.pk: customer for customer in customers}
    found = {
        pk: TierState(customer.tier, customer.tier_provisional, customer.key_account) for pk, customer in chosen.items()
    }
    seen: set[int] = set()
    rows = TierRecord.objects.filter(customer__in=chosen, activated_at__isnull=False)
    for row in rows.order_by("customer_id", "valid_from", "pk"):
        if row.customer_id not in seen:  # there is a history: before it begins nothing counted
            seen.add(row.customer_id)
            found[row.customer_id] = TierState(None, False, False)
        zone = ZoneInfo(chosen[row.customer_id].unit.time_zone)
        ended = row.ended_at is not None and row.ended_at.astimezone(zone).date() <= on
        if row.valid_from <= on and not ended:
            found[row.customer_id] = TierState(row.tier, row.provisional, row.key_account, tuple(row.levers), row)
    return found


def tier_history(customer: Customer) -> list[TierRecord]:
    """Decided stars of a customer, newest first; those that were overtaken before their day included."""
    return list(
        TierRecord.objects.filter(customer=customer).select_related("decided_by").order_by("-valid_from", "-pk")
    )


def waiting_tiers(history: Iterable[TierRecord]) -> list[TierRecord]:
    """Of a history: decided, first day not come."""
    return [row for row in history if row.activated_at is None and row.ended_at is None]


def due_for_rating(on: date) -> Q:
    """Customers whose stars in force are to be rated again by that day; for `Customer.objects.filter`."""
    records = TierRecord.objects.active().filter(rerate_on__lte=on)
    return Q(pk__in=records.values("customer_id"))
