"""REST verbs under requests: transfer, delegate and hand back; and the colleague of an address."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.models import User
from accounts.problems import Problem
from accounts.schemas import Name
from workflows import services
from workflows.api import written
from workflows.models import Step
from workflows.schemas_handing import Opinion, StepAt, ToWhom

handing = Router(tags=["requests"])


def colleague(address: str, field: str) -> User:
    """The open account with this address. Raises Problem (422) naming the field."""
    found = User.objects.filter(email=User.normal_email(address), is_active=True).first()
    if found is None:
        sentence = _("Nobody with this address has an account here.")
        raise Problem("unknown_account", 422, sentence, [{"field": field, "message": sentence}])
    return found


def _step(step: Step) -> dict[str, Any]:
    with_whom = User.objects.filter(pk=int(step.queue_key[1:])).first() if step.is_out else None
    return {
        "request": step.request.no,
        "step": step.pk,
        "status": step.status,
        "assignee": step.assignee.email if step.assignee else None,
        "with_whom": with_whom.email if with_whom else None,
    }


@handing.post("/{no}/steps/{int:step}/transfer", response={201: StepAt}, summary="Transfer a step")
def transfer(request: HttpRequest, no: Name, step: int, body: ToWhom) -> Status[Any]:
    """Somebody of the same or higher authority decides it in your place."""

    def write(user: User, key: str) -> dict[str, Any]:
        to = colleague(body.to, "to")
        return _step(services.transfer(no, step, to=to, actor=user, reason=body.reason, idempotency_key=key))

    return Status(201, written(request, no, ["transfer", no, step, body.to, body.reason], write))


@handing.post("/{no}/steps/{int:step}/delegate", response={201: StepAt}, summary="Give a step out for an opinion")
def delegate_step(request: HttpRequest, no: Name, step: int, body: ToWhom) -> Status[Any]:
    """It comes back to you with an opinion, and you decide."""

    def write(user: User, key: str) -> dict[str, Any]:
        to = colleague(body.to, "to")
        return _step(services.delegate_step(no, step, to=to, actor=user, reason=body.reason, idempotency_key=key))

    return Status(201, written(request, no, ["delegate-step", no, step, body.to, body.reason], write))


@handing.post("/{no}/steps/{int:step}/hand-back", response={201: StepAt}, summary="Hand a step back")
def hand_back(request: HttpRequest, no: Name, step: int, body: Opinion) -> Status[Any]:
    """With your opinion; or call it back without one when you have given it out."""

    def write(user: User, key: str) -> dict[str, Any]:
        return _step(services.hand_back(no, step, actor=user, opinion=body.opinion, idempotency_key=key))

    return Status(201, written(request, no, ["hand-back", no, step, body.opinion], write))
