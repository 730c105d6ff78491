"""Granting prices and ending what was granted."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.roles import Role
from audit.clock import db_now
from customers.authority import holds
from customers.models import Customer
from policies.rules.calendar import business_date
from pricing.models import AgreementLine, EndReason, NoticeCode, PriceAgreement, SpecialPrice
from pricing.queries_agreements import overlapping
from pricing.rules.grants import GrantedLine
from pricing.rules.utilisation import ZERO
from pricing.services.notices import tell
from pricing.services.trail import note

ENDERS: Final = frozenset({Role.RD, Role.FM, Role.CFO, Role.GM})


@transaction.atomic
def grant(
    letter: SpecialPrice,
    *,
    lines: Sequence[GrantedLine],
    request_no: str,
    policy_number: int,
    terms: Mapping[str, Any],
    actor: User,
    now: datetime,
) -> PriceAgreement:
    """Put the approved prices in force as an agreement whose number follows that of the request.

    Granting the same request again returns the agreement of the first time. Belongs in the transaction of the
    last approval, which holds the row lock of the customer.

    Args:
        lines: what was agreed per product; prices and quantities per stock unit.
        terms: ``valid_from``, ``valid_to`` (both days count); ``note`` texts; ``supersedes`` numbers of
            agreements of the customer that end the day before.
        now: the database's clock.

    Raises:
        ValueError: without lines.
    """
    if not lines:
        raise ValueError("an agreement grants at least one price")
    known = PriceAgreement.objects.filter(request_no=request_no).first()
    if known is not None:
        return known
    customer, first = letter.customer, terms["valid_from"]
    agreement = PriceAgreement.objects.create(
        number=number_of(request_no),
        customer=customer,
        letter=letter,
        request_no=request_no,
        policy_number=policy_number,
        currency=letter.currency,
        valid_from=first,
        valid_to=terms["valid_to"],
        notes=list(terms.get("note", ())),
        granted_by=actor,
        granted_at=now,
    )
    made = AgreementLine.objects.bulk_create(_line(agreement, customer, line) for line in lines)
    note("pricing.agreement_granted", agreement, actor, after=_summary(agreement, lines), of_request=True)
    _supersede(agreement, terms.get("supersedes", ()), first, actor, now)
    _tell_conflicts(agreement, made)
    return agreement


def number_of(request_no: str) -> str:
    """PA-202611-0007 is what SP-202611-0007 granted."""
    return f"PA-{request_no.partition('-')[2] or request_no}"


def _line(agreement: PriceAgreement, customer: Customer, line: GrantedLine) -> AgreementLine:
    return AgreementLine(
        agreement=agreement,
        customer=customer,
        product_id=line.product_id,
        list_price=line.list_price,
        net_price=line.net_price,
        commitment=line.quantity,
        cap_quantity=line.quantity_cap,
        hard=line.hard,
        waterfall=dict(line.waterfall),
        **dict.fromkeys(("ordered", "delivered", "invoiced", "returned", "cancelled"), ZERO),
    )


def _supersede(agreement: PriceAgreement, numbers: Sequence[str], first: date, actor: User, now: datetime) -> None:
    """End the agreements that this one was decided to replace."""
    old = PriceAgreement.objects.filter(customer=agreement.customer_id, number__in=list(numbers), ended_on__isnull=True)
    for each in old.select_for_update().exclude(pk=agreement.pk).order_by("pk"):
        _end(each, first, EndReason.SUPERSEDED, actor, now, by=agreement)


def _tell_conflicts(agreement: PriceAgreement, lines: Sequence[AgreementLine]) -> None:
    """Two agreements for one product and day make every order of it an error: the owner hears it at once."""
    products = [line.product_id for line in lines]
    first = max(agreement.valid_from, business_date(agreement.granted_at, agreement.customer.unit.time_zone))
    others = overlapping(agreement.customer, products, first, agreement.valid_to) if first <= agreement.valid_to else []
    mine = {line.product_id: line for line in lines}
    for other in others:
        if other.agreement_id != agreement.pk:
            line = mine[other.product_id]
            tell(agreement, line, NoticeCode.CONFLICT, other.agreement.number, {"other": other.agreement.number})


@transaction.atomic
def end_agreement(agreement: PriceAgreement, *, reason: str, actor: User) -> None:
    """Revoke an agreement: orders dated today or later no longer count on it, earlier ones still do.

    Raises:
        Problem: 403 for anyone but sales directors and finance of the place, 422 without a reason,
            409 when it has ended.
    """
    locked = (
        PriceAgreement.objects.select_for_update(of=("self",)).select_related("customer__unit").get(pk=agreement.pk)
    )
    if not may_end(locked, actor):
        raise Problem("not_permitted", 403, _("Only the sales director and finance of this customer may end this."))
    if not reason.strip():
        sentence = _("Say why the agreement ends.")
        raise Problem("reason_missing", 422, sentence, [{"field": "reason", "message": sentence}])
    now = db_now()
    today = business_date(now, locked.customer.unit.time_zone)
    if locked.ended_on is not None or locked.valid_to < today:
        raise Problem("agreement_ended", 409, _("This agreement has ended already."))
    _end(locked, today, EndReason.REVOKED, actor, now, why=reason.strip()[:500])


def may_end(agreement: PriceAgreement, actor: User) -> bool:
    """Whether the actor may revoke the agreement today."""
    return holds(actor, ENDERS, agreement.customer.unit_id, agreement.customer.region_id)


def _end(
    agreement: PriceAgreement,
    on: date,
    code: EndReason,
    actor: User,
    now: datetime,
    *,
    by: PriceAgreement | None = None,
    why: str = "",
) -> None:
    agreement.ended_on, agreement.ended_at, agreement.ended_by = on, now, actor
    agreement.end_reason, agreement.end_note, agreement.superseded_by = code.value, why or None, by
    agreement.save(update_fields=["ended_on", "ended_at", "ended_by", "end_reason", "end_note", "superseded_by"])
    after = {"ended_on": on, "end_reason": code.value, "superseded_by": by.number if by else None}
    note("pricing.agreement_ended", agreement, actor, after=after, reason=why, of_request=True)


def _summary(agreement: PriceAgreement, lines: Sequence[GrantedLine]) -> dict[str, Any]:
    return {
        "number": agreement.number,
        "currency": agreement.currency,
        "valid_from": agreement.valid_from,
        "valid_to": agreement.valid_to,
        "lines": [
            {"product": line.product_code, "net_price": line.net_price, "cap": line.quantity_cap, "hard": line.hard}
            for line in lines
        ],
    }
