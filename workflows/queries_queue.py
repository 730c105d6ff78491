"""Reads of the queue: a constant number of statements and a bounded cost, however many steps wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from audit.clock import db_now
from workflows.models import Decision, Step, queue_keys
from workflows.queries_pages import named
from workflows.summaries import SHOWN

PAGE: Final = 50
# Counts on chips stop here: a manager with more has another problem than the exact number.
COUNTED: Final = 500


@dataclass(frozen=True)
class QueueFilter:
    """What the manager wants to see of his queue; empty members do not restrict."""

    q: str = ""
    kind: str = ""
    role: str = ""
    overdue: bool = False
    again: bool = False

    def of(self, steps: QuerySet[Step]) -> QuerySet[Step]:
        """The steps that fit."""
        if self.q:
            steps = steps.filter(named(self.q, "request__"))
        if self.kind:
            steps = steps.filter(request__kind=self.kind)
        if self.overdue:
            steps = steps.filter(due_at__lt=Now())
        if self.again:
            steps = steps.filter(request__round__gt=1)
        return steps

    def pools(self, keys: Iterable[str]) -> list[str]:
        """The pools that fit."""
        return [key for key in keys if not self.role or key.split(":")[0] == self.role]


def decidable(user: User, pools: Iterable[str]) -> list[QuerySet[Step]]:
    """One branch per pool: open steps, without his own and those of a round he decided in.

    Who decided is asked per step, by index: a list of all his decisions would grow with his years of service.
    """
    person = user.person_id
    accounts = list(User.objects.filter(person_id=person).values_list("pk", flat=True))
    decided = Decision.objects.filter(submission_id=OuterRef("submission_id"), person_id=person)
    return [
        Step.objects.filter(status="open", queue_key=pool)
        .exclude(request__submitter__in=accounts)
        .exclude(request__owner__in=accounts)
        .exclude(submission__editors__contains=[person])
        .exclude(Exists(decided))
        for pool in pools
    ]


def queue_page(
    user: User, wanted: QueueFilter, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> tuple[list[Step], bool]:
    """One page of the queue by due time, and whether there is more.

    Filters and LIMIT are inside the branch of each pool, so the cost does not grow with the queue.

    Args:
        after: (due_at, id) of the last row of the page before.
    """
    keys = wanted.pools(queue_keys(user))
    branches = [
        _following(wanted.of(branch), after).order_by("due_at", "id").values_list("id", "due_at")[: limit + 1]
        for branch in decidable(user, keys)
    ]
    if not branches:
        return [], False
    first, *rest = branches
    found = first.union(*rest, all=True).order_by("due_at", "id")[: limit + 1] if rest else first
    picked = [pk for pk, _due in found]
    steps = (
        Step.objects.filter(pk__in=picked[:limit])
        .select_related("request__customer__unit", "request__submitter", "request__unit")
        .annotate(**{name: F(f"submission__{path}") for name, path in SHOWN.items()})
        .order_by()
    )
    return sorted(steps, key=lambda step: (step.due_at, step.pk)), len(picked) > limit


def _following(steps: QuerySet[Step], after: tuple[datetime, int] | None) -> QuerySet[Step]:
    if after is None:
        return steps
    due_at, pk = after
    return steps.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk), due_at__gte=due_at)


def next_step(user: User, wanted: QueueFilter, after: Step) -> Step | None:
    """What comes after a step in the queue; from the top again at its end."""
    if after.due_at is not None:
        later, _more = queue_page(user, wanted, after=(after.due_at, after.pk), limit=1)
        if later:
            return later[0]
    first, _more = queue_page(user, wanted, limit=1)
    return first[0] if first else None


@dataclass(frozen=True)
class QueueCounts:
    """How many steps each chip would show, counted to `COUNTED` per pool."""

    total: int
    overdue: int
    again: int
    kinds: dict[str, int]
    roles: dict[str, int]
    capped: bool


def queue_counts(user: User) -> QueueCounts:
    """Counts for the chips: one statement."""
    columns = ("role", "request__kind", "request__round", "due_at")
    branches = [
        branch.order_by("due_at", "id").values_list("id", *columns)[:COUNTED]
        for branch in decidable(user, queue_keys(user))
    ]
    if not branches:
        return QueueCounts(0, 0, 0, {}, {}, False)
    first, *rest = branches
    rows = list(first.union(*rest, all=True) if rest else first)
    now = db_now()
    kinds: dict[str, int] = {}
    roles: dict[str, int] = {}
    for _pk, role, kind, _round, _due in rows:
        kinds[kind] = kinds.get(kind, 0) + 1
        roles[role] = roles.get(role, 0) + 1
    return QueueCounts(
        total=len(rows),
        overdue=sum(1 for row in rows if row[4] < now),
        again=sum(1 for row in rows if row[3] > 1),
        kinds=kinds,
        roles=roles,
        capped=any(number >= COUNTED for number in roles.values()),
    )


def cursor_of(step: Step) -> str:
    """A place in the queue, as text for an address."""
    due_at = step.due_at or datetime.now(UTC)
    return f"{int(due_at.timestamp()) * 1_000_000 + due_at.microsecond}-{step.pk}"


def place_of(cursor: str) -> tuple[datetime, int] | None:
    """The place a cursor means; None for anything else, which shows the first page."""
    at, _, pk = cursor.partition("-")
    if not (cursor.isascii() and at.isdigit() and pk.isdigit() and len(at) < 18 and len(pk) < 19):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(at)), int(pk)
    except OverflowError:
        return None
