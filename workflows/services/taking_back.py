"""Taking back one's own last decision, while nobody has acted on it."""

from accounts.models import User
from workflows import rounds, rules
from workflows.again import supersede
from workflows.engine import Round
from workflows.models import Decision, Origin, Request, State, Step
from workflows.refusals import problem
from workflows.routing import hold_back, open_due
from workflows.services.doors import Answer, door, step_in


def take_back(no: str, step_id: int, *, actor: User, reason: str, idempotency_key: str) -> Request:
    """Take back what one said in a step: it is asked again, and what it had opened waits.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: somebody else's decision (403), somebody has decided since or the request is not in review any more
            (409), or no reason (422).
    """
    what = ["take_back", no, step_id, reason.strip()]
    door(actor, idempotency_key, what, lambda: _take_back(no, step_id, actor, reason.strip()), no=no)
    return Request.objects.get(no=no)


def _take_back(no: str, step_id: int, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    if refusal := refusal_to_take_back(round_, step, actor):
        raise problem(refusal)
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    before = {"step": step.key, "status": step.status, "verb": step.decision.verb}
    reopened = _reopen_closed_by(round_, step.decision)
    copy = supersede(round_, step)
    _keep_clock(copy, step)
    held = hold_back(round_)
    open_due(round_)
    after = {"steps": [copy.key], "waiting": [each.key for each in held], "reopened": [each.key for each in reopened]}
    what = rounds.note(round_, "request.taken_back", reason=reason, before=before, after=after)
    round_.tell("taken_back", step, event=what.pk)
    rounds.save(round_)
    return {"step": copy.pk, "state": round_.request.state}


def refusal_to_take_back(round_: Round, step: Step, actor: User) -> rules.Refusal | None:
    """Why this person may not take back what was said in the step, or None."""
    decision = getattr(step, "decision", None)
    if decision is None or step.status in rules.GONE:
        return rules.Refusal("step_closed", 409)
    if decision.person_id != actor.person_id:
        return rules.Refusal("not_your_decision")
    if round_.request.state != State.IN_REVIEW or round_.request.effective_at is not None:
        return rules.Refusal("not_under_way", 409)
    if any(later.pk > decision.pk for later in _standing_decisions(round_)):
        return rules.Refusal("decided_since", 409)
    if step.status == "objected" and step.origin == Origin.POLICY:
        return rules.Refusal("objection_stands", 409)
    return None


def _standing_decisions(round_: Round) -> list[Decision]:
    counting = (step for step in round_.steps if step.status not in rules.GONE and hasattr(step, "decision"))
    return [step.decision for step in counting]


def _reopen_closed_by(round_: Round, decision: Decision) -> list[Step]:
    """Seats and opinions that this decision made superfluous are asked for again."""
    closed = [step for step in round_.steps if step.status == "not_needed" and step.closed_at == decision.decided_at]
    for step in closed:
        step.status, step.task, step.paused_at, step.closed_at = "waiting", None, step.closed_at, None
        round_.touch(step)
    return closed


def _keep_clock(copy: Step, step: Step) -> None:
    """The time between the decision and its taking back does not count; the time before it does."""
    copy.opened_at, copy.due_at, copy.next_at, copy.paused_at = (
        step.opened_at,
        step.due_at,
        step.next_at,
        step.closed_at,
    )
