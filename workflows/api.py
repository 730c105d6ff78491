"""REST resources credit-applications, requests and credit-lines: adapters over the same services as the pages."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from accounts.models import User
from accounts.schemas import Cursor, Limit, Name, Word, acting, idempotency_key, keyset
from credit.models import CreditLine
from jobs.answers import answered_once
from workflows import services
from workflows.kinds import REGISTRY
from workflows.models import Request
from workflows.queries_pages import current_round, step_of
from workflows.representations import (
    detail_out,
    line_out,
    request_out,
)
from workflows.schemas import (
    DecisionIn,
    DecisionOut,
    LinePage,
    ReasonIn,
    RequestDetail,
    RequestPage,
    ReturnIn,
    conditions_of,
)

requests = Router(tags=["requests"])
lines = Router(tags=["credit lines"])
Write = Callable[[User, str], dict[str, Any]]


def visible(request: HttpRequest, no: str) -> Request:
    """The request of that number, if the user may see it; else 404."""
    people = ("customer__unit", "customer__owner", "submitter__person", "owner__person")
    rows = Request.objects.visible_to(acting(request)).select_related("unit", "region", *people)
    return get_object_or_404(rows, no=no)


@requests.get("", response=RequestPage, summary="List requests")
def list_requests(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
    state: Word = None,
    kind: Word = None,
    customer: Word = None,
) -> dict[str, Any]:
    """Requests that you may see, newest first, by state, kind and customer code."""
    rows = Request.objects.visible_to(acting(request)).select_related("customer", "submitter")
    for name, value in (("state", state), ("kind", kind), ("customer__code", customer)):
        rows = rows.filter(**{name: value}) if value is not None else rows
    page, following = keyset(rows, cursor, limit)
    return {"items": [request_out(row) for row in page], "next_cursor": following}


@requests.get("/{no}", response=RequestDetail, summary="Read a request")
def show_request(request: HttpRequest, no: Name) -> dict[str, Any]:
    """What is asked, on which figures, under which policy, and how far it is."""
    return detail_out(visible(request, no), acting(request))


def written(request: HttpRequest, no: str, what: list[Any], write: Write) -> dict[str, Any]:
    """The answer of a write to a request that the user sees, word for word the first one when its key comes again.

    Args:
        what: is written, and with which values: the same key with others is refused.
        write: takes the user and the key, and answers.
    """
    visible(request, no)
    user, key = acting(request), idempotency_key(request)
    return answered_once(user, key, what, lambda: write(user, key))


def _decided(request: HttpRequest, no: str, step: int, body: DecisionIn, key: str) -> dict[str, Any]:
    decision = services.decide(
        no,
        step,
        actor=acting(request),
        verb=body.verb,
        content_sha256=body.content_sha256,
        reason=body.reason,
        conditions=conditions_of(REGISTRY[visible(request, no).kind], body.conditions),
        idempotency_key=key,
        to=body.to,
    )
    return {
        "request": no,
        "step": step,
        "verb": decision.verb,
        "decided_at": decision.decided_at,
        "state": decision.request.state,
    }


@requests.post("/{no}/steps/{int:step}/decide", response={201: DecisionOut}, summary="Decide a step")
def decide(request: HttpRequest, no: Name, step: int, body: DecisionIn) -> Status[Any]:
    """Approve, approve with conditions, return or reject; the only door, with all its checks."""
    what = ["decide", no, step, body.model_dump(mode="json")]
    return Status(201, written(request, no, what, lambda _user, key: _decided(request, no, step, body, key)))


@requests.post("/{no}/return", response={201: DecisionOut}, summary="Return a request")
def return_request(request: HttpRequest, no: Name, body: ReturnIn) -> Status[Any]:
    """Return it to its author, or to an earlier stage, from the open step that is yours."""

    def write(user: User, key: str) -> dict[str, Any]:
        step = step_of(current_round(visible(request, no)), user)
        if step is None:
            raise PermissionDenied
        said = DecisionIn(verb="return", content_sha256=body.content_sha256, reason=body.reason, to=body.to)
        return _decided(request, no, step.pk, said, key)

    return Status(201, written(request, no, ["return", no, body.model_dump(mode="json")], write))


@requests.post("/{no}/withdraw", response=RequestDetail, summary="Withdraw a request")
def withdraw(request: HttpRequest, no: Name, body: ReasonIn) -> dict[str, Any]:
    """Take your own request back before anybody has decided, or while it is returned."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.withdraw(no, actor=user, reason=body.reason, idempotency_key=key)
        return detail_out(visible(request, no), user)

    return written(request, no, ["withdraw", no, body.reason], write)


@requests.post("/{no}/resubmit", response=RequestDetail, summary="Resubmit a request")
def resubmit(request: HttpRequest, no: Name) -> dict[str, Any]:
    """Send your returned request on its way again, as the application is now."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.resubmit(no, actor=user, idempotency_key=key)
        return detail_out(visible(request, no), user)

    return written(request, no, ["resubmit", no], write)


@lines.get("", response=LinePage, summary="List credit lines")
def list_lines(request: HttpRequest, customer: Word = None, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """Lines of customers that you may see, newest first, ended ones too."""
    rows = CreditLine.objects.visible_to(acting(request)).marked().select_related("customer")
    if customer is not None:
        rows = rows.filter(customer__code=customer)
    page, following = keyset(rows, cursor, limit)
    return {"items": [line_out(row) for row in page], "next_cursor": following}
