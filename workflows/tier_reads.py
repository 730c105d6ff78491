"""Small reads behind the figures of stars, by customer id; one statement each, however many customers there are."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from credit.models import CreditLine
from customers.models import Customer, TierChange
from workflows.models import Request, Submission

ZERO = Decimal(0)


def exception_requests(customers: Collection[Customer], start: date, on: date) -> dict[int, int]:
    """Special prices and terms beyond the policy asked for in a period, by customer id; one statement."""
    beyond = Q(kind="special_price") | Q(kind="credit", submissions__plan__bands__TE__in=("TE-2", "TE-3", "TE-4"))
    rows = Request.objects.filter(beyond, customer__in=customers, created_at__date__range=(start, on))
    return dict(rows.order_by().values_list("customer_id").annotate(Count("pk", distinct=True)))


def rated(customers: Collection[Customer]) -> dict[int, dict[str, Any]]:
    """Influence and proactivity as rated in the newest change that was asked for."""
    letters = TierChange.objects.filter(customer__in=customers, submitted_at__isnull=False, confidential=False)
    newest = letters.order_by("customer_id", "-submitted_at").distinct("customer_id")
    return {
        pk: {"influence": _number(influence), "proactivity": _number(proactivity)}
        for pk, influence, proactivity in newest.values_list("customer_id", "influence", "proactivity")
    }


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def security(customers: Collection[Customer]) -> dict[int, Decimal]:
    """Security behind the lines in force."""
    rows = CreditLine.objects.active().filter(customer__in=customers).order_by()
    return {pk: value or ZERO for pk, value in rows.values_list("customer_id").annotate(Sum("security_value"))}


def grades_shown(customers: Collection[Customer], since: date) -> dict[int, set[str]]:
    """Credit grades that were shown to deciders since a day."""
    rows = Submission.objects.filter(request__customer__in=customers, submitted_at__date__gte=since)
    found: dict[int, set[str]] = {}
    for pk, grade in rows.order_by().values_list("request__customer_id", "content__evaluation__grade"):
        if isinstance(grade, str):
            found.setdefault(pk, set()).add(grade)
    return found
