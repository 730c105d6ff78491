"""Asking the submitter for information: no decision, and the clock of the step stands until he has answered."""

from django.http import Http404

from accounts.models import User
from workflows import rounds, rules
from workflows.authority import refusal_of_person
from workflows.models import Question, State
from workflows.refusals import problem
from workflows.services.doors import Answer, door, step_in
from workflows.staffing import duties


def ask_submitter(no: str, step_id: int, *, actor: User, text: str, idempotency_key: str) -> Question:
    """Ask the submitter something; the working hours of the step do not run on until it is answered.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: the actor may not decide the step (403 or 409), a question is out already (409), or no text (422).
    """
    what = ["ask", no, step_id, text.strip()]
    answer = door(actor, idempotency_key, what, lambda: _ask(no, step_id, actor, text.strip()), no=no)
    return Question.objects.get(pk=answer["question"])


def _ask(no: str, step_id: int, actor: User, text: str) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    if refusal := refusal_of_person(round_, step, actor, round_.submission.content_sha256):
        raise problem(refusal)
    if round_.request.state != State.IN_REVIEW:
        raise problem(rules.Refusal("not_under_way", 409))
    if step.paused_at is not None:
        raise problem(rules.Refusal("question_out", 409))
    if not text:
        raise problem(rules.Refusal("text_missing", 422), "text")
    question = Question.objects.create(
        request=round_.request, step=step, asked_by=actor, text=text, asked_at=round_.now
    )
    round_.stop_clock(step)
    rounds.note(round_, "request.question_asked", reason=text, after={"step": step.key, "question": question.pk})
    round_.tell("question", step, question=question.pk)
    rounds.save(round_)
    return {"question": question.pk}


def answer_question(no: str, question_id: int, *, actor: User, text: str, idempotency_key: str) -> Question:
    """Answer what an approver asked: the submitter, or who looks after the customer; the clock goes on.

    Raises:
        Http404: no such request, or the question is not about it.
        Problem: not asked (403), already answered or closed (409), or no text (422).
    """
    what = ["answer", no, question_id, text.strip()]
    door(actor, idempotency_key, what, lambda: _answer(no, question_id, actor, text.strip()), no=no)
    return Question.objects.get(pk=question_id)


def _answer(no: str, question_id: int, actor: User, text: str) -> Answer:
    round_ = rounds.lock(no, actor)
    question = Question.objects.filter(pk=question_id, request=round_.request).first()
    if question is None:
        raise Http404
    apart = duties(round_)
    if actor.person_id not in apart.owners | {apart.submitter}:
        raise problem(rules.Refusal("not_asked"))
    if question.closed_at is not None:
        raise problem(rules.Refusal("question_closed", 409))
    if not text:
        raise problem(rules.Refusal("text_missing", 422), "text")
    question.answer, question.answered_by, question.closed_at = text, actor, round_.now
    question.save(update_fields=["answer", "answered_by", "closed_at"])
    step = next((each for each in round_.steps if each.pk == question.step_id), None)
    if step is not None and step.status == "open":
        round_.start_clock(step)
    rounds.note(round_, "request.question_answered", reason=text, after={"question": question.pk})
    round_.tell("answered", step, question=question.pk, to=[question.asked_by_id])
    rounds.save(round_)
    return {"question": question.pk}
