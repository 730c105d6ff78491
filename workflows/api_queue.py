"""REST of the queue: what waits for you, many decisions at once, comments, watchers, saved filters."""

from typing import Annotated, Any

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from accounts.models import User
from accounts.schemas import STORABLE, Cursor, Limit, Name, Word, acting, idempotency_key, keyset
from jobs.answers import answered_once
from workflows import queries_queue as queries
from workflows import services
from workflows.api import visible, written
from workflows.forms import queue_filter
from workflows.models import Comment, SavedFilter, Step, Watcher
from workflows.queries_queue import QueueFilter
from workflows.schemas_queue import (
    BulkIn,
    BulkOut,
    CommentIn,
    CommentOut,
    CommentPage,
    FilterChange,
    FilterIn,
    FilterOut,
    QueuePage,
    WatcherIn,
    WatcherOut,
)
from workflows.services import filters as saved
from workflows.services.bulk import Chosen, Outcome

queue = Router(tags=["queue"])
asides = Router(tags=["requests"])
saved_filters = Router(tags=["queue"])

Place = Annotated[str | None, Query(max_length=80, pattern=STORABLE, description="`next_cursor` of the page before")]


@queue.get("", response=QueuePage, summary="List what waits for you")
def list_queue(
    request: HttpRequest,
    cursor: Place = None,
    limit: Limit = 50,
    q: Word = None,
    kind: Word = None,
    role: Word = None,
    overdue: bool = False,
    again: bool = False,
    sort: Word = None,
) -> dict[str, Any]:
    """Steps that you may decide: by due time, or with `sort` by amount or risk, the largest first."""
    given = {"q": q, "kind": kind, "role": role, "overdue": "1" if overdue else None, "again": "1" if again else None}
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in (given | {"sort": sort}).items() if value})
    wanted = queue_filter(params)
    after = queries.place_at(cursor or "")
    steps, more = queries.queue_page(acting(request), wanted, after=after, limit=limit)
    following = queries.cursor_of(queries.place_of(steps[-1], wanted.sort)) if more else None
    return {"items": [_waiting(step) for step in steps], "next_cursor": following}


def _waiting(step: Step) -> dict[str, Any]:
    request = step.request
    return {
        "request": request.no,
        "step": step.pk,
        "role": step.role,
        "mode": step.mode,
        "kind": request.kind,
        "title": request.title,
        "customer": request.customer.code if request.customer else None,
        "amount": request.amount,
        "currency": request.currency,
        "risk": request.risk,
        "round": request.round,
        "confidential": request.confidential,
        "submitted_by": request.submitter.display_name,
        "opened_at": step.opened_at,
        "due_at": step.due_at,
        "content_sha256": step.submission.content_sha256,
    }


@asides.post("/bulk-decisions", response=BulkOut, summary="Decide many steps with one comment")
def decide_many(request: HttpRequest, body: BulkIn) -> dict[str, Any]:
    """Approve, return or reject up to 200 steps: each is decided or refused by itself, and says so."""

    def write(key: str) -> dict[str, Any]:
        outcomes = services.decide_many(
            [Chosen(item.request, item.step, item.content_sha256) for item in body.items],
            actor=acting(request),
            verb=body.verb,
            reason=body.reason,
            role=body.role,
            idempotency_key=key,
        )
        done = sum(each.decided for each in outcomes)
        return {"decided": done, "refused": len(outcomes) - done, "items": [_outcome(each) for each in outcomes]}

    key = idempotency_key(request)
    return answered_once(acting(request), key, ["bulk", body.model_dump(mode="json")], lambda: write(key))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "request": outcome.no,
        "step": outcome.step,
        "decided": outcome.decided,
        "state": outcome.state or None,
        "code": outcome.code or None,
        "title": outcome.said or None,
        "status": outcome.status,
    }


@asides.get("/{no}/comments", response=CommentPage, summary="List the comments on a request")
def list_comments(request: HttpRequest, no: Name, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """Newest first."""
    rows = Comment.objects.filter(request=visible(request, no)).select_related("author")
    page, following = keyset(rows, cursor, limit)
    return {"items": [_comment(row) for row in page], "next_cursor": following}


@asides.post("/{no}/comments", response={201: CommentOut}, summary="Comment on a request")
def comment(request: HttpRequest, no: Name, body: CommentIn) -> Status[Any]:
    """Everybody who sees the request reads it; `@` and a name or address tells a colleague."""

    def write(user: User, key: str) -> dict[str, Any]:
        said = services.comment(no, body.text, actor=user, idempotency_key=key)
        return {**_comment(said.comment), "shown_to": list(said.shown), "not_told": list(said.unreached)}

    return Status(201, written(request, no, ["comment", no, body.text], write))


def _comment(row: Comment) -> dict[str, Any]:
    return {"id": row.pk, "author": row.author.display_name, "text": row.text, "mentions": row.mentions, "at": row.at}


@asides.get("/{no}/watchers", response=list[WatcherOut], summary="List who is kept informed")
def list_watchers(request: HttpRequest, no: Name) -> list[dict[str, Any]]:
    """Those who watch now, besides those who take part."""
    rows = Watcher.objects.filter(request=visible(request, no), ended_at__isnull=True)
    return [_watcher(row) for row in rows.select_related("user", "added_by")]


@asides.post("/{no}/watchers", response={201: WatcherOut}, summary="Watch a request")
def watch(request: HttpRequest, no: Name, body: WatcherIn) -> Status[Any]:
    """Be kept informed, or keep the colleague with this address informed; he sees the request from then on."""

    def write(user: User, key: str) -> dict[str, Any]:
        return _watcher(services.watch(no, actor=user, user=_colleague(body.email), idempotency_key=key))

    return Status(201, written(request, no, ["watch", no, body.email], write))


@asides.post("/{no}/watchers/end", response={200: list[WatcherOut]}, summary="Stop watching a request")
def unwatch(request: HttpRequest, no: Name, body: WatcherIn) -> list[dict[str, Any]]:
    """Be told no longer, or take off a colleague whom you added."""
    visible(request, no)
    services.unwatch(no, actor=acting(request), user=_colleague(body.email), idempotency_key=idempotency_key(request))
    return list_watchers(request, no)


def _colleague(email: str | None) -> User | None:
    return get_object_or_404(User, email=User.normal_email(email), is_active=True) if email else None


def _watcher(row: Watcher) -> dict[str, Any]:
    same = {"name": row.user.display_name, "email": row.user.email, "since": row.at}
    return {**same, "added_by": row.added_by.display_name}


@saved_filters.get("", response=list[FilterOut], summary="List your filters of the queue")
def list_filters(request: HttpRequest) -> list[dict[str, Any]]:
    """In your order."""
    return [_filter(row) for row in queries.saved_filters(acting(request))]


@saved_filters.post("", response={201: FilterOut}, summary="Keep a filter of the queue")
def save_filter(request: HttpRequest, body: FilterIn) -> Status[Any]:
    """Up to 20; the query is that of the queue's address, such as `kind=credit&sort=risk`."""
    key, query = idempotency_key(request), _query(body.query)
    made = saved.save_filter(body.name, query, actor=acting(request), default=body.default, idempotency_key=key)
    return Status(201, _filter(made))


@saved_filters.patch("/{int:pk}", response=FilterOut, summary="Change a filter of the queue")
def change_filter(request: HttpRequest, pk: int, body: FilterChange) -> dict[str, Any]:
    """Its name, whether the queue opens with it, or its place; what is left out stays."""
    actor, key = acting(request), idempotency_key(request)
    if body.move is not None:
        saved.move_filter(pk, body.move, actor=actor, idempotency_key=f"{key}:move")
    return _filter(saved.change_filter(pk, actor=actor, name=body.name, default=body.default, idempotency_key=key))


@saved_filters.delete("/{int:pk}", response={204: None}, summary="Delete a filter of the queue")
def remove_filter(request: HttpRequest, pk: int) -> Status[Any]:
    """Only your own."""
    saved.remove_filter(pk, actor=acting(request), idempotency_key=idempotency_key(request))
    return Status(204, None)


def _query(text: str) -> str:
    wanted: QueueFilter = queue_filter(QueryDict(text))
    return wanted.query


def _filter(row: SavedFilter) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "query": row.query, "default": row.is_default}
