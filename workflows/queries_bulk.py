"""Reads for deciding many at once: which of the chosen steps may be decided together; two statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import F

from accounts.models import User
from policies.queries import pinned_pack
from workflows import rules
from workflows.kinds import REGISTRY
from workflows.models import Request, Step
from workflows.summaries import SHOWN

_JUDGED: Final = {"metric": "content__authority", "papers": "content__attachments"}


@dataclass(frozen=True)
class Waiting:
    """A chosen step, and why it has to be decided by itself, or None."""

    step: Step
    refusal: rules.Refusal | None


def waiting(user: User, steps: Sequence[int], role: str | None = None) -> dict[int, Waiting]:
    """The chosen steps that the user may see, by id, in the order in which they are due.

    Whether he may decide each is asked when he does: this only says what bulk is not for.

    Args:
        role: the role in which they are decided; None is that of the first step.
    """
    rows = list(
        Step.objects.filter(pk__in=steps, request__in=Request.objects.visible_to(user))
        .select_related("request__customer__unit", "request__submitter", "request__unit", "submission")
        .defer("submission__content", "submission__plan")
        .annotate(**{name: F(f"submission__{path}") for name, path in (_JUDGED | SHOWN).items()})
        .order_by("due_at", "pk")
    )
    first = next((row for row in rows if role is None or row.role == role), None)
    together = (first.role, first.mode) if first else ("", "")
    return {row.pk: Waiting(row, _refusal(row, together)) for row in rows}


def _refusal(step: Step, together: tuple[str, str]) -> rules.Refusal | None:
    kind, submission = REGISTRY[step.request.kind], step.submission
    item = rules.BulkItem(
        allowed=kind.bulk,
        together=(step.role, step.mode) == together,
        metric=Decimal(getattr(step, "metric")),  # noqa: B009  # an annotation, which the model does not declare
        papers=bool(getattr(step, "papers")),  # noqa: B009
        confidential=step.request.confidential,
    )
    if not kind.bulk:
        return rules.refusal_in_bulk(item, Decimal(0))
    return rules.refusal_in_bulk(
        item, pinned_pack(submission.policy_number, submission.policy_digest).parameters.bulk_cap
    )
