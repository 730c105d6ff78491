"""REST resource delegations: the same services as the page."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.models import User
from accounts.schemas import Cursor, Limit, acting, idempotency_key, keyset
from jobs.answers import answered_once
from workflows import services
from workflows.api_handing import colleague
from workflows.models import Delegation
from workflows.schemas_delegation import DelegationIn, DelegationOut, DelegationPage, EndIn

delegations = Router(tags=["delegations"])
_PEOPLE = ("delegator", "delegate")


@delegations.get("", response=DelegationPage, summary="List delegations")
def list_delegations(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """Given or received by you, newest first; all of them for sales operations and those who review the trail."""
    rows = Delegation.objects.visible_to(acting(request)).select_related(*_PEOPLE).order_by("-pk")
    page, following = keyset(rows, cursor, limit)
    return {"items": [_out(row) for row in page], "next_cursor": following}


@delegations.post("", response={201: DelegationOut}, summary="Delegate")
def give(request: HttpRequest, body: DelegationIn) -> Status[Any]:
    """Let a colleague act for you; both names are recorded with what he decides."""
    user, key = acting(request), idempotency_key(request)
    delegate = colleague(body.delegate, "delegate")
    delegator: User = colleague(body.delegator, "delegator") if body.delegator is not None else user

    def write() -> dict[str, Any]:
        terms = body.model_dump(exclude={"delegate", "delegator"})
        return _out(services.delegate(delegator, delegate, actor=user, idempotency_key=key, **terms))

    return Status(201, answered_once(user, key, ["delegate", body.model_dump(mode="json")], write))


@delegations.post("/{int:pk}/end", response=DelegationOut, summary="End a delegation")
def end(request: HttpRequest, pk: int, body: EndIn) -> dict[str, Any]:
    """What waits is with the delegator again at once."""
    user, key = acting(request), idempotency_key(request)
    return answered_once(
        user,
        key,
        ["end-delegation", pk, body.reason],
        lambda: _out(services.end_delegation(pk, actor=user, reason=body.reason, idempotency_key=key)),
    )


def _out(row: Delegation) -> dict[str, Any]:
    names = ("valid_from", "valid_to", "kinds", "ceiling", "reason", "ended_at")
    given = {name: getattr(row, name) for name in names}
    return {"id": row.pk, "delegator": row.delegator.email, "delegate": row.delegate.email, **given}
