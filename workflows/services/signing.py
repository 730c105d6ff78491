"""What was agreed and has to be signed: complete, or given up."""

from accounts.models import User
from workflows import rounds, rules
from workflows.models import Request, State
from workflows.refusals import problem
from workflows.services.doors import Answer, door


def complete_signing(no: str, *, actor: User, idempotency_key: str, note: str = "") -> Request:
    """Everybody has signed what was agreed: it takes effect. The kind has made sure of the signatures.

    Args:
        note: what was checked, for the trail.

    Raises:
        Http404: no such request.
        Problem: it is not waiting for signatures (409).
    """
    door(actor, idempotency_key, ["signed", no, note], lambda: _complete_signing(no, actor, note), no=no)
    return Request.objects.get(no=no)


def _complete_signing(no: str, actor: User, note: str) -> Answer:
    round_ = rounds.lock(no, actor)
    request = round_.request
    if request.state != State.SIGNING or request.process is None:
        raise problem(rules.Refusal("not_signing", 409))
    rounds.note(round_, "request.signed", reason=note)
    task = request.process.task_set.get(flow_task=round_.kind.flow.sign, finished__isnull=True)
    rounds.advance(round_, task, actor)
    rounds.save(round_)
    return {"state": request.state}


def void_signing(no: str, *, actor: User, reason: str, idempotency_key: str) -> Request:
    """Give up what was agreed but will not be signed: the submitter, with a reason; the domain takes it back.

    Raises:
        Http404: no such request.
        Problem: not the submitter (403), not waiting for signatures (409), or no reason (422).
    """
    door(actor, idempotency_key, ["void", no, reason.strip()], lambda: _void_signing(no, actor, reason.strip()), no=no)
    return Request.objects.get(no=no)


def _void_signing(no: str, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    request = round_.request
    if request.submitter.person_id != actor.person_id:
        raise problem(rules.Refusal("not_yours"))
    if request.state != State.SIGNING:
        raise problem(rules.Refusal("not_signing", 409))
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    request.state, request.closed_at = State.VOID, round_.now
    round_.kind.flow.instance.cancel(request.process)
    round_.kind.undo(round_.letter(), round_.effect())
    what = rounds.note(round_, "request.voided", reason=reason)
    round_.tell("voided", event=what.pk)
    rounds.save(round_)
    return {"state": request.state}
