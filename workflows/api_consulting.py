"""REST verbs under requests: ask for an opinion, answer with one, remind."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.models import User
from accounts.schemas import Cursor, Limit, Name, keyset
from workflows import services
from workflows.api import visible, written
from workflows.api_handing import colleague
from workflows.models import Consultation
from workflows.representations import detail_out
from workflows.schemas import RequestDetail
from workflows.schemas_handing import AnswerIn, ConsultationOut, ConsultationPage, ConsultIn

consulting = Router(tags=["requests"])


@consulting.post("/{no}/consultations", response={201: ConsultationOut}, summary="Ask for an opinion")
def consult(request: HttpRequest, no: Name, body: ConsultIn) -> Status[Any]:
    """The colleague sees the request from then on; it binds nobody."""

    def write(user: User, key: str) -> dict[str, Any]:
        to = colleague(body.to, "to")
        return _opinion(services.consult(no, user=to, text=body.text, actor=user, idempotency_key=key))

    return Status(201, written(request, no, ["consult", no, body.to, body.text], write))


@consulting.get("/{no}/consultations", response=ConsultationPage, summary="List opinions")
def list_opinions(request: HttpRequest, no: Name, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """The opinions that were asked for, newest first."""
    rows = Consultation.objects.filter(request=visible(request, no)).select_related("asked", "asked_by")
    page, following = keyset(rows.order_by("-pk"), cursor, limit)
    return {"items": [_opinion(row) for row in page], "next_cursor": following}


@consulting.post("/{no}/consultations/{int:consultation}/answer", response=ConsultationOut, summary="Give your opinion")
def answer(request: HttpRequest, no: Name, consultation: int, body: AnswerIn) -> dict[str, Any]:
    """Only who was asked, once."""

    def write(user: User, key: str) -> dict[str, Any]:
        said = services.answer_consultation(no, consultation, text=body.text, actor=user, idempotency_key=key)
        return _opinion(said)

    return written(request, no, ["answer-consultation", no, consultation, body.text], write)


def _opinion(row: Consultation) -> dict[str, Any]:
    names = ("text", "asked_at", "answer", "answered_at")
    given = {name: getattr(row, name) for name in names}
    return {"id": row.pk, "asked_by": row.asked_by.email, "asked": row.asked.email, **given}


@consulting.post("/{no}/remind", response=RequestDetail, summary="Remind")
def remind(request: HttpRequest, no: Name) -> dict[str, Any]:
    """Tell everybody who has to decide now that you are waiting; every four working hours at most."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.remind(no, actor=user, idempotency_key=key)
        return detail_out(visible(request, no), user)

    return written(request, no, ["remind", no], write)
