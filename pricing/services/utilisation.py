"""Orders take granted quantities, each order line once; returns and cancellations open them again.

Every movement is serialised by the row lock of the agreement line, counted there and written to the ledger.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit import canonical
from audit.clock import db_now
from customers.authority import may_import
from policies.rules.calendar import business_date
from pricing.models import AgreementLine, Movement, PriceAgreement, UtilisationEntry
from pricing.rules.price_check import plain
from pricing.rules.utilisation import Kind, Refused, Use, check, moved
from pricing.services.trail import note

SOURCE_KEY: Final = "utilisation_once_per_source_key"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """The source key of an order line: its number in the sender's system and the line of it."""

    order: str
    line: str


def fingerprint(asked: Any) -> str:
    """What was asked, so that the same key with another body is refused."""
    return hashlib.sha256(canonical.dumps(asked).encode()).hexdigest()


def repeated(customer_id: int, source: OrderLine, kind: str, event: str, asked: str) -> UtilisationEntry | None:
    """The entry of an earlier sending with this key; one statement.

    Raises:
        Problem: 409 when the key was used for something else.
    """
    entry = UtilisationEntry.objects.filter(
        customer_id=customer_id, order=source.order, order_line=source.line, kind=kind, event=event
    ).first()
    if entry is not None and entry.fingerprint != asked:
        raise _key_reused(source)
    return entry


@contextmanager
def key_used_once(source: OrderLine | None) -> Iterator[None]:
    """A transaction in which another one may have used the same key on another line a moment ago.

    Raises:
        Problem: 409 when it has.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if source is None or SOURCE_KEY not in str(error):
            raise
        raise _key_reused(source) from error


def _key_reused(source: OrderLine) -> Problem:
    """The same key with another body."""
    sentence = _("Order %(order)s, line %(line)s was sent before with other contents.")
    return Problem("order_key_reused", 409, sentence % {"order": source.order, "line": source.line})


def enter(
    line: AgreementLine,
    kind: Kind,
    quantity: Decimal,
    *,
    source: OrderLine,
    on: date,
    actor: User,
    asked: str,
    at: datetime,
    answer: Callable[[AgreementLine], dict[str, Any]],
    event: str = "",
    price: Decimal | None = None,
) -> UtilisationEntry:
    """Count a checked movement on a line that the caller has locked with its agreement; three statements.

    Args:
        at: the database's clock, read under that lock.
        answer: what the sender hears, now and on every repetition; is given the line as it stands afterwards.

    Raises:
        IntegrityError: naming SOURCE_KEY when another transaction has just used the same key on another line.
    """
    use = moved(line.use, kind, quantity)
    setattr(line, kind, getattr(use, kind))
    entry = UtilisationEntry.objects.create(
        line=line,
        customer_id=line.customer_id,
        kind=kind,
        order=source.order,
        order_line=source.line,
        event=event,
        quantity=quantity,
        price=price,
        on=on,
        fingerprint=asked,
        answer=answer(line),
        by=actor,
        at=at,
    )
    AgreementLine.objects.filter(pk=line.pk).update(**{kind: getattr(use, kind)})
    after = {
        "order": source.order, "line": source.line, "product": line.product.code, "quantity": plain(quantity),
        "on": on, "taken": plain(use.taken), "event": event,
    }  # fmt: skip
    note(f"pricing.quantity_{kind}", line.agreement, actor, after=after, at=at)
    return entry


def move(
    agreement: PriceAgreement,
    product_code: str,
    kind: Kind,
    quantity: Decimal,
    *,
    source: OrderLine,
    event: str,
    actor: User,
    on: date | None = None,
) -> dict[str, Any]:
    """Tell what became of an order line: delivered, invoiced, returned or cancelled.

    A return or cancellation opens its quantity again, also after the agreement has ended.

    Args:
        event: names the movement in the sender's system; the same event again gives the first answer.
        on: business date of the movement; default: today.

    Raises:
        Problem: 403, 404 for a product without a line, 409 ``not_ordered`` for more than the order line holds or
            ``event_key_reused``.
    """
    if not may_import(actor, agreement.customer.unit):
        raise Problem("not_permitted", 403, _("Your roles do not include this for this customer or unit."))
    with key_used_once(source):
        return _move(agreement, product_code, kind, quantity, source, event, actor, on)


def _move(
    agreement: PriceAgreement,
    product_code: str,
    kind: Kind,
    quantity: Decimal,
    source: OrderLine,
    event: str,
    actor: User,
    on: date | None,
) -> dict[str, Any]:
    line = (
        AgreementLine.objects.select_for_update(of=("self", "agreement"), no_key=True)
        .select_related("agreement__customer__unit", "product")
        .filter(agreement=agreement, product__code=product_code)
        .first()
    )
    if line is None:
        raise Problem("unknown_product", 404, _("There is no such product in this agreement."))
    now = db_now()
    day = on or business_date(now, line.agreement.customer.unit.time_zone)
    asked = fingerprint([agreement.number, product_code, kind, quantity, source.order, source.line, on])
    known = repeated(line.customer_id, source, kind, event, asked)
    if known is not None:
        return dict(known.answer)
    try:
        check(kind, quantity, line=line.use, of_order=_of_order(line, source), cap=line.cap)
    except Refused as refused:
        raise _too_much(source, refused) from refused
    entry = enter(
        line, kind, quantity, source=source, on=day, actor=actor, asked=asked, event=event, at=now,
        answer=lambda counted: {"kind": kind, "quantity": plain(quantity), **balance(counted)},
    )  # fmt: skip
    return dict(entry.answer)


def balance(line: AgreementLine) -> dict[str, Any]:
    """The counters of a line as text, with what is left."""
    remaining = line.remaining
    return {
        **{name: plain(value) for name, value in asdict(line.use).items()},
        "cap": None if line.cap_quantity is None else plain(line.cap_quantity),
        "remaining": None if remaining is None else plain(remaining),
        "cap_state": line.cap.state(line.use),
    }


def _of_order(line: AgreementLine, source: OrderLine) -> Use:
    """What has happened on one order line."""
    rows = UtilisationEntry.objects.filter(line=line, order=source.order, order_line=source.line).order_by()
    sums = dict(rows.values_list("kind").annotate(Sum("quantity")))
    return Use(**{kind: sums.get(kind, Decimal(0)) for kind in Movement.values})


def _too_much(source: OrderLine, refused: Refused) -> Problem:
    sentence = _("Order %(order)s, line %(line)s leaves at most %(most)s for this.")
    values = {"order": source.order, "line": source.line, "most": plain(max(refused.most, Decimal(0)))}
    return Problem(refused.code, 409, sentence % values, extra={"most": values["most"]})
