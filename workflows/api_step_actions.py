"""REST: take back, add and remove approvers, ask and answer; adapters over the same services as the pages."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from accounts.models import User
from accounts.schemas import Name
from workflows import services
from workflows.api import visible, written
from workflows.models import Question, Step
from workflows.representations import detail_out
from workflows.schemas import ReasonIn, RequestDetail
from workflows.schemas_step_actions import AddedOut, AdditionIn, QuestionOut, QuestionPage, TextIn

step_actions = Router(tags=["requests"])


@step_actions.post("/{no}/steps/{int:step}/take-back", response=RequestDetail, summary="Take back a decision")
def take_back(request: HttpRequest, no: Name, step: int, body: ReasonIn) -> dict[str, Any]:
    """Your own last decision, while nobody has decided after it; the step is asked again."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.take_back(no, step, actor=user, reason=body.reason, idempotency_key=key)
        return detail_out(visible(request, no), user)

    return written(request, no, ["take-back", step, body.reason, no], write)


@step_actions.post("/{no}/steps/{int:step}/approvers", response={201: AddedOut}, summary="Add an approver")
def add(request: HttpRequest, no: Name, step: int, body: AdditionIn) -> Status[Any]:
    """Before, beside or after your own open step; nothing that the policy asks is taken away."""

    def write(user: User, key: str) -> dict[str, Any]:
        added = services.add_approver(
            no,
            step,
            actor=user,
            user=get_object_or_404(User, pk=body.user) if body.user is not None else None,
            role=body.role,
            where=body.where,
            mode=body.mode,
            reason=body.reason,
            idempotency_key=key,
        )
        return _added(no, added)

    return Status(201, written(request, no, ["add", step, body.model_dump(mode="json"), no], write))


def _added(no: str, step: Step) -> dict[str, Any]:
    names = ("key", "role", "mode", "stage", "status")
    return {"request": no, "step": step.pk, **{name: getattr(step, name) for name in names}}


@step_actions.post("/{no}/steps/{int:step}/remove", response=RequestDetail, summary="Remove an added approver")
def remove(request: HttpRequest, no: Name, step: int, body: ReasonIn) -> dict[str, Any]:
    """Your own addition, before it was answered and before you have decided yourself."""

    def write(user: User, key: str) -> dict[str, Any]:
        services.remove_approver(no, step, actor=user, reason=body.reason, idempotency_key=key)
        return detail_out(visible(request, no), user)

    return written(request, no, ["remove", step, body.reason, no], write)


@step_actions.get("/{no}/questions", response=QuestionPage, summary="List questions")
def list_questions(request: HttpRequest, no: Name) -> dict[str, Any]:
    """What approvers asked the submitter, with the answers."""
    rows = Question.objects.filter(request=visible(request, no)).select_related("asked_by", "answered_by")
    return {"items": [_question(row) for row in rows]}


@step_actions.post("/{no}/steps/{int:step}/questions", response={201: QuestionOut}, summary="Ask the submitter")
def ask(request: HttpRequest, no: Name, step: int, body: TextIn) -> Status[Any]:
    """The working hours of your step stand until it is answered."""

    def write(user: User, key: str) -> dict[str, Any]:
        return _question(services.ask_submitter(no, step, actor=user, text=body.text, idempotency_key=key))

    return Status(201, written(request, no, ["ask", step, body.text, no], write))


@step_actions.post("/{no}/questions/{int:question}/answer", response=QuestionOut, summary="Answer a question")
def answer(request: HttpRequest, no: Name, question: int, body: TextIn) -> dict[str, Any]:
    """As the submitter, or as who looks after the customer; the clock goes on."""

    def write(user: User, key: str) -> dict[str, Any]:
        return _question(services.answer_question(no, question, actor=user, text=body.text, idempotency_key=key))

    return written(request, no, ["answer", question, body.text, no], write)


def _question(row: Question) -> dict[str, Any]:
    return {
        "id": row.pk,
        "step": row.step_id,
        "asked_by": row.asked_by.display_name,
        "text": row.text,
        "asked_at": row.asked_at,
        "answered_by": row.answered_by.display_name if row.answered_by else None,
        "answer": row.answer,
        "closed_at": row.closed_at,
    }
