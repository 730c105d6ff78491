"""Asking for an opinion that binds nobody, and urging whoever has the request."""

from decimal import Decimal
from typing import Final

from django.http import Http404

from accounts.models import User
from audit.models import Event
from policies.rules.calendar import working_hours_between
from workflows import rounds, rules
from workflows.authority import refusal_of_person
from workflows.engine import Round
from workflows.models import Consultation, Request, Watcher
from workflows.refusals import problem
from workflows.services.doors import Answer, door
from workflows.sharing import show

# Working hours between two reminders of one request.
PATIENCE: Final = Decimal(4)


def consult(no: str, *, user: User, text: str, actor: User, idempotency_key: str) -> Consultation:
    """Ask a colleague for his opinion (征询); he sees the request from then on, and decides nothing by it.

    Raises:
        Http404: no such request.
        Problem: the actor may not decide an open step (403), the colleague cannot be asked or nothing is asked (422).
    """
    words = text.strip()
    what = ["consult", no, user.pk, words]
    answer = door(actor, idempotency_key, what, lambda: _consult(no, user, words, actor), no=no)
    return Consultation.objects.select_related("asked", "asked_by").get(pk=answer["consultation"])


def _consult(no: str, user: User, text: str, actor: User) -> Answer:
    round_ = rounds.lock(no, actor)
    if refusal := refusal_to_ask(round_, actor):
        raise problem(refusal)
    if refusal := _refusal_of_asked(round_, user, actor):
        raise problem(refusal, "to")
    if not text:
        raise problem(rules.Refusal("question_missing", 422), "text")
    request = round_.request
    show(request, user, actor=actor)
    made = Consultation.objects.create(request=request, asked_by=actor, asked=user, text=text, asked_at=round_.now)
    rounds.note(round_, "request.consulted", reason=text, after={"asked": user.pk, "name": user.display_name})
    round_.tell("consulted", to=[user.pk], consultation=made.pk)
    rounds.save(round_)
    return {"consultation": made.pk}


def refusal_to_ask(round_: Round, actor: User) -> rules.Refusal | None:
    """Why this person may not ask for an opinion: he has no open step to decide."""
    found = [
        refusal_of_person(round_, step, actor, round_.submission.content_sha256)
        for step in round_.steps
        if step.status == "open"
    ]
    if not found:
        return rules.Refusal("request_closed", 409)
    return None if None in found else found[0]


def _refusal_of_asked(round_: Round, user: User, actor: User) -> rules.Refusal | None:
    request = round_.request
    if not user.is_active:
        return rules.Refusal("target_closed", 422)
    if user.person_id == actor.person_id:
        return rules.Refusal("target_same", 422)
    if request.confidential and not Request.objects.visible_to(user).filter(pk=request.pk).exists():
        return rules.Refusal("consult_confidential", 422)
    if Consultation.objects.filter(request=request, asked=user, answered_at__isnull=True).exists():
        return rules.Refusal("already_asked", 409)
    return None


def answer_consultation(no: str, consultation: int, *, text: str, actor: User, idempotency_key: str) -> Consultation:
    """Say one's opinion; it is kept with the request.

    Raises:
        Http404: the actor was not asked this.
        Problem: already answered or the request is closed (409): nobody waits for it; or nothing said (422).
    """
    words = text.strip()
    what = ["answer consultation", no, consultation, words]
    door(actor, idempotency_key, what, lambda: _answer(no, consultation, words, actor), no=no)
    return Consultation.objects.select_related("asked", "asked_by").get(pk=consultation)


def _answer(no: str, consultation: int, text: str, actor: User) -> Answer:
    round_ = rounds.lock(no, actor)
    rows = Consultation.objects.filter(request=round_.request, asked=actor).select_related("asked_by")
    found = rows.filter(pk=consultation).first()
    if found is None:
        raise Http404
    if round_.request.closed_at is not None:
        raise problem(rules.Refusal("request_closed", 409))
    if found.answered_at is not None:
        raise problem(rules.Refusal("already_answered", 409))
    if not text:
        raise problem(rules.Refusal("opinion_missing", 422), "text")
    found.answer, found.answered_at = text, round_.now
    found.save(update_fields=["answer", "answered_at"])
    rounds.note(round_, "request.opinion_given", reason=text, after={"consultation": found.pk})
    round_.tell("consultation_answered", to=[found.asked_by_id], consultation=found.pk)
    rounds.save(round_)
    return {"consultation": found.pk}


def remind(no: str, *, actor: User, idempotency_key: str) -> Request:
    """Urge whoever has the request (催办): its submitter, its owner, or who watches it, every four working hours.

    Raises:
        Http404: no such request.
        Problem: not one of these (403), nothing is open, or it was done a short while ago (409).
    """
    door(actor, idempotency_key, ["remind", no], lambda: _remind(no, actor), no=no)
    return Request.objects.get(no=no)


def _remind(no: str, actor: User) -> Answer:
    round_ = rounds.lock(no, actor)
    if refusal := refusal_to_remind(round_, actor):
        raise problem(refusal)
    open_steps = [step for step in round_.steps if step.status == "open"]
    rounds.note(round_, "request.reminded", after={"steps": [step.key for step in open_steps]})
    for step in open_steps:
        round_.tell("reminded", step)
    rounds.save(round_)
    return {"steps": [step.pk for step in open_steps]}


def refusal_to_remind(round_: Round, actor: User) -> rules.Refusal | None:
    """Why this person may not urge now, or None."""
    request = round_.request
    near = {user.person_id for user in (request.submitter, request.owner) if user is not None}
    watching = Watcher.objects.filter(request=request, ended_at__isnull=True, user__person_id=actor.person_id)
    if actor.person_id not in near and not watching.exists():
        return rules.Refusal("not_concerned")
    if not any(step.status == "open" for step in round_.steps):
        return rules.Refusal("nothing_open", 409)
    earlier = Event.objects.filter(stream=f"request:{request.no}", action="request.reminded")
    if (last := earlier.order_by("-stream_seq").first()) is not None:
        unit = request.unit
        passed = working_hours_between(last.at, round_.now, unit.time_zone, unit.holiday_calendar)
        if passed < PATIENCE:
            return rules.Refusal("reminded_lately", 409)
    return None
