"""The only doors through which a request changes: submit, decide, withdraw, resubmit.

Pages, API, timers and commands call these. Each is one transaction under the request's row lock, with its event;
a refusal leaves a record of its own after the rollback.
"""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import Http404

from accounts.models import User
from accounts.problems import Problem
from audit.origin import current as current_origin
from audit.refusals import record_refusal
from jobs.idempotency import once
from policies.rules.calendar import business_date
from workflows import rounds, rules
from workflows.authority import refusal_of
from workflows.content import conditions_to_json
from workflows.engine import Round, close
from workflows.kind import Kind
from workflows.models import Decision, Request, State, Step
from workflows.preview import preview, sha256_of
from workflows.refusals import infeasible, problem

Answer = dict[str, Any]


def _door(actor: User, key: str, what: list[Any], run: Callable[[], Answer], no: str = "", letter: str = "") -> Answer:
    """One transaction that happens once for a key; write down why it stayed shut."""
    try:
        return once(actor, key, what, run)[0]
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise problem(rules.Refusal("busy", 409)) from error
    except Problem as refusal:
        request = Request.objects.filter(no=no).select_related("customer").first() if no else None
        record_refusal(
            actor=actor,
            code=refusal.code,
            reason=refusal.title,
            object_type="request" if request else "letter",
            object_id=str(request.pk) if request else letter,
            object_label=no or letter,
            request_no=request.no if request else None,
            customer_id=request.customer_id if request else None,
            customer_label=request.customer_name if request else "",
            extra={"attempted": what[0]},
        )
        raise


def submit(kind: Kind, letter_id: int, *, actor: User, idempotency_key: str) -> Request:
    """Send a letter on its way: freeze content, policy and plan, open the first steps.

    Args:
        letter_id: the domain row; the caller has made sure that the actor may see it.

    Raises:
        Http404: no such letter.
        Problem: already submitted (409), or not submittable with one sentence per reason (422).
    """
    what = ["submit", kind.code, letter_id]
    answer = _door(
        actor,
        idempotency_key,
        what,
        lambda: _submit(kind, letter_id, actor),
        letter=f"{kind.code}/{letter_id}",
    )
    return Request.objects.get(no=answer["no"])


def _submit(kind: Kind, letter_id: int, actor: User) -> Answer:
    letter = kind.lock(letter_id)
    if letter is None:
        raise Http404
    if Request.objects.filter(kind=kind.code, letter_id=letter_id).exclude(state=State.WITHDRAWN).exists():
        raise problem(rules.Refusal("already_submitted", 409))
    shown = preview(kind, letter, actor)
    if not shown.submittable:
        raise infeasible(list(shown.blocks))
    customer = letter.customer
    unit = customer.unit if customer else letter.unit
    request = Request.objects.create(
        no=rounds.next_number(kind.prefix, business_date(shown.now, unit.time_zone)),
        kind=kind.code,
        letter_id=letter_id,
        customer=customer,
        unit=unit,
        submitter=actor,
        created_at=shown.now,
        **rounds.envelope(shown.assessment),
    )
    kind.submitted(letter, actor)
    round_ = rounds.start(kind, request, shown, actor)
    _note_submission(round_, "request.submitted")
    request.process = kind.flow.submitted.run(round_=round_)
    rounds.save(round_)
    return {"no": request.no}


def _note_submission(round_: Round, action: str) -> None:
    submission = round_.submission
    rounds.note(
        round_,
        action,
        content_sha256=submission.content_sha256,
        after={
            "round": submission.round,
            "amount": round_.request.amount,
            "currency": round_.request.currency,
            "plan": submission.plan_digest,
            "steps": [step.key for step in round_.steps],
            "skipped": [step.key for step in round_.steps if step.status == "skipped"],
        },
        rules=sorted({reason["code"] for step in round_.steps for reason in step.reasons}),
    )


def decide(
    no: str,
    step_id: int,
    *,
    actor: User,
    verb: str,
    content_sha256: str,
    idempotency_key: str,
    reason: str = "",
    conditions: rules.Conditions | None = None,
) -> Decision:
    """Decide a step: the only door for approve, approve with conditions, return, reject and object.

    Args:
        content_sha256: digest of the content that the actor had before him.
        reason: needed for everything but a plain approval.
        conditions: for `approve_conditional`, by the names of the kind's fields; they only tighten.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: refused, with a code of `workflows.refusals`; nothing has changed.
    """
    asked, words = dict(conditions or {}), reason.strip()
    what = ["decide", no, step_id, verb, words, sha256_of(conditions_to_json(asked)), content_sha256]
    made: list[Decision] = []
    answer = _door(
        actor,
        idempotency_key,
        what,
        lambda: _decide(no, step_id, actor, verb, content_sha256, words, asked, made),
        no=no,
    )
    return made[0] if made else Decision.objects.select_related("step", "request").get(pk=answer["decision"])


def _decide(
    no: str,
    step_id: int,
    actor: User,
    verb: str,
    sha: str,
    reason: str,
    conditions: rules.Conditions,
    made: list[Decision],
) -> Answer:
    round_ = rounds.lock(no, actor)
    step = next((each for each in round_.steps if each.pk == step_id), None)
    if step is None:
        if Step.objects.filter(pk=step_id, request=round_.request).exists():
            raise problem(rules.Refusal("step_closed", 409))
        raise Http404
    if refusal := refusal_of(round_, step, actor, verb, sha, reason, conditions):
        raise problem(refusal, {"reason_missing": "reason"}.get(refusal.code, ""))
    decision = rounds.write_decision(round_, step, actor, verb, reason, conditions, current_origin().channel)
    made.append(decision)
    if verb == rules.RETURN:
        rounds.return_within_a_day(round_)
    if verb == rules.OBJECT:
        rounds.ask_more(round_, {"objected": True})
    rounds.advance(round_, step.task, actor)
    rounds.save(round_)
    return {"decision": decision.pk, "state": round_.request.state}


def withdraw(no: str, *, actor: User, reason: str, idempotency_key: str) -> Request:
    """Take a request back before anybody has decided in its round, or while it is returned.

    Raises:
        Http404: no such request.
        Problem: not the submitter (403), or too late (409).
    """
    what = ["withdraw", no, reason.strip()]
    _door(actor, idempotency_key, what, lambda: _withdraw(no, actor, reason.strip()), no=no)
    return Request.objects.get(no=no)


def _withdraw(no: str, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    request = round_.request
    if request.submitter.person_id != actor.person_id:
        raise problem(rules.Refusal("not_yours"))
    if request.closed_at is not None or request.state not in (State.IN_REVIEW, State.RETURNED):
        raise problem(rules.Refusal("step_closed", 409))
    if request.state == State.IN_REVIEW and any(hasattr(step, "decision") for step in round_.steps):
        raise problem(rules.Refusal("too_late", 409))
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    for step in round_.steps:
        if step.status in ("open", "waiting"):
            close(step, round_)
    request.state, request.closed_at = State.WITHDRAWN, round_.now
    # Re-read under our lock: Flow.cancel writes the whole instance that it is given.
    round_.kind.flow.instance.cancel(request.process)
    round_.kind.withdrawn(round_.kind.lock(request.letter_id), actor)
    rounds.note(round_, "request.withdrawn", reason=reason)
    rounds.save(round_)
    return {"state": request.state}


def resubmit(no: str, *, actor: User, idempotency_key: str) -> Request:
    """Send a returned request on its way again: a new round on the revised letter and the policy of today.

    Raises:
        Http404: no such request.
        Problem: not the submitter (403), not returned (409), or not submittable (422).
    """
    _door(actor, idempotency_key, ["resubmit", no], lambda: _resubmit(no, actor), no=no)
    return Request.objects.get(no=no)


def _resubmit(no: str, actor: User) -> Answer:
    before = rounds.lock(no, actor)
    request, kind = before.request, before.kind
    if request.submitter.person_id != actor.person_id:
        raise problem(rules.Refusal("not_yours"))
    if request.state != State.RETURNED or request.process is None:
        raise problem(rules.Refusal("not_returned", 409))
    letter = kind.lock(request.letter_id)
    shown = preview(kind, letter, actor, request)
    if not shown.submittable:
        raise infeasible(list(shown.blocks))
    request.round += 1
    request.state = State.IN_REVIEW
    for name, value in rounds.envelope(shown.assessment).items():
        setattr(request, name, value)
    kind.submitted(letter, actor)
    round_ = rounds.start(kind, request, shown, actor)
    _note_submission(round_, "request.resubmitted")
    revision = request.process.task_set.get(flow_task=kind.flow.revise, finished__isnull=True)
    rounds.advance(round_, revision, actor)
    rounds.save(round_)
    return {"round": request.round}


def end_waiting_return(no: str, round_number: int) -> None:
    """Timer: a day after the first return of a stage, stop waiting for the others. Checks the state again."""
    round_ = rounds.lock(no, None)
    returned = [step for step in round_.steps if step.status == "returned"]
    if round_.request.round != round_number or round_.request.state != State.IN_REVIEW or not returned:
        return
    round_.waited_enough = True
    decision = returned[0].decision
    rounds.note(round_, "request.return_ended_waiting", after={"step": returned[0].key})  # by itself: no actor
    round_.actor = decision.actor
    open_steps = [step for step in round_.steps if step.status == "open"]
    waiting = open_steps[0]
    waiting.status, waiting.closed_at = "not_needed", round_.now
    round_.touch(waiting)
    rounds.advance(round_, waiting.task, decision.actor)
    rounds.save(round_)


def complete_signing(no: str, *, actor: User, idempotency_key: str, note: str = "") -> Request:
    """Everybody has signed what was agreed: it takes effect. The kind has made sure of the signatures.

    Args:
        note: what was checked, for the trail.

    Raises:
        Http404: no such request.
        Problem: it is not waiting for signatures (409).
    """
    _door(actor, idempotency_key, ["signed", no, note], lambda: _complete_signing(no, actor, note), no=no)
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


def lapse(no: str, step_id: int) -> None:
    """Timer: a comment or a ratification was not given in time. Checks the state again."""
    round_ = rounds.lock(no, None)
    step = next((each for each in round_.steps if each.pk == step_id), None)
    if step is None or step.status != "open" or step.due_at is None or step.due_at > round_.now:
        return
    step.status, step.closed_at = "lapsed", round_.now
    round_.touch(step)
    rounds.note(round_, "request.step_lapsed", after={"step": step.key, "mode": step.mode})
    round_.actor = round_.request.submitter  # who asked is the one whom Viewflow's task names; nobody decided
    rounds.advance(round_, step.task, None)
    rounds.save(round_)
