"""Building, reading and writing one round of a request under its row lock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import F, Func, fields
from django.http import Http404

from accounts.models import User
from audit.services import record
from jobs import services as jobs
from policies.queries import pinned_pack
from policies.rules.plan import PlanStep, compile_plan
from policies.rules.risk import risk
from workflows import rules
from workflows.content import conditions_to_json, facts_from_json
from workflows.engine import Round
from workflows.kind import Assessment, Kind
from workflows.kinds import REGISTRY
from workflows.models import Decision, NumberSeries, Request, State, Step, Submission
from workflows.people import Staff
from workflows.preview import Preview

RETURN_WAIT: Final = timedelta(hours=24)
# What a submission says about its request, again in every round.
ENVELOPE: Final = ("title", "region", "owner", "amount", "currency", "confidential")
# What the engine changes of a step.
WRITTEN: Final = (
    "status", "stage", "task", "queue_key", "assignee", "opened_at", "due_at", "closed_at", "paused_at", "next_at",
    "reminded_at", "escalated",
)  # fmt: skip
# What is read with every step of a round.
SPOKEN: Final = ("task", "decision__on_behalf_of", "carried_from__on_behalf_of", "assignee")
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
        step = _new_step(request, submission, each.plan, each.plan.stage)
        step.status, step.queue_key = "skipped" if each.skipped else "waiting", each.pool.queue_key
        if each.carried is not None:
            step.status, step.carried_from, step.carried_why = "carried", each.carried.decision, list(each.carried.why)
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


def duties(round_: Round) -> rules.Duties:
    """The natural persons who must stay apart in this round."""
    request = round_.request
    owners = (request.owner, request.customer.owner if request.customer else None)
    return rules.Duties(
        submitter=request.submitter.person_id,
        owners=frozenset(owner.person_id for owner in owners if owner),
        editors=frozenset(round_.submission.editors),
        barred=round_.kind.barred(round_.submission.content, round_.today),
        decided=frozenset(person for step in round_.steps for person in _spoke(step)),
    )


def _spoke(step: Step) -> Iterator[int]:
    """Natural persons who have had their say in the step: who decided, and for whom; none when it is asked again."""
    if step.status in rules.GONE:
        return
    decision = step.carried_from if step.status == "carried" else getattr(step, "decision", None)
    if decision is None:
        return
    yield decision.person_id
    if decision.on_behalf_of is not None:
        yield decision.on_behalf_of.person_id


def write_decision(
    round_: Round, step: Step, actor: User, verb: str, reason: str, conditions: rules.Conditions, channel: str
) -> Decision:
    """Insert the decision with its event and settle the step."""
    decision = Decision.objects.create(
        request=round_.request,
        submission=round_.submission,
        step=step,
        actor=actor,
        person_id=actor.person_id,
        role=step.role,
        verb=verb,
        reason=reason,
        conditions=conditions_to_json(conditions),
        content_sha256=round_.submission.content_sha256,
        channel=channel,
        decided_at=round_.now,
    )
    step.status, step.closed_at = rules.STATUS_AFTER[verb], round_.now
    round_.touch(step)
    said = {"step": step.key, "status": step.status, "verb": verb, "role": step.role, **decision.conditions}
    round_.tell("decided", step, verb=verb)
    note(
        round_,
        "request.decided",
        reason=reason,
        content_sha256=decision.content_sha256,
        after=said,
        rules=[reason_["code"] for reason_ in step.reasons],
    )
    return decision


def ask_more(round_: Round, facts: dict[str, Any]) -> None:
    """Somebody's word changed what the policy asks: add the steps that are missing; nothing is taken away.

    Args:
        facts: what is known now, on top of the facts that were submitted.
    """
    submission = round_.submission
    policy = pinned_pack(submission.policy_number, submission.policy_digest)
    known = facts_from_json(policy.kinds[round_.kind.code].columns, submission.content["facts"])
    plan = compile_plan(policy, round_.kind.code, {**known, **facts})
    there = {step.key for step in round_.steps}
    at = {step.key: step.stage for step in plan.steps}
    settled = max((step.stage for step in round_.steps if step.status not in ("waiting", "open")), default=0)
    for step in round_.steps:
        if step.status == "waiting" and step.key in at:
            step.stage = max(settled, at[step.key])
            round_.touch(step)
    added = Step.objects.bulk_create(
        _new_step(round_.request, submission, step, max(settled + 1, step.stage))
        for step in plan.steps
        if step.key not in there
    )
    round_.steps = sorted([*round_.steps, *added], key=lambda step: (step.stage, step.pk))
    round_.staff = staff_of(round_)
    note(round_, "request.steps_added", after={"steps": [step.key for step in added]}, extra={"because": sorted(facts)})


def _new_step(request: Request, submission: Submission, planned: PlanStep, stage: int) -> Step:
    return Step(
        request=request,
        submission=submission,
        key=planned.key,
        stage=stage,
        role=planned.role,
        mode=planned.mode,
        reasons=[reason.to_json() for reason in planned.reasons],
        sla_hours=planned.sla_hours,
        status="waiting",
    )


def staff_of(round_: Round) -> Staff:
    """The people of the round's steps, without those who must stay apart."""
    request, apart = round_.request, duties(round_)
    barred = apart.editors | apart.owners | apart.barred | {apart.submitter}
    return Staff([step.role for step in round_.steps], request.unit, request.region, round_.today, barred)


def advance(round_: Round, task: Any, actor: User | None) -> None:
    """Let Viewflow move on from a human task; a returned letter opens for its author again."""
    task.process = round_.request.process
    task.process.round_ = round_
    activation = task.flow_task.activation_class(task)
    activation.take(actor)
    activation.execute()
    if round_.request.state == State.RETURNED and actor is not None:
        round_.kind.reopened(round_.kind.lock(round_.request.letter_id), actor)


def save(round_: Round) -> None:
    """Write the projections: touched steps and the envelope; and what the process passed last."""
    if round_.passed:
        round_.write_passed()
    if round_.touched:
        Step.objects.bulk_update(round_.touched, WRITTEN)
    round_.request.save(update_fields=["process", "state", "round", "effective_at", "closed_at", "risk", *ENVELOPE])


def return_within_a_day(round_: Round) -> None:
    """A return waits for the other parties of the stage, but not longer than a day (routing rule 4)."""
    request = round_.request
    key, payload = f"return:{request.no}:{request.round}", {"no": request.no, "round": request.round}
    jobs.enqueue("workflows.return_due", key, payload, due_at=round_.now + RETURN_WAIT)


def note(round_: Round, action: str, **facts: Any) -> None:
    """Write an event of the request into its chain."""
    request, submission = round_.request, round_.submission
    record(
        action,
        stream=f"request:{request.no}",
        actor=round_.actor,
        object_type="request",
        object_id=str(request.pk),
        object_label=request.no,
        request_no=request.no,
        customer_id=request.customer_id,
        customer_label=request.customer_name,
        policy={"number": submission.policy_number, "digest": submission.policy_digest},
        at=round_.now,
        **facts,
    )
