"""REST verbs under requests for the owner of the policy: override and void."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.models import User
from accounts.schemas import Name
from workflows import services
from workflows.api import visible, written
from workflows.representations import detail_out
from workflows.schemas import DecisionOut, ReasonIn, RequestDetail
from workflows.schemas_handing import OverrideIn

overriding = Router(tags=["requests"])


@overriding.post("/{no}/steps/{int:step}/override", response={201: DecisionOut}, summary="Override a step")
def override(request: HttpRequest, no: Name, step: int, body: OverrideIn) -> Status[Any]:
    """As the owner of the policy, with a reason; duties and ceilings hold, and it is marked."""

    def write(user: User, key: str) -> dict[str, Any]:
        said = services.override(no, step, actor=user, idempotency_key=key, **body.model_dump())
        state = said.request.state
        return {"request": no, "step": step, "verb": said.verb, "decided_at": said.decided_at, "state": state}

    return Status(201, written(request, no, ["override", no, step, body.model_dump(mode="json")], write))


@overriding.post("/{no}/void", response=RequestDetail, summary="Declare a request void")
def void(request: HttpRequest, no: Name, body: ReasonIn) -> dict[str, Any]:
    """As the owner of the policy, with a reason; the request ends for good."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.void(no, actor=user, reason=body.reason, idempotency_key=key)
        return detail_out(visible(request, no), user)

    return written(request, no, ["void", no, body.reason], write)
