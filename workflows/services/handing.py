"""A step goes to somebody else: transferred for good, or given out for an opinion and handed back."""

from typing import Any

from accounts.models import User
from workflows import rounds, rules
from workflows.authority import refusal_of_person
from workflows.engine import Round, release
from workflows.models import Handover, Request, Step, personal_key
from workflows.people import Standing
from workflows.refusals import problem
from workflows.services.doors import Answer, door, step_in
from workflows.staffing import duties


def transfer(no: str, step_id: int, *, to: User, actor: User, reason: str, idempotency_key: str) -> Step:
    """Hand a step over to somebody of the same or higher authority (转办): he decides it, the others no longer.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: the actor may not decide it, the other may not take it, or there is no reason.
    """
    words = reason.strip()
    what = ["transfer", no, step_id, to.pk, words]
    door(actor, idempotency_key, what, lambda: _transfer(no, step_id, to, actor, words), no=no)
    return Step.objects.select_related("assignee").get(pk=step_id)


def _transfer(no: str, step_id: int, to: User, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    standing = check_hands(round_, step, actor, reason)
    if refusal := _refusal_to_take(round_, step, to, actor):
        raise problem(refusal, "to")
    release(step, round_)
    before = step.queue_key
    step.assignee, step.queue_key = to, personal_key(to.pk)
    moved = hand_over(round_, step, Handover.Verb.TRANSFER, before, standing.principal or actor, to, reason)
    rounds.note(
        round_,
        "request.transferred",
        on_behalf_of=standing.principal,
        reason=reason,
        before={"pool": before},
        after={"step": step.key, "to": to.pk, "name": to.display_name},
    )
    round_.tell("transferred", step, to=[to.pk], handover=moved.pk)
    round_.tell("opened", step, handover=moved.pk)  # for whoever acts for him: it was not given to them
    rounds.save(round_)
    return {"step": step.pk}


def _refusal_to_take(round_: Round, step: Step, to: User, actor: User) -> rules.Refusal | None:
    """Why this person may not be given the step: authority and the persons who must stay apart, at assignment."""
    if refusal := _refusal_of_whom(round_, step, to, actor):
        return refusal
    staff = round_.staff
    if staff is not None and step.mode != "comment" and not staff.may_take(to, step):
        return rules.Refusal("target_no_authority", 422)
    ahead = [each for each in round_.steps if each.status in ("waiting", "open") and each.pk != step.pk]
    if staff is not None:
        gone = duties(round_).decided | {to.person_id}
        alone = next((each for each in ahead if staff.persons(each) and not staff.persons(each) - gone), None)
        if alone is not None:
            return rules.Refusal("target_needed_later", 422, {"role": alone.role})
    return None


def _refusal_of_whom(round_: Round, step: Step, to: User, actor: User) -> rules.Refusal | None:
    to.refresh_from_db(fields=["is_active"])
    if not to.is_active:
        return rules.Refusal("target_closed", 422)
    if to.person_id == actor.person_id or step.assignee_id == to.pk or step.queue_key == personal_key(to.pk):
        return rules.Refusal("target_same", 422)
    apart = duties(round_)
    if to.person_id in apart.everybody:
        return rules.Refusal("target_apart", 422)
    return None


def delegate_step(no: str, step_id: int, *, to: User, actor: User, reason: str, idempotency_key: str) -> Step:
    """Give a step out for an opinion (委派): it comes back, and whoever had it decides.

    Raises:
        Http404, Problem: as `transfer`; no authority is needed for an opinion, but sight of a confidential request.
    """
    words = reason.strip()
    what = ["delegate step", no, step_id, to.pk, words]
    door(actor, idempotency_key, what, lambda: _delegate_step(no, step_id, to, actor, words), no=no)
    return Step.objects.get(pk=step_id)


def _delegate_step(no: str, step_id: int, to: User, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    standing = check_hands(round_, step, actor, reason)
    if step.is_out:
        raise problem(rules.Refusal("already_out", 409))
    if refusal := _refusal_of_whom(round_, step, to, actor):
        raise problem(refusal, "to")
    seen = Request.objects.visible_to(to).filter(pk=round_.request.pk)
    if round_.request.confidential and not seen.exists():
        raise problem(rules.Refusal("consult_confidential", 422), "to")
    before = step.queue_key
    step.queue_key = personal_key(to.pk)
    given = hand_over(round_, step, Handover.Verb.DELEGATE, before, actor, to, reason)
    rounds.note(
        round_,
        "request.step_delegated",
        on_behalf_of=standing.principal,
        reason=reason,
        after={"step": step.key, "to": to.pk, "name": to.display_name},
    )
    round_.tell("delegated", step, to=[to.pk], handover=given.pk)
    rounds.save(round_)
    return {"step": step.pk}


def hand_back(no: str, step_id: int, *, actor: User, opinion: str, idempotency_key: str) -> Step:
    """Hand a step back with one's opinion; whoever may decide it can also call it back without one.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: it was not given out (409), not to this person (403), or there is no opinion (422).
    """
    words = opinion.strip()
    door(actor, idempotency_key, ["hand back", no, step_id, words], lambda: _back(no, step_id, actor, words), no=no)
    return Step.objects.get(pk=step_id)


def _back(no: str, step_id: int, actor: User, opinion: str) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    if step.status != "open" or not step.is_out:
        raise problem(rules.Refusal("not_out", 409))
    given = step.handovers.filter(verb=Handover.Verb.DELEGATE).select_related("to_user").last()
    if given is None:
        raise problem(rules.Refusal("not_out", 409))
    if given.to_user_id == actor.pk:
        if not opinion:
            raise problem(rules.Refusal("opinion_missing", 422), "opinion")
    elif refusal := refusal_of_person(round_, step, actor, round_.submission.content_sha256):
        raise problem(refusal)
    before, step.queue_key = step.queue_key, given.from_key
    back = hand_over(round_, step, Handover.Verb.HAND_BACK, before, given.to_user, given.from_user, opinion)
    rounds.note(round_, "request.handed_back", reason=opinion, after={"step": step.key, "pool": step.queue_key})
    if given.to_user_id == actor.pk:
        round_.tell("handed_back", step, to=[given.from_user_id], handover=back.pk)
    else:
        round_.tell("released", step, to=[given.to_user_id], handover=back.pk)
    rounds.save(round_)
    return {"step": step.pk}


def check_hands(round_: Round, step: Step, actor: User, reason: str) -> Standing:
    """Whoever gives a step away could decide it himself, and says why. Raises Problem."""
    if refusal := refusal_of_person(round_, step, actor, round_.submission.content_sha256):
        raise problem(refusal)
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    standing = round_.staff.standing(step, actor) if round_.staff else None
    if standing is None:
        raise problem(rules.Refusal("no_authority"))
    return standing


def hand_over(
    round_: Round, step: Step, verb: str, before: str, from_user: User | None, to_user: User | None, reason: str
) -> Handover:
    """Insert where the step went, and remember that its row has to be written."""
    said: dict[str, Any] = {"reason": reason, "at": round_.now, "actor": round_.actor}
    round_.touch(step)
    return Handover.objects.create(
        step=step, verb=verb, from_user=from_user, to_user=to_user, from_key=before, to_key=step.queue_key, **said
    )
