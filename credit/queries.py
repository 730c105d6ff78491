"""Reads about credit: which line is in force, how exposed we are, what has been filed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Literal

from django.db.models import Q

from credit.models import CaseForm, CreditLine
from credit.rules.exposure import Exposure, exposure_of
from customers.models import Customer
from customers.queries import ledgers
from policies.rules.calendar import business_date

State = Literal["not_set", "zero", "amount", "unlimited"]


@dataclass(frozen=True, slots=True)
class LineState:
    """Three answers that must not be confused: nothing was set, zero was set, unlimited was set."""

    state: State
    line: CreditLine | None = None

    @property
    def frozen(self) -> bool:
        """Whether nothing may be drawn on the line at the moment."""
        return bool(getattr(self.line, "frozen", False))

    @classmethod
    def of(cls, line: CreditLine | None) -> "LineState":
        if line is None:
            return cls("not_set")
        if line.basis == "unlimited":
            return cls("unlimited", line)
        return cls("amount" if line.amount else "zero", line)


def lines_in_force(customers: Iterable[Customer], on: date) -> list[CreditLine]:
    """Lines that counted at the end of the day, newest first (days of the customer's own unit)."""
    zones = {customer.pk: customer.unit.time_zone for customer in customers}
    lines = CreditLine.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        customer__in=list(zones),
        activated_at__isnull=False,
        valid_from__lte=on,
    )
    return [
        line for line in lines.marked().order_by("-activated_at", "-pk") if _counted(line, on, zones[line.customer_id])
    ]


def _counted(line: CreditLine, on: date, zone: str) -> bool:
    begun = line.activated_at is not None and business_date(line.activated_at, zone) <= on
    return begun and (line.ended_at is None or business_date(line.ended_at, zone) > on)


def line_in_force(customer: Customer, kind: str, on: date) -> LineState:
    """The line of a kind that counts on the day, three-valued."""
    found = [line for line in lines_in_force([customer], on) if line.kind == kind]
    return LineState.of(found[0] if found else None)


def exposure(customer: Customer, on: date) -> Exposure:
    """What the customer may cost us at most, at the end of the day."""
    return exposure_of(ledgers([customer], on)[customer.pk], on)


def group_members(customer: Customer) -> list[Customer]:
    """The customer first, then the others under the same control."""
    if customer.group_id is None:
        return [customer]
    others = (
        Customer.objects.select_related("unit")
        .filter(group_id=customer.group_id)
        .exclude(pk=customer.pk)
        .order_by("pk")
    )
    return [customer, *others]


def group_exposure(customer: Customer, on: date) -> Exposure:
    """The exposure of everybody under the same control, component by component."""
    found = ledgers(group_members(customer), on)
    return reduce(Exposure.__add__, (exposure_of(ledger, on) for ledger in found.values()))


def latest_forms(customer: Customer, on: date) -> dict[int, CaseForm]:
    """The newest form of each number that describes a day up to `on`."""
    found = (
        CaseForm.objects.filter(customer=customer, as_of__lte=on)
        .select_related("filled_by", "second_surveyor")
        .order_by("form_no", "-as_of", "-pk")
        .distinct("form_no")
    )
    return {form.form_no: form for form in found}
