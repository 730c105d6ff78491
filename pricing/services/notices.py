"""What the owner of a customer should look at: told once, with its figures, in the trail (approval.md 2.3)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.models import Unit, User
from audit.clock import db_now
from policies.rules.calendar import business_date
from pricing.models import AgreementLine, AgreementNotice, NoticeCode, PriceAgreement
from pricing.rules.price_check import plain
from pricing.services.trail import note

UNUSED_AFTER: Final = timedelta(days=30)
ENDS: Final = ((30, NoticeCode.ENDS_30), (60, NoticeCode.ENDS_60), (90, NoticeCode.ENDS_90))
CAPS: Final = {80: NoticeCode.CAP_80, 100: NoticeCode.CAP_100, 120: NoticeCode.CAP_120}
# An agreement that ended longer ago was looked at while the watch ran.
LOOK_BACK: Final = timedelta(days=30)

Found = tuple[PriceAgreement, AgreementLine | None, NoticeCode, dict[str, str]]


@transaction.atomic
def tell(
    agreement: PriceAgreement, line: AgreementLine | None, code: NoticeCode, subject: str, figures: dict[str, Any]
) -> bool:
    """Put a notice where the owner sees it, once per line, matter and subject; says whether it is new."""
    if line is not None:
        figures = {"product": line.product.code, **figures}
    made, new = AgreementNotice.objects.get_or_create(
        agreement=agreement, line=line, code=code.value, subject=subject[:130], defaults={"figures": figures}
    )
    if new:
        after = {"notice": code.value, "subject": made.subject, **figures}
        note("pricing.agreement_noticed", agreement, None, after=after)
    return new


@transaction.atomic
def mark_seen(notice: AgreementNotice, *, actor: User) -> None:
    """The owner has looked at a notice; marking it again changes nothing."""
    changed = AgreementNotice.objects.filter(pk=notice.pk, seen_at__isnull=True).update(seen_at=db_now(), seen_by=actor)
    if changed:
        note("pricing.notice_seen", notice.agreement, actor, after={"notice": notice.code, "subject": notice.subject})


def watch() -> int:
    """Look at all agreements for used quantities, near ends, grants nobody uses and promises not kept.

    Returns:
        How many notices are new; a repetition finds none.
    """
    now = db_now()
    days = {unit.pk: business_date(now, unit.time_zone) for unit in Unit.objects.all()}
    return sum(tell(*found[:3], "", found[3]) for unit, today in days.items() for found in _of_unit(unit, today))


def _of_unit(unit_id: int, today: date) -> Iterator[Found]:
    """What there is to say about the agreements of a company on a day; what was said already is left out by `tell`."""
    of_unit = PriceAgreement.objects.filter(customer__unit_id=unit_id).select_related("customer")
    told = set(
        AgreementNotice.objects.filter(agreement__customer__unit_id=unit_id, subject="").values_list(
            "agreement_id", "line_id", "code"
        )
    )
    for agreement in of_unit.on(today).prefetch_related("lines__product"):
        for found in _running(agreement, today):
            if (agreement.pk, found[1] and found[1].pk, found[2].value) not in told:
                yield found
    over = of_unit.filter(ended_on__isnull=True, valid_to__range=(today - LOOK_BACK, today - timedelta(days=1)))
    for agreement in over.prefetch_related("lines__product"):
        yield from (found for found in _unkept(agreement) if (agreement.pk, found[1].pk, found[2].value) not in told)


def _running(agreement: PriceAgreement, today: date) -> Iterator[Found]:
    left, whole = (agreement.valid_to - today).days, (agreement.valid_to - agreement.valid_from).days
    ending = next((code for most, code in ENDS if left <= most < whole), None)
    if ending is not None:
        yield agreement, None, ending, {"valid_to": agreement.valid_to.isoformat(), "days": str(left)}
    for line in agreement.lines.all():
        reached = line.cap.reached(line.use)
        if reached and line.cap_quantity:
            yield agreement, line, CAPS[reached], {"taken": plain(line.use.taken), "cap": plain(line.cap_quantity)}
        if not line.ordered and agreement.valid_from + UNUSED_AFTER <= today:
            yield agreement, line, NoticeCode.UNUSED, {"valid_from": agreement.valid_from.isoformat()}


def _unkept(agreement: PriceAgreement) -> Iterator[tuple[PriceAgreement, AgreementLine, NoticeCode, dict[str, str]]]:
    """Promised quantities that were not bought by the end: a reason to renegotiate."""
    for line in agreement.lines.all():
        if line.commitment is not None and line.use.taken < line.commitment:
            figures = {"taken": plain(line.use.taken), "commitment": plain(line.commitment)}
            yield agreement, line, NoticeCode.COMMITMENT, figures
