"""REST resources `price-agreements` and `price-checks`: adapters over the same services as the pages."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from accounts.schemas import Cursor, Limit, Name, Words, acting, idempotency_key, keyset
from customers.models import Customer
from customers.queries import business_day
from jobs.idempotency import once
from pricing.models import AgreementState, PriceAgreement, Product
from pricing.models.agreements import PriceAgreementQuerySet
from pricing.queries_agreements import found
from pricing.rules.quantities import NotAQuantity, in_stock_units
from pricing.schemas_agreements import (
    AgreementOut,
    AgreementPage,
    EndIn,
    MovementIn,
    MovementOut,
    PriceCheckIn,
    PriceCheckOut,
    agreement_out,
    refused_quantity,
)
from pricing.services import agreements as services
from pricing.services.answers import Order
from pricing.services.price_checks import check_price, consume
from pricing.services.utilisation import OrderLine, move

agreements = Router(tags=["price-agreements"])
checks = Router(tags=["price-checks"])


@checks.post("", response=PriceCheckOut, summary="Check the price of an order line, and take its quantity")
def check(request: HttpRequest, body: PriceCheckIn) -> dict[str, Any]:
    """The price that holds and the agreement it comes from. With `consume` the whole quantity is taken or nothing.

    An order line (`order`, `line`) is consumed once: the same contents get the first answer, others 409.
    A hard cap is never exceeded. An order at another price than granted takes nothing.
    """
    user, key = acting(request), idempotency_key(request)
    order = _order(user, body)
    if not body.consume:
        return check_price(order, actor=user)
    return once(user, key, ["price_check", body.model_dump(mode="json")], lambda: consume(order, actor=user))[0]


@agreements.get("", response=AgreementPage, summary="List price agreements")
def list_agreements(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, q: Words = "", state: Words = ""
) -> dict[str, Any]:
    """Agreements that you may see, newest first; `q` finds numbers, customers and products, `state` is one of
    planned, in_force, used_up, expired and ended as of today.
    """
    rows = found(_visible(request), q)
    today = business_today()
    if state:
        rows = rows.in_state(state, today) if state in AgreementState.values else rows.none()
    page, following = keyset(rows, cursor, limit)
    return {"items": [agreement_out(row, today) for row in page], "next_cursor": following}


@agreements.get("/{str:number}", response=AgreementOut, summary="Read a price agreement")
def show_agreement(request: HttpRequest, number: Name) -> dict[str, Any]:
    """Its prices with what was ordered, delivered, invoiced, returned and cancelled, and what is left."""
    agreement = get_object_or_404(_visible(request), number=number)
    return agreement_out(agreement, business_day(agreement.customer.unit))


@agreements.post("/{str:number}/movements", response=MovementOut, summary="Tell what became of an order line")
def tell_movement(request: HttpRequest, number: Name, body: MovementIn) -> dict[str, Any]:
    """Delivered, invoiced, returned or cancelled; a return or cancellation opens its quantity again."""
    user, key = acting(request), idempotency_key(request)
    agreement = get_object_or_404(_visible(request), number=number)

    def run() -> dict[str, Any]:
        return move(
            agreement, body.product, body.kind, body.quantity,
            source=OrderLine(body.order, body.line), event=body.event, actor=user, on=body.date,
        )  # fmt: skip

    return once(user, key, ["movement", number, body.model_dump(mode="json")], run)[0]


@agreements.post("/{str:number}/end", response=AgreementOut, summary="End a price agreement")
def end(request: HttpRequest, number: Name, body: EndIn) -> dict[str, Any]:
    """Revoke it with a reason: orders dated today or later no longer count on it."""
    user, key = acting(request), idempotency_key(request)
    agreement = get_object_or_404(_visible(request), number=number)

    def run() -> dict[str, Any]:
        services.end_agreement(agreement, reason=body.reason, actor=user)
        ended = get_object_or_404(_visible(request), number=number)
        return agreement_out(ended, business_day(ended.customer.unit))

    return once(user, key, ["end_agreement", number, body.model_dump(mode="json")], run)[0]


def _visible(request: HttpRequest) -> PriceAgreementQuerySet:
    rows = PriceAgreement.objects.visible_to(acting(request))
    return rows.select_related("customer__unit").prefetch_related("lines__product")


def _order(user: User, body: PriceCheckIn) -> Order:
    """The order line with its customer, product and quantity in stock units.

    Raises:
        Problem: 404 for a customer or product that does not exist, or is not the user's to see; 422 for its unit.
    """
    customers = Customer.objects.visible_to(user).select_related("unit")
    customer = customers.filter(code=body.customer).first()
    if customer is None:
        raise _unknown("customer", _("There is no such customer, or it is not yours to see."))
    product = Product.objects.filter(code=body.product, active=True).first()
    if product is None:
        raise _unknown("product", _("There is no such product."))
    try:
        quantity = in_stock_units(
            body.quantity, asked_in=body.unit, unit=product.unit, pack_unit=product.pack_unit,
            pack_size=product.pack_size, divisible=product.divisible,
        )  # fmt: skip
    except NotAQuantity as error:
        raise Problem("invalid", 422, _("Some values are not valid."), refused_quantity(error)) from error
    return Order(
        customer=customer,
        product=product,
        quantity=quantity,
        unit_price=body.unit_price,
        currency=body.currency or customer.currency,
        on=body.date,
        agreement=body.agreement,
        source=OrderLine(body.order, body.line) if body.order else None,
    )


def _unknown(field: str, sentence: str) -> Problem:
    return Problem(f"unknown_{field}", 404, sentence, [{"field": field, "message": sentence}])
