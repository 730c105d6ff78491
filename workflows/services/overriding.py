"""What the owner of the policy may do when a request is stuck: decide a step in its place, or declare it void."""

from accounts.models import User
from audit.origin import current as current_origin
from policies.queries import pinned_pack
from workflows import rounds, rules
from workflows.authority import refusal_to_override
from workflows.content import conditions_to_json
from workflows.engine import Round, close
from workflows.models import Capacity, Decision, Origin, Request, State
from workflows.people import Standing
from workflows.preview import sha256_of
from workflows.refusals import problem
from workflows.services.doors import Answer, door, step_in
from workflows.staffing import duties


def override(
    no: str,
    step_id: int,
    *,
    actor: User,
    verb: str,
    content_sha256: str,
    reason: str,
    idempotency_key: str,
    conditions: rules.Conditions | None = None,
) -> Decision:
    """Decide an open step in its holder's place, as the owner of the policy and with a reason.

    Segregation of duties and ceilings hold for him as for everybody; the decision is marked.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: refused, with a code of `workflows.refusals`.
    """
    asked, words = dict(conditions or {}), reason.strip()
    what = ["override", no, step_id, verb, words, sha256_of(conditions_to_json(asked)), content_sha256]
    answer = door(
        actor,
        idempotency_key,
        what,
        lambda: _override(no, step_id, actor, verb, content_sha256, words, asked),
        no=no,
    )
    return Decision.objects.select_related("step", "request").get(pk=answer["decision"])


def _override(
    no: str, step_id: int, actor: User, verb: str, sha: str, reason: str, conditions: rules.Conditions
) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    if refusal := refusal_to_override(round_, step, actor, verb, sha, reason, conditions):
        raise problem(refusal, {"reason_missing": "reason"}.get(refusal.code, ""))
    marked = Standing(Capacity.OVERRIDE)
    said = rounds.write_decision(round_, step, actor, verb, reason, conditions, current_origin().channel, marked)
    round_.tell("overridden", step)
    if verb == rules.RETURN:
        rounds.return_within_a_day(round_, step)
    if verb == rules.OBJECT and step.origin == Origin.POLICY:
        rounds.ask_more(round_, {"objected": True})
    rounds.advance(round_, step.task, actor)
    rounds.save(round_)
    return {"decision": said.pk}


def void(no: str, *, actor: User, reason: str, idempotency_key: str) -> Request:
    """Declare an open request void (作废): the owner of the policy, with a reason; its letter is taken back.

    Raises:
        Http404: no such request.
        Problem: not the owner of the policy (403), already closed or in force (409), or no reason (422).
    """
    words = reason.strip()
    door(actor, idempotency_key, ["void request", no, words], lambda: _void(no, actor, words), no=no)
    return Request.objects.get(no=no)


def _void(no: str, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    request = round_.request
    if refusal := refusal_to_void(round_, actor):
        raise problem(refusal)
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    signing = request.state == State.SIGNING
    for step in round_.steps:
        if step.status in ("open", "waiting"):
            close(step, round_)
    request.state, request.closed_at = State.VOID, round_.now
    round_.kind.flow.instance.cancel(request.process)
    if signing:
        round_.kind.undo(round_.letter(), round_.effect())
    else:
        round_.kind.withdrawn(round_.letter(), actor)
    what = rounds.note(round_, "request.voided", reason=reason)
    round_.tell("voided", event=what.pk)
    rounds.save(round_)
    return {"state": request.state}


def refusal_to_void(round_: Round, actor: User) -> rules.Refusal | None:
    """Why this person may not declare the request void now, or None."""
    request = round_.request
    if not owns_policy(round_, actor):
        return rules.Refusal("not_policy_owner")
    if refusal := interest_of(round_, actor):
        return refusal
    if request.closed_at is not None:
        return rules.Refusal("request_closed", 409)
    return rules.Refusal("in_force", 409) if request.effective_at is not None else None


def interest_of(round_: Round, actor: User) -> rules.Refusal | None:
    """Why what becomes of the request is not this person's to say: he asked for it, wrote it or owns the customer."""
    apart = duties(round_)
    if actor.person_id == apart.submitter:
        return rules.Refusal("own_request")
    if actor.person_id in apart.owners:
        return rules.Refusal("own_customer")
    return rules.Refusal("edited_it") if actor.person_id in apart.editors else None


def owns_policy(round_: Round, actor: User) -> bool:
    """Whether he holds the role that owns the policy (parameter `policy_owner`), for this place."""
    submission = round_.submission
    owner = pinned_pack(submission.policy_number, submission.policy_digest).parameters.policy_owner
    return round_.staff is not None and round_.staff.holds(actor, owner)
