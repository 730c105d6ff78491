"""Part of the check of the trail: every agreement was granted in it, and every counter is the sum of its ledger."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum

from audit.models import Event
from audit.verify import Finding, register_cross_check
from pricing.models import AgreementLine, Movement, PriceAgreement, UtilisationEntry


@register_cross_check
def agreements_are_as_granted() -> Iterator[Finding]:
    """No agreement without its event, no event without its agreement, no quantity beside the ledger."""
    granted = set(Event.objects.filter(action="pricing.agreement_granted").values_list("object_id", flat=True))
    for pk, number in PriceAgreement.objects.values_list("pk", "number").iterator():
        if str(pk) not in granted:
            yield _finding("agreement_event", number, "没有授予记录", "has no event of its grant")
        granted.discard(str(pk))
    for missing in granted:
        yield _finding("agreement_missing", f"#{missing}", "已不存在", "was granted, but its record is gone")
    yield from _counters()


def _counters() -> Iterator[Finding]:
    sums: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for line, kind, quantity in (
        UtilisationEntry.objects.order_by().values_list("line_id", "kind").annotate(Sum("quantity"))
    ):
        sums[line][kind] = quantity
    for counted in AgreementLine.objects.select_related("agreement").iterator():
        if any(getattr(counted, kind) != sums[counted.pk].get(kind, 0) for kind in Movement.values):
            number = counted.agreement.number
            yield _finding("agreement_counter", number, "数量与台账不符", "has quantities that differ from its ledger")


def _finding(kind: str, number: str, zh: str, en: str) -> Finding:
    return Finding(kind, f"价格协议 {number} {zh}。", f"Price agreement {number} {en}.", "pricing")
