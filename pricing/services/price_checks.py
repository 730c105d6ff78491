"""Which price holds for an order line; with `consume` the granted quantity is taken, once per order line."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import covers, held_roles
from accounts.roles import Role
from audit.clock import db_now
from customers.authority import IMPORTERS
from customers.models import Customer
from policies.queries import NoPolicyError
from policies.rules.calendar import business_date
from pricing.models import AgreementLine, NoticeCode, PriceAgreement
from pricing.queries_agreements import grant_of, standard_price
from pricing.rules import price_check as rules
from pricing.rules.price_check import Answer, Asked, Conflict, Grant, NoPrice, Standard, plain
from pricing.rules.utilisation import ORDERED
from pricing.services import utilisation
from pricing.services.answers import Order, said
from pricing.services.notices import tell
from pricing.services.trail import note
from pricing.services.utilisation import OrderLine

ORDERING: Final = frozenset({Role.REP, Role.SM, Role.RD, Role.CS, Role.SO, Role.CC, Role.FM})
# An order looks at the newest lines of its product; older ones have long expired.
NEWEST: Final = 50


@dataclass(frozen=True, slots=True)
class Rights:
    """What the sender may do for the customer; read once."""

    may_order: bool
    brings_trade: bool

    @classmethod
    def of(cls, actor: User, customer: Customer) -> "Rights":
        held = held_roles(actor)
        return cls(
            customer.owner_id == actor.pk
            or any(each.role in ORDERING and covers(each, customer.unit_id, customer.region_id) for each in held),
            any(each.role in IMPORTERS and each.unit_id in (None, customer.unit_id) for each in held),
        )


def check_price(order: Order, *, actor: User) -> dict[str, Any]:
    """The price that holds for an order line, without taking anything.

    Raises:
        Problem: 404 or 409 when a named agreement does not hold, 409 for prices of equal right, 422 without a price.
    """
    day = order.on or business_date(db_now(), order.customer.unit.time_zone)
    lines = list(_lines(order, actor, Rights.of(actor, order.customer))[:NEWEST])
    found = _answer(order, day, [grant_of(line) for line in lines])
    if found.standard is None:
        found = replace(found, standard=rules.beside(partial(_standard, order, day)))
    return said(order, day, found)


def consume(order: Order, *, actor: User) -> dict[str, Any]:
    """Take the quantity of an order line from the agreement that holds, all of it or nothing.

    The same order line again gives the first answer. Never above a hard cap: the row locks of the agreement and
    its line put orders one after another. What is not allowed as written takes nothing and says why.

    Raises:
        Problem: as `check_price`; 403 for who may not order for the customer, 409 when the order line was sent
            before with other contents, 422 for a day to come or an order line without a number.
    """
    with utilisation.key_used_once(order.source):
        return _consume(order, actor)


def _consume(order: Order, actor: User) -> dict[str, Any]:
    rights = Rights.of(actor, order.customer)
    source = _permit(order, rights)
    rows = _lines(order, actor, rights).select_for_update(of=("self", "agreement"), no_key=True)
    lines = {line.pk: line for line in rows[:NEWEST]}
    now = db_now()
    today = business_date(now, order.customer.unit.time_zone)
    _refuse_future(order, today)
    asked = utilisation.fingerprint(
        [order.product.code, order.quantity, order.unit_price, order.currency, order.on, order.agreement]
    )
    known = utilisation.repeated(order.customer.pk, source, ORDERED, "", asked)
    if known is not None:
        return dict(known.answer)
    day = order.on or today
    found = _answer(order, day, [grant_of(line) for line in lines.values()])
    line = lines[found.grant.line_id] if found.grant else None
    if line is None or not found.allowed:
        if line is not None and found.verdict == "price_differs":
            _broken(line, order, source, actor)
        return said(order, day, found)
    entry = utilisation.enter(
        line, ORDERED, order.quantity, source=source, on=day, actor=actor, asked=asked, price=line.net_price,
        at=now, answer=lambda counted: said(order, day, found, counted),
    )  # fmt: skip
    return dict(entry.answer)


def _permit(order: Order, rights: Rights) -> OrderLine:
    if not rights.may_order:
        raise Problem("not_permitted", 403, _("Your roles do not include this for this customer or unit."))
    if order.source is None:
        sentence = _("An order that takes from an agreement needs its number.")
        raise Problem("order_missing", 422, sentence, [{"field": "order", "message": sentence}])
    return order.source


def _refuse_future(order: Order, today: date) -> None:
    if order.on is not None and order.on > today:
        sentence = _("An order of a day to come takes nothing yet.")
        raise Problem("order_date_future", 422, sentence, [{"field": "date", "message": sentence}])


def _lines(order: Order, actor: User, rights: Rights) -> QuerySet[AgreementLine]:
    """The lines of customer and product, newest first; a confidential grant only for who may read it.

    Who brings in the orders of the company counts on every agreement: it must not depend on who may read it.
    """
    rows = AgreementLine.objects.filter(customer=order.customer, product=order.product)
    if not rights.brings_trade:
        rows = rows.filter(agreement__in=PriceAgreement.objects.visible_to(actor))
    return rows.select_related("agreement__customer", "product").order_by("-pk")


def _answer(order: Order, day: date, grants: list[Grant]) -> Answer:
    asked = Asked(order.quantity, order.unit_price, order.currency, day, order.agreement)
    try:
        return rules.answer(grants, partial(_standard, order, day), asked)
    except Conflict as conflict:
        raise _conflict(conflict) from conflict
    except NoPrice as none:
        raise _no_price(none) from none


def _standard(order: Order, day: date) -> Standard | None:
    try:
        return standard_price(order.customer, order.product, order.currency, day)
    except NoPolicyError:
        return None


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
