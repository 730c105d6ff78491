"""REST verbs under requests: transfer, delegate and hand back, consult, remind, override and void."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.models import User
from accounts.problems import Problem
from accounts.schemas import Cursor, Limit, Name, acting, idempotency_key, keyset
from jobs.answers import answered_once
from workflows import services
from workflows.models import Consultation, Request, Step
from workflows.representations import detail_out
from workflows.schemas import DecisionOut, ReasonIn, RequestDetail
from workflows.schemas_hands import (
    AnswerIn,
    ConsultationOut,
    ConsultationPage,
    ConsultIn,
    Opinion,
    OverrideIn,
    StepAt,
    ToWhom,
)
from workflows.services.handing import is_out

hands = Router(tags=["requests"])
Write = Callable[[User, str], dict[str, Any]]


def colleague(address: str, field: str) -> User:
    """The open account with this address. Raises Problem (422) naming the field."""
    found = User.objects.filter(email=User.normal_email(address), is_active=True).first()
    if found is None:
        sentence = _("Nobody with this address has an account here.")
        raise Problem("unknown_account", 422, sentence, [{"field": field, "message": sentence}])
    return found


def _seen(request: HttpRequest, no: str) -> Request:
    people = ("customer__unit", "customer__owner", "unit", "region", "submitter__person", "owner__person")
    return get_object_or_404(Request.objects.visible_to(acting(request)).select_related(*people), no=no)


def _once(request: HttpRequest, no: str, what: list[Any], write: Write) -> dict[str, Any]:
    _seen(request, no)
    user, key = acting(request), idempotency_key(request)
    return answered_once(user, key, what, lambda: write(user, key))


def _step(step: Step) -> dict[str, Any]:
    with_whom = User.objects.filter(pk=int(step.queue_key[1:])).first() if is_out(step) else None
    return {
        "request": step.request.no,
        "step": step.pk,
        "status": step.status,
        "assignee": step.assignee.email if step.assignee else None,
        "with_whom": with_whom.email if with_whom else None,
    }


@hands.post("/{no}/steps/{int:step}/transfer", response={201: StepAt}, summary="Transfer a step")
def transfer(request: HttpRequest, no: Name, step: int, body: ToWhom) -> Status[Any]:
    """Somebody of the same or higher authority decides it in your place."""

    def write(user: User, key: str) -> dict[str, Any]:
        to = colleague(body.to, "to")
        return _step(services.transfer(no, step, to=to, actor=user, reason=body.reason, idempotency_key=key))

    return Status(201, _once(request, no, ["transfer", no, step, body.to, body.reason], write))


@hands.post("/{no}/steps/{int:step}/delegate", response={201: StepAt}, summary="Give a step out for an opinion")
def delegate_step(request: HttpRequest, no: Name, step: int, body: ToWhom) -> Status[Any]:
    """It comes back to you with an opinion, and you decide."""

    def write(user: User, key: str) -> dict[str, Any]:
        to = colleague(body.to, "to")
        return _step(services.delegate_step(no, step, to=to, actor=user, reason=body.reason, idempotency_key=key))

    return Status(201, _once(request, no, ["delegate-step", no, step, body.to, body.reason], write))


@hands.post("/{no}/steps/{int:step}/hand-back", response={201: StepAt}, summary="Hand a step back")
def hand_back(request: HttpRequest, no: Name, step: int, body: Opinion) -> Status[Any]:
    """With your opinion; or call it back without one when you have given it out."""

    def write(user: User, key: str) -> dict[str, Any]:
        return _step(services.hand_back(no, step, actor=user, opinion=body.opinion, idempotency_key=key))

    return Status(201, _once(request, no, ["hand-back", no, step, body.opinion], write))


@hands.post("/{no}/steps/{int:step}/override", response={201: DecisionOut}, summary="Override a step")
def override(request: HttpRequest, no: Name, step: int, body: OverrideIn) -> Status[Any]:
    """As the owner of the policy, with a reason; duties and ceilings hold, and it is marked."""

    def write(user: User, key: str) -> dict[str, Any]:
        said = services.override(no, step, actor=user, idempotency_key=key, **body.model_dump())
        state = said.request.state
        return {"request": no, "step": step, "verb": said.verb, "decided_at": said.decided_at, "state": state}

    return Status(201, _once(request, no, ["override", no, step, body.model_dump(mode="json")], write))


@hands.post("/{no}/consultations", response={201: ConsultationOut}, summary="Ask for an opinion")
def consult(request: HttpRequest, no: Name, body: ConsultIn) -> Status[Any]:
    """The colleague sees the request from then on; it binds nobody."""

    def write(user: User, key: str) -> dict[str, Any]:
        to = colleague(body.to, "to")
        return _opinion(services.consult(no, user=to, text=body.text, actor=user, idempotency_key=key))

    return Status(201, _once(request, no, ["consult", no, body.to, body.text], write))


@hands.get("/{no}/consultations", response=ConsultationPage, summary="List opinions")
def list_opinions(request: HttpRequest, no: Name, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """The opinions that were asked for, newest first."""
    rows = Consultation.objects.filter(request=_seen(request, no)).select_related("asked", "asked_by")
    page, following = keyset(rows.order_by("-pk"), cursor, limit)
    return {"items": [_opinion(row) for row in page], "next_cursor": following}


@hands.post("/{no}/consultations/{int:consultation}/answer", response=ConsultationOut, summary="Give your opinion")
def answer(request: HttpRequest, no: Name, consultation: int, body: AnswerIn) -> dict[str, Any]:
    """Only who was asked, once."""

    def write(user: User, key: str) -> dict[str, Any]:
        said = services.answer_consultation(no, consultation, text=body.text, actor=user, idempotency_key=key)
        return _opinion(said)

    return _once(request, no, ["answer-consultation", no, consultation, body.text], write)


def _opinion(row: Consultation) -> dict[str, Any]:
    names = ("text", "asked_at", "answer", "answered_at")
    given = {name: getattr(row, name) for name in names}
    return {"id": row.pk, "asked_by": row.asked_by.email, "asked": row.asked.email, **given}


@hands.post("/{no}/remind", response=RequestDetail, summary="Remind")
def remind(request: HttpRequest, no: Name) -> dict[str, Any]:
    """Tell everybody who has to decide now that you are waiting; every four working hours at most."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.remind(no, actor=user, idempotency_key=key)
        return detail_out(_seen(request, no), user)

    return _once(request, no, ["remind", no], write)


@hands.post("/{no}/void", response=RequestDetail, summary="Declare a request void")
def void(request: HttpRequest, no: Name, body: ReasonIn) -> dict[str, Any]:
    """As the owner of the policy, with a reason; the request ends for good."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.void(no, actor=user, reason=body.reason, idempotency_key=key)
        return detail_out(_seen(request, no), user)

    return _once(request, no, ["void", no, body.reason], write)
