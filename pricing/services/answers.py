"""What the sender of an order line hears, as plain values that are kept and repeated word for word."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from customers.models import Customer
from pricing.models import AgreementLine, Product
from pricing.rules.price_check import Answer, plain
from pricing.services.utilisation import OrderLine


@dataclass(frozen=True, slots=True)
class Order:
    """An order line as its sender writes it; quantity in stock units, price per stock unit, `on` None = today."""

    customer: Customer
    product: Product
    quantity: Decimal
    unit_price: Decimal | None
    currency: str
    on: date | None
    agreement: str = ""
    source: OrderLine | None = None


def said(order: Order, day: date, found: Answer, counted: AgreementLine | None = None) -> dict[str, Any]:
    """The answer as plain values; `counted` is the agreement's line after the quantity was taken."""
    grant, standard = found.grant, found.standard
    use = counted.use if counted is not None else grant.use if grant else None
    remaining = grant.cap.remaining(use) if grant and use else None
    return {
        "verdict": found.verdict,
        "allowed": found.allowed,
        "customer": order.customer.code,
        "product": order.product.code,
        "unit": order.product.unit,
        "currency": order.currency,
        "date": day.isoformat(),
        "quantity": plain(order.quantity),
        "unit_price": None if order.unit_price is None else price_text(order.unit_price),
        "price": price_text(found.price),
        "covered": plain(found.covered),
        "uncovered": plain(order.quantity - found.covered),
        "consumed": plain(order.quantity) if counted is not None else "0",
        "order": order.source.order if order.source else None,
        "order_line": order.source.line if order.source else None,
        "agreement": None if grant is None else {
            "number": grant.agreement,
            "request": grant.request_no,
            "valid_from": grant.first.isoformat(),
            "valid_to": grant.last.isoformat(),
            "price": price_text(grant.price),
            "cap": None if grant.cap.quantity is None else plain(grant.cap.quantity),
            "hard": grant.cap.hard,
            "remaining": None if remaining is None else plain(remaining),
            "cap_state": grant.cap.state(use) if use else "none",
        },
        "standard": None if standard is None else {
            "price_list": standard.price_list,
            "list_price": price_text(standard.list_price),
            "discount_pct": plain(standard.discount_pct),
            "price": price_text(standard.price),
        },
        "reasons": [reason.to_json() for reason in found.reasons],
    }  # fmt: skip


def price_text(value: Decimal) -> str:
    """A price per stock unit with at least two places: 88.00, 0.0125."""
    text = plain(value)
    whole, _dot, places = text.partition(".")
    return f"{whole}.{places:0<2}"
