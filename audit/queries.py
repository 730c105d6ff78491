"""Reads of the trail: filtered events page by page, one event with its proof, the state of verification."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit import actions, chain
from audit.models import Event, VerificationRun

PAGE: Final = 50
# The trail is checked every hour; twice a day without a check is worth a warning.
STALE: Final = timedelta(hours=12)
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Filter:
    """What to look for; empty members do not restrict. Dates are business days, both included."""

    q: str = ""
    person: str = ""
    actor: int | None = None
    request: str = ""
    customer: int | None = None
    action: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """Restrict the events."""
        for word in self.q.lower().split()[:5]:
            events = events.filter(search_text__contains=word)
        if self.person:
            events = events.filter(Q(actor_id__in=_people(self.person)))
        exact = {"actor_id": self.actor, "customer_id": self.customer, "request_no": self.request}
        events = events.filter(**{name: value for name, value in exact.items() if value})
        if self.action:
            events = events.filter(action=self.action)
        if self.kind:
            events = events.filter(action__in=actions.of_kind(self.kind))
        return within(events, "at", self.start, self.end, settings.TIME_ZONE)

    def to_json(self) -> dict[str, Any]:
        """The members that restrict, for the record of an export."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Page:
    """Some events, newest first, and the cursors to the neighbours."""

    events: list[Event]
    older: int | None
    newer: int | None


def page(events: QuerySet[Event], *, before: int | None = None, after: int | None = None, size: int = PAGE) -> Page:
    """One keyset page: as cheap at the millionth event as at the first. One statement."""
    if after is not None:
        found = list(events.filter(pk__gt=after).order_by("pk")[: size + 1])
        more, rows = len(found) > size, found[:size][::-1]
        return Page(rows, rows[-1].pk if rows else None, rows[0].pk if rows and more else None)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events.order_by("-pk")[: size + 1])
    rows = found[:size]
    newer = rows[0].pk if rows and before is not None else None
    return Page(rows, rows[-1].pk if len(found) > size else None, newer)


def timeline(events: QuerySet[Event], request_no: str, limit: int = 1000) -> list[Event]:
    """All events of a request in the order in which they happened."""
    return list(events.filter(request_no=request_no).order_by("pk")[:limit])


@dataclass(frozen=True)
class Proof:
    """The event's own link, recomputed now."""

    hash_fits: bool
    link_fits: bool

    @property
    def holds(self) -> bool:
        return self.hash_fits and self.link_fits


def proof(event: Event) -> Proof:
    """Recompute the hash of the event and compare its link with the event before it. One statement."""
    before = Event.objects.filter(stream=event.stream, stream_seq=event.stream_seq - 1).first()
    expected = bytes(before.row_hash) if before else chain.genesis(event.stream)
    found = chain.row_hash(bytes(event.prev_hash), event.stream_seq, event.body)
    return Proof(
        hash_fits=found == bytes(event.row_hash),
        link_fits=expected == bytes(event.prev_hash) and (before is not None) == (event.stream_seq > 1),
    )


@dataclass(frozen=True)
class TrailState:
    """What the badge says: never checked, broken, stale or verified."""

    run: VerificationRun | None
    tone: str


def trail_state() -> TrailState:
    """The last check of the whole trail."""
    run = VerificationRun.objects.first()
    if run is None:
        return TrailState(None, "unknown")
    if not run.clean_trail:
        return TrailState(run, "broken")
    stale = timezone.now() - run.finished_at > STALE
    return TrailState(run, "stale" if stale else "verified")


def _people(name: str) -> Iterable[int]:
    matching = User.objects.filter(Q(display_name__icontains=name) | Q(email__iexact=name))
    return list(matching.values_list("pk", flat=True)[:100])


def within(rows: Rows, moment: str, start: date | None, end: date | None, zone: str) -> Rows:
    """The rows whose moment lies in a period of business days, both included; None leaves a side open."""
    if start:
        rows = rows.filter(**{f"{moment}__gte": datetime.combine(start, time.min, tzinfo=ZoneInfo(zone))})
    if end:
        rows = rows.filter(**{f"{moment}__lte": datetime.combine(end, time.max, tzinfo=ZoneInfo(zone))})
    return rows
