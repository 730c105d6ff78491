"""REST resource audit-events: the filtered trail, newest first, for finance and auditors."""

from datetime import date, datetime
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Query, Router, Schema

from accounts.queries import has_role
from accounts.schemas import STORABLE, Cursor, Limit, Page, Words, acting
from audit import queries
from audit.models import READERS, Event

router = Router(tags=["audit"])
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


class EventOut(Schema):
    """One event; before, after and rules as they were hashed, `body` is the hashed text itself."""

    id: int
    at: datetime
    action: str
    action_label: str
    actor_id: int | None
    actor_name: str
    on_behalf_of: dict[str, Any] | None
    object_type: str
    object_id: str
    object_label: str
    request: str
    customer_id: int | None
    customer: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    policy: dict[str, Any] | None
    rules: list[Any] | None
    channel: str
    stream: str
    position: int
    prev_hash: str
    hash: str
    body: str


class EventPage(Page):
    """Events, newest first."""

    items: list[EventOut]


@router.get("", response=EventPage, summary="List audit events")
def list_events(
    request: HttpRequest,
    q: Words = "",
    person: Words = "",
    actor: Number = None,
    request_no: Annotated[str, Query(alias="request", max_length=60, pattern=STORABLE)] = "",
    customer: Number = None,
    action: Words = "",
    kind: Words = "",
    start: date | None = None,
    end: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Events that match all filters; `start` and `end` are business days, both included."""
    user = acting(request)
    if not has_role(user, *READERS):
        raise PermissionDenied
    wanted = queries.Filter(q, person, actor, request_no, customer, action, kind, start, end)
    page = queries.page(wanted.apply(Event.objects.visible_to(user)), before=cursor, size=limit)
    return {
        "items": [_out(event) for event in page.events],
        "next_cursor": None if page.older is None else str(page.older),
    }


def _out(event: Event) -> dict[str, Any]:
    content = event.content
    return {
        "id": event.pk,
        "at": event.at,
        "action": event.action,
        "action_label": event.action_label,
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "on_behalf_of": content.get("on_behalf_of"),
        "object_type": event.object_type,
        "object_id": event.object_id,
        "object_label": event.object_label,
        "request": event.request_no,
        "customer_id": event.customer_id,
        "customer": event.customer_label,
        "reason": content.get("reason", ""),
        "before": content.get("before"),
        "after": content.get("after"),
        "policy": content.get("policy"),
        "rules": content.get("rules"),
        "channel": content.get("origin", {}).get("channel", ""),
        "stream": event.stream,
        "position": event.stream_seq,
        "prev_hash": event.prev_hash_hex,
        "hash": event.hash_hex,
        "body": event.body,
    }
