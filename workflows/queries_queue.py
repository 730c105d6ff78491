"""Reads of the queue: a constant number of statements and a bounded cost, however many steps wait."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from audit.clock import db_now
from workflows.delegations import branches, unsaid
from workflows.models import SavedFilter, Step
from workflows.queries_pages import named
from workflows.summaries import SHOWN

PAGE: Final = 50
# Counts on chips stop here: a manager with more has another problem than the exact number. By amount and by risk as
# many of each pool are put in order, the most urgent of them, so that the cost does not grow with the queue.
COUNTED: Final = 500
# What the queue can be sorted by, the due time being the first; each names a figure of the request, largest first.
SORTS: Final = ("amount", "risk")
# The pool of what was given to somebody by name, as a filter by role.
PERSONAL: Final = "@"


class Place(NamedTuple):
    """A place in the queue: what ranks higher comes first, of two with one rank what is due earlier."""

    due_at: datetime
    pk: int
    rank: int = 0

    @property
    def order(self) -> tuple[int, datetime, int]:
        """Ascending in the order of the queue."""
        return -self.rank, self.due_at, self.pk


@dataclass(frozen=True)
class QueueFilter:
    """What the manager wants to see of his queue, and in which order; empty members do not restrict."""

    q: str = ""
    kind: str = ""
    role: str = ""
    overdue: bool = False
    again: bool = False
    sort: str = ""

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

    def has(self, key: str) -> bool:
        """Whether the pool fits."""
        return not self.role or pool_role(key) == self.role

    @property
    def query(self) -> str:
        """As the query of an address, without what does not restrict."""
        return urlencode({name: "1" if value is True else value for name, value in asdict(self).items() if value})

    @property
    def restricts(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.q or self.kind or self.role or self.overdue or self.again)


def pool_role(key: str) -> str:
    """In which role a pool is worked on; `PERSONAL` for what was given by name."""
    return PERSONAL if key.startswith(PERSONAL) else key.split(":")[0]


def decidable(user: User, wanted: QueueFilter | None = None) -> list[QuerySet[Step]]:
    """One branch per pool: open steps, without his own and those of a round in which he, or somebody for him, decided.

    Pools of those who delegated to him are among them, what he has delegated away is not.
    """
    person = user.person_id
    accounts = list(User.objects.filter(person_id=person).values_list("pk", flat=True))
    quiet = unsaid(Q(person_id=person) | Q(on_behalf_of__in=accounts))
    # Of a vote he casts one: its first open seat stands for all of them.
    same = Step.objects.filter(status="open", submission=OuterRef("submission_id"), panel=OuterRef("panel"))
    earlier_seat = Exists(same.filter(queue_key=OuterRef("queue_key"), pk__lt=OuterRef("pk")))
    return [
        Step.objects.filter(his, quiet, Q(panel="") | ~earlier_seat, status="open", queue_key=pool)
        .exclude(request__submitter__in=accounts)
        .exclude(request__owner__in=accounts)
        .exclude(submission__editors__contains=[person])
        for pool, his in branches(user)
        if wanted is None or wanted.has(pool)
    ]


def queue_page(
    user: User, wanted: QueueFilter, *, after: Place | None = None, limit: int = PAGE
) -> tuple[list[Step], bool]:
    """One page of the queue as it is sorted, and whether there is more.

    Filters and LIMIT are inside the branch of each pool, so the cost does not grow with the queue.

    Args:
        after: the place of the last row of the page before.
    """
    pools = [wanted.of(pool) for pool in decidable(user, wanted)]
    if not pools:
        return [], False
    places = _ranked(pools, wanted.sort, after) if wanted.sort else _by_due(pools, after, limit + 1)
    page = [place.pk for place in places[:limit]]
    steps = {
        step.pk: step
        for step in Step.objects.filter(pk__in=page)
        .select_related("request__customer__unit", "request__submitter", "request__unit", "submission")
        .defer("submission__content", "submission__plan")
        .annotate(**{name: F(f"submission__{path}") for name, path in SHOWN.items()})
        .order_by()
    }
    return [steps[pk] for pk in page if pk in steps], len(places) > limit


def _by_due(branches: list[QuerySet[Step]], after: Place | None, limit: int) -> list[Place]:
    """The next places by due time: sorted and cut by the database, from the index."""
    rows = [_following(each, after).order_by("due_at", "id").values_list("id", "due_at")[:limit] for each in branches]
    first, *rest = rows
    found = first.union(*rest, all=True).order_by("due_at", "id")[:limit] if rest else first
    return [Place(due_at, pk) for pk, due_at in found if due_at is not None]


def _following(steps: QuerySet[Step], after: Place | None) -> QuerySet[Step]:
    if after is None:
        return steps
    due_at, pk = after.due_at, after.pk
    return steps.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk), due_at__gte=due_at)


def _ranked(branches: list[QuerySet[Step]], sort: str, after: Place | None) -> list[Place]:
    """The places after one, by a figure of the request, among the most urgent of each pool."""
    columns = ("id", "due_at", f"request__{sort}")
    rows = [each.order_by("due_at", "id").values_list(*columns)[:COUNTED] for each in branches]
    first, *rest = rows
    found = first.union(*rest, all=True) if rest else first
    places = (Place(due_at, pk, rank_of(figure)) for pk, due_at, figure in found)
    return sorted((place for place in places if after is None or place.order > after.order), key=lambda p: p.order)


def rank_of(figure: Decimal | int) -> int:
    """A figure with up to two decimals as a whole number."""
    return int(figure * 100)


def place_of(step: Step, sort: str = "") -> Place:
    """Where a step stands in the queue as it is sorted."""
    rank = rank_of(getattr(step.request, sort)) if sort else 0
    return Place(step.due_at or datetime.now(UTC), step.pk, rank)


def next_step(user: User, wanted: QueueFilter, after: Step) -> Step | None:
    """What comes after a step in the queue; from the top again at its end."""
    later, _more = queue_page(user, wanted, after=place_of(after, wanted.sort), limit=1)
    if later:
        return later[0]
    first, _more = queue_page(user, wanted, limit=1)
    return first[0] if first else None


def saved_filters(user: User) -> list[SavedFilter]:
    """What the user keeps, in his order; one statement."""
    return list(SavedFilter.objects.filter(user=user))


@dataclass(frozen=True)
class QueueCounts:
    """How many steps each chip would show, counted to `COUNTED` per pool."""

    total: int
    overdue: int
    again: int
    kinds: dict[str, int]
    roles: dict[str, int]
    capped: bool
    newer: int = 0


def queue_counts(user: User, since: datetime | None = None) -> QueueCounts:
    """Counts for the chips: one statement.

    Args:
        since: `newer` counts what was opened after this moment.
    """
    columns = ("queue_key", "request__kind", "request__round", "due_at", "opened_at")
    pools_of = [pool.order_by("due_at", "id").values_list("id", *columns)[:COUNTED] for pool in decidable(user)]
    if not pools_of:
        return QueueCounts(0, 0, 0, {}, {}, False)
    first, *rest = pools_of
    rows = list(first.union(*rest, all=True) if rest else first)
    now = db_now()
    kinds: dict[str, int] = {}
    pools: dict[str, int] = {}
    for _pk, pool, kind, *_rest in rows:
        kinds[kind] = kinds.get(kind, 0) + 1
        pools[pool] = pools.get(pool, 0) + 1
    roles: dict[str, int] = {}
    for pool, number in pools.items():
        roles[pool_role(pool)] = roles.get(pool_role(pool), 0) + number
    return QueueCounts(
        total=len(rows),
        overdue=sum(1 for row in rows if row[4] < now),
        again=sum(1 for row in rows if row[3] > 1),
        kinds=kinds,
        roles=roles,
        capped=any(number >= COUNTED for number in pools.values()),
        newer=sum(1 for row in rows if since is not None and row[5] is not None and row[5] > since),
    )


def cursor_of(place: Place) -> str:
    """A place in the queue, as text for an address."""
    at = f"{int(place.due_at.timestamp()) * 1_000_000 + place.due_at.microsecond}-{place.pk}"
    return f"{at}-{place.rank}" if place.rank else at


def place_at(cursor: str) -> Place | None:
    """The place a cursor means; None for anything else, which shows the first page."""
    parts = cursor.split("-")
    if not (cursor.isascii() and len(parts) in (2, 3) and all(part.isdigit() and len(part) < 19 for part in parts)):
        return None
    at, pk, *rank = map(int, parts)
    try:
        return Place(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at), pk, *rank)
    except OverflowError:
        return None
