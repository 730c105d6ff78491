"""Sending a letter on its way, taking it back, and sending it again."""

from django.http import Http404

from accounts.models import User
from policies.rules.calendar import business_date
from workflows import rounds, rules
from workflows.engine import Round, close
from workflows.kind import Kind
from workflows.models import Request, State
from workflows.preview import preview
from workflows.refusals import infeasible, problem
from workflows.services.doors import Answer, door
from workflows.staffing import duties


def submit(kind: Kind, letter_id: int, *, actor: User, idempotency_key: str) -> Request:
    """Send a letter on its way: freeze content, policy and plan, open the first steps.

    Args:
        letter_id: the domain row; the caller has made sure that the actor may see it.

    Raises:
        Http404: no such letter.
        Problem: already submitted (409), or not submittable with one sentence per reason (422).
    """
    what = ["submit", kind.code, letter_id]
    answer = door(
        actor,
        idempotency_key,
        what,
        lambda: {"no": submit_by_job(kind, letter_id, actor=actor).no},
        letter=f"{kind.code}/{letter_id}",
    )
    return Request.objects.get(no=answer["no"])


def submit_by_job(kind: Kind, letter_id: int, *, actor: User) -> Request:
    """As `submit`, in the transaction of a caller that happens once by itself and keeps what was refused itself.

    Raises:
        Http404, Problem: as `submit`.
    """
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
    return request


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
            "carried": [
                {"step": step.key, "decision": step.carried_from_id, "why": [why["en"] for why in step.carried_why]}
                for step in round_.steps
                if step.status == "carried"
            ],
        },
        rules=sorted({reason["code"] for step in round_.steps for reason in step.reasons}),
        extra={"kind": round_.kind.code, "editors": submission.editors, "owners": sorted(duties(round_).owners)},
    )


def withdraw(no: str, *, actor: User, reason: str, idempotency_key: str) -> Request:
    """Take a request back before anybody has decided in its round, or while it is returned.

    Raises:
        Http404: no such request.
        Problem: not the submitter (403), or too late (409).
    """
    what = ["withdraw", no, reason.strip()]
    door(actor, idempotency_key, what, lambda: _withdraw(no, actor, reason.strip()), no=no)
    return Request.objects.get(no=no)


def _withdraw(no: str, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    request = round_.request
    if request.submitter.person_id != actor.person_id:
        raise problem(rules.Refusal("not_yours"))
    if request.closed_at is not None or request.state not in (State.IN_REVIEW, State.RETURNED):
        raise problem(rules.Refusal("step_closed", 409))
    if request.state == State.IN_REVIEW and any(
        hasattr(step, "decision") and step.status not in rules.GONE for step in round_.steps
    ):
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
    what = rounds.note(round_, "request.withdrawn", reason=reason)
    round_.tell("withdrawn", event=what.pk)
    rounds.save(round_)
    return {"state": request.state}


def resubmit(no: str, *, actor: User, idempotency_key: str) -> Request:
    """Send a returned request on its way again: a new round on the revised letter and the policy of today.

    Raises:
        Http404: no such request.
        Problem: not the submitter (403), not returned (409), or not submittable (422).
    """
    door(actor, idempotency_key, ["resubmit", no], lambda: _resubmit(no, actor), no=no)
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
