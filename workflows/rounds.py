"""Building, reading and writing one round of a request under its row lock."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import F, Func, fields
from django.http import Http404

from accounts.models import User
from jobs import services as jobs
from policies.queries import pinned_pack
from policies.rules.plan import compile_plan
from policies.rules.risk import risk
from workflows import rules
from workflows.content import conditions_to_json, facts_from_json
from workflows.engine import Round, drop_question, release
from workflows.kind import Assessment, Kind
from workflows.kinds import REGISTRY
from workflows.models import Capacity, Decision, NumberSeries, Origin, Request, State, Step, Submission
from workflows.notices import news
from workflows.people import Standing
from workflows.preview import Preview
from workflows.seating import steps_of
from workflows.staffing import staff_of
from workflows.trail import note as note  # services write their events through the round

RETURN_WAIT: Final = timedelta(hours=24)
# What a submission says about its request, again in every round.
ENVELOPE: Final = ("title", "region", "owner", "amount", "currency", "confidential")
# What the engine changes of a step.
WRITTEN: Final = (
    "status", "stage", "task", "queue_key", "assignee", "opened_at", "due_at", "closed_at", "paused_at", "next_at",
    "reminded_at", "escalated", "beside",
)  # fmt: skip
# What is read with every step of a round.
SPOKEN: Final = ("task", "decision__on_behalf_of", "carried_from__on_behalf_of", "assignee", "added_by")
# Where a round has got to: what was carried over or passed over says nothing of that.
_HAPPENED: Final = (rules.ANSWERED | rules.SETTLED | {"superseded"}) - {"carried", "skipped"}
CLOCK: Final = Func(function="clock_timestamp", output_field=fields.DateTimeField())


def next_number(prefix: str, day: date) -> str:
    """CR-202611-0001: the row lock keeps numbers unique; a rollback gives the number back.

    Args:
        day: the business date; the month of the series is the company's, not that of UTC.
    """
    series = f"{prefix}-{day:%Y%m}"
    NumberSeries.objects.bulk_create([NumberSeries(prefix=series)], ignore_conflicts=True)
    NumberSeries.objects.filter(pk=series).update(last=F("last") + 1)
    return f"{series}-{NumberSeries.objects.get(pk=series).last:04d}"


def envelope(assessment: Assessment) -> dict[str, Any]:
    """What the request's row says of what is asked now: a revision may change each of it."""
    customer = assessment.customer
    return {
        "title": assessment.title,
        "region": customer.region if customer else None,
        "owner": customer.owner if customer else None,
        "amount": assessment.amount,
        "currency": assessment.currency,
        "confidential": assessment.confidential,
    }


def start(kind: Kind, request: Request, shown: Preview, actor: User) -> Round:
    """Store submission and steps of a new round; nothing is open yet."""
    submission = Submission.objects.create(
        request=request,
        round=request.round,
        policy_number=shown.plan.policy_number,
        policy_digest=shown.plan.policy_digest,
        content=shown.content,
        content_sha256=shown.content_sha256,
        plan=shown.plan.to_json(),
        plan_digest=shown.plan.digest,
        editors=sorted(shown.assessment.editors | shown.barred | {actor.person_id}),
        submitted_by=actor,
        submitted_at=shown.now,
    )
    steps = []
    for each in shown.steps:
        for step in steps_of(request, submission, each.plan, each.plan.stage):
            step.status, step.queue_key = "skipped" if each.skipped else "waiting", each.pool.queue_key
            if each.carried is not None:
                step.status, step.carried_from = "carried", each.carried.decision
                step.carried_why = list(each.carried.why)
            steps.append(step)
    Step.objects.bulk_create(steps)
    request.effective_at = None  # a revision is agreed anew
    request.risk = risk(pinned_pack(shown.plan.policy_number, shown.plan.policy_digest), shown.plan)
    return Round(kind, request, submission, steps, None, actor, shown.now)


def lock(no: str, actor: User | None) -> Round:
    """Lock the request's row and read its current round: three statements.

    Raises:
        Http404: there is no such request.
        OperationalError: another transaction held the row for longer than `lock_timeout`.
    """
    submission = _latest(no)
    if submission is not None and submission.request.round != submission.round:
        submission = _latest(no)  # a new round began while we waited for the row
    if submission is None:
        raise Http404
    request = submission.request
    steps = Step.objects.filter(submission=submission).select_related(*SPOKEN).order_by("stage", "id")
    now: datetime = submission.clock  # type: ignore[attr-defined]  # annotated in _latest
    round_ = Round(REGISTRY[request.kind], request, submission, list(steps), None, actor, now)
    round_.staff = staff_of(round_)
    return round_


def _latest(no: str) -> Submission | None:
    """The newest submission; only the request's row is locked."""
    people = ("customer__owner", "owner", "submitter")
    return (
        Submission.objects.select_for_update(of=("request",))
        .select_related("request__process", "request__unit", "request__region", *(f"request__{who}" for who in people))
        .annotate(clock=CLOCK)
        .filter(request__no=no)
        .order_by("-round")
        .first()
    )


def write_decision(
    round_: Round,
    step: Step,
    actor: User,
    verb: str,
    reason: str,
    conditions: rules.Conditions,
    channel: str,
    standing: Standing | None = None,
    to: str = "",
) -> Decision:
    """Insert the decision with its event and settle the step.

    Args:
        standing: in which capacity, when it is not that of somebody whose step it is.
        to: for a return, the step of an earlier stage that it goes back to.
    """
    standing = standing or (round_.staff.standing(step, actor) if round_.staff else None) or Standing(Capacity.OWN)
    decision = Decision.objects.create(
        request=round_.request,
        submission=round_.submission,
        step=step,
        actor=actor,
        person_id=actor.person_id,
        on_behalf_of=standing.principal,
        capacity=standing.capacity,
        attempt=_spent(round_, actor),
        role=step.role,
        verb=verb,
        reason=reason,
        conditions=conditions_to_json(conditions),
        content_sha256=round_.submission.content_sha256,
        channel=channel,
        decided_at=round_.now,
    )
    release(step, round_)
    step.status, step.closed_at = rules.STATUS_AFTER[verb], round_.now
    drop_question(step, round_)
    round_.touch(step)
    said = {"step": step.key, "status": step.status, "verb": verb, "role": step.role, **decision.conditions}
    if standing.capacity != Capacity.OWN:
        said |= {"capacity": standing.capacity.value, "pool": step.queue_key}
    if to:
        said["to"] = to
    round_.tell("decided", step, verb=verb)
    note(
        round_,
        "request.decided",
        on_behalf_of=standing.principal,
        reason=reason,
        content_sha256=decision.content_sha256,
        after=said,
        rules=[reason_["code"] for reason_ in step.reasons],
    )
    return decision


def _spent(round_: Round, actor: User) -> int:
    """How many decisions of this person in the round do not count any more."""
    gone = (step for step in round_.steps if step.status in rules.GONE)
    return sum(hasattr(step, "decision") and step.decision.person_id == actor.person_id for step in gone)


def ask_more(round_: Round, facts: dict[str, Any]) -> None:
    """Somebody's word changed what the policy asks: add the steps that are missing; nothing is taken away.

    Args:
        facts: what is known now, on top of the facts that were submitted.
    """
    submission = round_.submission
    policy = pinned_pack(submission.policy_number, submission.policy_digest)
    known = facts_from_json(policy.kinds[round_.kind.code].columns, submission.content["facts"])
    plan = compile_plan(policy, round_.kind.code, {**known, **facts})
    there = {_planned_key(step) for step in round_.steps}
    missing = [step for step in plan.steps if step.key not in there]
    if not missing:
        return
    at = {step.key: step.stage for step in plan.steps}
    room = _room_made(round_)
    settled = max((step.stage for step in round_.steps if step.status in _HAPPENED), default=0)
    for step in round_.steps:
        key = _planned_key(step)
        if step.status == "waiting" and key in at:
            step.stage = max(settled, at[key] + room.get(key, 0))
            round_.touch(step)
    seats: list[Step] = []
    for planned in missing:
        before = (more for key, more in room.items() if key in at and at[key] <= planned.stage)
        stage = max(settled + 1, planned.stage + max(before, default=0))
        seats += steps_of(round_.request, submission, planned, stage)
    added = Step.objects.bulk_create(seats)
    round_.add(added)
    round_.staff = staff_of(round_)
    note(round_, "request.steps_added", after={"steps": [step.key for step in added]}, extra={"because": sorted(facts)})


def _planned_key(step: Step) -> str:
    """The key in the plan of a step: a seat stands under its panel, a copy under what it is asked again for."""
    return (step.panel or step.key).partition("~")[0]


def _room_made(round_: Round) -> dict[str, int]:
    """By how many stages each planned step has moved back for approvers who were added before it."""
    planned = {step["key"]: step["stage"] for stage in round_.submission.plan["stages"] for step in stage["steps"]}
    steps = ((_planned_key(step), step.stage) for step in round_.steps if step.origin == Origin.POLICY)
    return {key: stage - planned[key] for key, stage in steps if key in planned}


def advance(round_: Round, task: Any, actor: User | None) -> None:
    """Let Viewflow move on from a human task; a returned letter opens for its author again."""
    task.process = round_.request.process
    task.process.round_ = round_
    activation = task.flow_task.activation_class(task)
    activation.take(actor)
    activation.execute()
    if round_.request.state == State.RETURNED:
        round_.kind.reopened(round_.kind.lock(round_.request.letter_id), actor or round_.request.submitter)


def save(round_: Round) -> None:
    """Write the projections: touched steps and the envelope; what the process passed last; have people told."""
    if round_.passed:
        round_.write_passed()
    if round_.touched:
        Step.objects.bulk_update(round_.touched, WRITTEN)
    round_.request.save(update_fields=["process", "state", "round", "effective_at", "closed_at", "risk", *ENVELOPE])
    news(round_.news, request=round_.request.pk)


def return_within_a_day(round_: Round, step: Step) -> None:
    """A return waits for the other parties of the stage, but not longer than a day (routing rule 4)."""
    request = round_.request
    payload = {"no": request.no, "round": request.round, "step": step.key}
    key = f"return:{request.no}:{request.round}:{step.key}"
    jobs.enqueue("workflows.return_due", key, payload, due_at=round_.now + RETURN_WAIT)
