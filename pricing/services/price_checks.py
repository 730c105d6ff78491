"""Which price holds for an order line; with `consume` the granted quantity is taken, once per order line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.roles import Role
from audit.clock import db_now
from customers.authority import holds, may_import
from customers.models import Customer
from policies.queries import NoPolicyError
from policies.rules.calendar import business_date
from pricing.models import AgreementLine, NoticeCode, PriceAgreement, Product
from pricing.queries_agreements import grant_of, standard_price
from pricing.rules import price_check as rules
from pricing.rules.price_check import Answer, Asked, Conflict, Grant, NoPrice, Standard, plain
from pricing.rules.utilisation import ORDERED
from pricing.services import utilisation
from pricing.services.notices import tell
from pricing.services.trail import note
from pricing.services.utilisation import OrderLine

ORDERING: Final = frozenset({Role.REP, Role.SM, Role.RD, Role.CS, Role.SO, Role.CC, Role.FM})
# An order looks at the newest lines of its product; older ones have long expired.
NEWEST: Final = 50


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


@transaction.atomic
def check_price(order: Order, *, actor: User) -> dict[str, Any]:
    """The price that holds for an order line, without taking anything.

    Raises:
        Problem: 404 or 409 when a named agreement does not hold, 409 for prices of equal right, 422 without a price.
    """
    day = order.on or _today(order.customer)
    lines = list(_lines(order, actor)[:NEWEST])
    return _said(order, day, _answer(order, day, [grant_of(line) for line in lines]))


@transaction.atomic
def consume(order: Order, *, actor: User) -> dict[str, Any]:
    """Take the quantity of an order line from the agreement that holds, all of it or nothing.

    The same order line again gives the first answer. Never above a hard cap: the row lock of the agreement's
    line puts orders one after another. What is not allowed as written takes nothing and says why.

    Raises:
        Problem: as `check_price`; 403 for who may not order for the customer, 409 when the order line was sent
            before with other contents, 422 for a day to come or an order line without a number.
    """
    customer, source, today = order.customer, order.source, _today(order.customer)
    _permit(order, actor, today)
    assert source is not None  # noqa: S101  (just checked)
    day = order.on or today
    asked = utilisation.fingerprint(
        [order.product.code, order.quantity, order.unit_price, order.currency, order.on, order.agreement]
    )
    rows = _lines(order, actor).select_for_update(of=("self",))
    lines = {line.pk: line for line in rows[:NEWEST]}
    known = utilisation.repeated(customer.pk, source, ORDERED, "", asked)
    if known is not None:
        return dict(known.answer)
    found = _answer(order, day, [grant_of(line) for line in lines.values()])
    line = lines[found.grant.line_id] if found.grant else None
    if line is None or not found.allowed:
        if line is not None and found.verdict == "price_differs":
            _broken(line, order, source, actor)
        return _said(order, day, found)
    entry = utilisation.enter(
        line, ORDERED, order.quantity, source=source, on=day, actor=actor, asked=asked, price=line.net_price,
        answer=lambda counted: _said(order, day, found, counted),
    )  # fmt: skip
    return dict(entry.answer)


def _permit(order: Order, actor: User, today: date) -> None:
    customer = order.customer
    if customer.owner_id != actor.pk and not holds(actor, ORDERING, customer.unit_id, customer.region_id):
        raise Problem("not_permitted", 403, _("Your roles do not include this for this customer or unit."))
    if order.source is None:
        sentence = _("An order that takes from an agreement needs its number.")
        raise Problem("order_missing", 422, sentence, [{"field": "order", "message": sentence}])
    if order.on is not None and order.on > today:
        sentence = _("An order of a day to come takes nothing yet.")
        raise Problem("order_date_future", 422, sentence, [{"field": "date", "message": sentence}])


def _today(customer: Customer) -> date:
    return business_date(db_now(), customer.unit.time_zone)


def _lines(order: Order, actor: User) -> Any:
    """The lines of customer and product, newest first; a confidential grant only for who may read it.

    Who brings in the orders of the company counts on every agreement: it must not depend on who may read it.
    """
    rows = AgreementLine.objects.filter(customer=order.customer, product=order.product)
    if not may_import(actor, order.customer.unit):
        rows = rows.filter(agreement__in=PriceAgreement.objects.visible_to(actor))
    return rows.select_related("agreement__customer", "product").order_by("-pk")


def _answer(order: Order, day: date, grants: list[Grant]) -> Answer:
    asked = Asked(order.quantity, order.unit_price, order.currency, day, order.agreement)
    standard, doubt = _standard(order, day)
    try:
        return rules.answer(grants, standard, asked)
    except Conflict as conflict:
        raise _conflict(conflict) from conflict
    except NoPrice as none:
        if doubt is not None:
            raise _conflict(doubt) from none
        raise _no_price(none) from none


def _standard(order: Order, day: date) -> tuple[Standard | None, Conflict | None]:
    """The tier price; a doubt about it only matters when no agreement holds."""
    try:
        return standard_price(order.customer, order.product, order.currency, day), None
    except Conflict as conflict:
        return None, conflict
    except NoPolicyError:
        return None, None


def _conflict(conflict: Conflict) -> Problem:
    sentence = {
        "agreement_conflict": _("Several agreements hold with equal right: %(names)s. Name one or end one."),
        "price_list_conflict": _("Several price lists begin on the same day: %(names)s. One of them must go."),
    }[conflict.code] % {"names": ", ".join(conflict.names)}
    return Problem(conflict.code, 409, sentence, extra={"names": list(conflict.names)})


def _no_price(none: NoPrice) -> Problem:
    sentences = {
        "no_price": _("There is neither an agreement nor a list price for this product, currency and day."),
        "unknown_agreement": _("There is no agreement %(name)s for this customer and product."),
        "agreement_not_yet_valid": _("Agreement %(name)s does not hold yet on this day."),
        "agreement_expired": _("Agreement %(name)s has expired on this day."),
        "agreement_ended": _("Agreement %(name)s has ended on this day."),
        "agreement_currency": _("Agreement %(name)s is in another currency."),
    }
    status = {"no_price": 422, "unknown_agreement": 404}.get(none.code, 409)
    field = "product" if none.code == "no_price" else "agreement"
    sentence = sentences[none.code] % {"name": none.name}
    return Problem(none.code, status, sentence, [{"field": field, "message": sentence}])


def _broken(line: AgreementLine, order: Order, source: OrderLine, actor: User) -> None:
    """An order at another price than granted is an exception that the owner and finance see."""
    figures = {"order": source.order, "asked": plain(order.unit_price or Decimal(0)), "price": plain(line.net_price)}
    if tell(line.agreement, line, NoticeCode.LINK_BROKEN, f"{source.order}/{source.line}", figures):
        note("pricing.link_broken", line.agreement, actor, after={"line": source.line, **figures})


def _said(order: Order, day: date, found: Answer, counted: AgreementLine | None = None) -> dict[str, Any]:
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
        "unit_price": None if order.unit_price is None else _price(order.unit_price),
        "price": _price(found.price),
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
            "price": _price(grant.price),
            "cap": None if grant.cap.quantity is None else plain(grant.cap.quantity),
            "hard": grant.cap.hard,
            "remaining": None if remaining is None else plain(remaining),
            "cap_state": grant.cap.state(use) if use else "none",
        },
        "standard": None if standard is None else {
            "price_list": standard.price_list,
            "list_price": _price(standard.list_price),
            "discount_pct": plain(standard.discount_pct),
            "price": _price(standard.price),
        },
        "reasons": [reason.to_json() for reason in found.reasons],
    }  # fmt: skip


def _price(value: Decimal) -> str:
    """A price per stock unit with at least two places: 88.00, 0.0125."""
    text = plain(value)
    whole, _dot, places = text.partition(".")
    return f"{whole}.{places:0<2}"
