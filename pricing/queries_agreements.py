"""Reads about granted prices: what holds for an order, what is in force, what its owner should look at."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, cast

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from customers.models import Customer
from policies.queries import pack, version_in_force
from pricing.models import (
    AgreementLine,
    AgreementNotice,
    AgreementState,
    PriceAgreement,
    PriceList,
    Product,
)
from pricing.models.agreements import PriceAgreementQuerySet
from pricing.queries import tier_discount_pct
from pricing.rules.price_check import Grant, ListOffer, Standard, list_price_of
from pricing.rules.promises import LABELS
from pricing.rules.waterfall import Basis, Element

NOTICES: Final = 20
FAMILIES: Final = {
    "cap_80": "cap",
    "cap_100": "cap",
    "cap_120": "cap",
    "ends_90": "ends",
    "ends_60": "ends",
    "ends_30": "ends",
}


def grant_of(line: AgreementLine) -> Grant:
    """A line with its agreement as the rules see it."""
    agreement = line.agreement
    return Grant(
        line_id=line.pk,
        agreement=agreement.number,
        request_no=agreement.request_no,
        currency=agreement.currency,
        price=line.net_price,
        first=agreement.valid_from,
        last=agreement.valid_to,
        ended_on=agreement.ended_on,
        cap=line.cap,
        use=line.use,
    )


def standard_price(customer: Customer, product: Product, currency: str, on: date) -> Standard | None:
    """What the customer's tier pays for a stock unit on a day, None without a list price; two statements.

    Raises:
        Conflict: two lists of the unit that begin on the same day name different prices.
        NoPolicyError: no policy version is in force on the day.
    """
    lists = PriceList.objects.on(on).filter(unit_id=customer.unit_id, currency=currency, prices__product=product)
    rows = lists.order_by().values_list("code", "prices__price", "valid_from")
    found = list_price_of(ListOffer(*row) for row in rows)
    if found is None:
        return None
    discount = tier_discount_pct(customer, pack(version_in_force(on)))
    return Standard(found.price_list, found.price, discount)


def prices_in_force(customer: Customer, on: date) -> list[AgreementLine]:
    """Granted prices that count on a day, by product."""
    running = PriceAgreement.objects.on(on).filter(customer=customer)
    lines = AgreementLine.objects.filter(agreement__in=running).select_related("agreement", "product")
    return list(lines.order_by("product__code", "pk"))


def overlapping(customer: Customer, products: Iterable[int], first: date, last: date) -> list[AgreementLine]:
    """Granted prices of these products whose days overlap with a period: a further one would conflict with them."""
    going = Q(agreement__ended_on__isnull=True) | Q(agreement__ended_on__gt=first)
    rows = AgreementLine.objects.filter(
        going,
        customer=customer,
        product__in=list(products),
        agreement__valid_from__lte=last,
        agreement__valid_to__gte=first,
    )
    return list(rows.select_related("agreement", "product").order_by("pk"))


def standing_elements(customer: Customer, on: date) -> tuple[Element, ...]:
    """Promises off the invoice that come with agreements in force, so that a new price is seen on top of them.

    Percentages only: an amount promised for one request as a whole has no share in another one.
    """
    running = PriceAgreement.objects.on(on).filter(customer=customer).order_by("pk")
    return tuple(
        Element(
            kind=promise.kind,
            stage="off",
            basis=cast(Basis, promise.basis),
            mode="percent",
            expected=promise.expected,
            best=promise.best,
            zh=f"{LABELS[promise.kind][0]}({agreement.number})",
            en=f"{LABELS[promise.kind][1]} ({agreement.number})",
            source=agreement.number,
        )
        for agreement in running.prefetch_related("letter__considerations")
        for promise in agreement.letter.considerations.all()
        if promise.mode == "percent"
    )


def found(rows: PriceAgreementQuerySet, text: str) -> PriceAgreementQuerySet:
    """Agreements whose number, request, customer or product contains the text."""
    words = text.strip()[:100].replace("\x00", "")
    if not words:
        return rows
    products = AgreementLine.objects.filter(
        Q(product__code__icontains=words) | Q(product__name_zh__icontains=words) | Q(product__name_en__icontains=words)
    )
    return rows.filter(
        Q(number__icontains=words)
        | Q(request_no__icontains=words)
        | Q(customer__name__icontains=words)
        | Q(customer__code__istartswith=words)
        | Q(customer__pinyin__contains=words.casefold())
        | Q(pk__in=products.values("agreement_id"))
    )


def state_counts(rows: QuerySet[PriceAgreement], on: date) -> dict[str, int]:
    """How many agreements are in each state on a day; one statement."""
    counted = {
        state: Count("pk", filter=Q(pk__in=PriceAgreement.objects.in_state(state, on).values("pk")))
        for state in AgreementState.values
    }
    return rows.order_by().aggregate(**counted)


def agreements_needing_attention(user: User) -> list[AgreementNotice]:
    """What the owner of the customers should look at, newest first: of each line and matter only the latest.

    Hook of the home page; each row has agreement, line, code, figures, and is marked as seen on the agreement's page.
    """
    rows = (
        AgreementNotice.objects.filter(seen_at__isnull=True, agreement__customer__owner__person_id=user.person_id)
        .filter(agreement__in=PriceAgreement.objects.visible_to(user))
        .select_related("agreement__customer", "line__product")
        .order_by("-pk")[: NOTICES * 5]
    )
    latest: dict[tuple[Any, ...], AgreementNotice] = {}
    for row in rows:
        matter = (row.agreement_id, row.line_id, FAMILIES.get(row.code, row.code), row.subject)
        latest.setdefault(matter, row)
    return list(latest.values())[:NOTICES]
