"""Reads for queues and lists: constant cost, however many steps there are."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts.models import User
from workflows.models import Request, Step, queue_keys

PAGE: Final = 50
BADGE: Final = 100


def queue(user: User) -> QuerySet[Step]:
    """Open steps of the user's pools, except of requests that are his own to ask for, not to decide."""
    return Step.objects.filter(status="open", queue_key__in=queue_keys(user))


def inbox(user: User, *, after: tuple[datetime, int] | None = None, limit: int = PAGE) -> list[Step]:
    """One page of the queue by due time; one LIMITed branch per pool, so the cost does not grow with the queue.

    Args:
        after: (due_at, id) of the last row of the page before.
    """
    branches: list[Any] = [_branch(key, after)[:limit] for key in queue_keys(user)]
    if not branches:
        return []
    ids = branches[0].union(*branches[1:], all=True).order_by("due_at", "id")[:limit] if branches[1:] else branches[0]
    picked = [row["id"] for row in ids]
    steps = Step.objects.filter(pk__in=picked).select_related(
        "request__customer", "request__submitter", "request__unit", "submission"
    )
    return sorted(steps, key=lambda step: (step.due_at, step.pk))


def _branch(key: str, after: tuple[datetime, int] | None) -> QuerySet[Step, Any]:
    rows = Step.objects.filter(status="open", queue_key=key)
    if after is not None:
        due_at, pk = after
        rows = rows.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk), due_at__gte=due_at)
    return rows.order_by("due_at", "id").values("id", "due_at")


def waiting_count(user: User) -> int:
    """How many steps wait in the user's pools, counted to 100 at most."""
    keys = queue_keys(user)
    if not keys:
        return 0
    return len(Step.objects.filter(status="open", queue_key__in=keys).values_list("pk")[:BADGE])


def open_request_of(customer_id: int, kind: str) -> Request | None:
    """The request of this kind that is under way for the customer."""
    return Request.objects.open().filter(customer_id=customer_id, kind=kind).first()
