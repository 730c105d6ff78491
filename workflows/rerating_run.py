"""A re-rating at work: started once, done by a job in small transactions, taken up where a lost worker left it."""

import time
from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today, has_role
from audit.clock import db_now
from audit.services import record
from customers.models import RatingOutcome, RatingResult, RatingRun, RatingScope, TierReason, TierSource
from customers.services.tier_changes import last_ratings, save_tier_change
from jobs.claims import Claim
from jobs.idempotency import once
from jobs.models import Job
from jobs.models import State as JobState
from jobs.services import enqueue
from policies.queries import pack, version_in_force, version_numbered
from policies.rules.pack import Pack
from workflows import services
from workflows.kinds.tier_change import KIND
from workflows.rerating import MAY_START, Rated, chunks, in_scope, rate
from workflows.tier_population import held

JOB: Final = "workflows.rerating"
# A job of many thousand customers is handed on before its lease can no longer be extended (jobs.claims).
MOST_SECONDS: Final = 480.0
PART: Final = 50
LOCKED_PAUSE: Final = timedelta(seconds=5)


def start(actor: User, scope: str, effective_on: date, key: str, *, trial: bool = False) -> RatingRun:
    """Begin a re-rating and leave the work to a job; a second click leads to the run of the first.

    Args:
        effective_on: first business date of the proposed stars, not before today.
        key: idempotency key of the form. trial: a preview of many customers, which proposes nothing.

    Raises:
        Problem: 403 without a starting role, 422 for a past day or when nobody is in scope.
    """
    if not has_role(actor, *MAY_START):
        raise Problem("rerating_not_allowed", 403, _("Only sales operations and credit control may start a re-rating."))
    asked = ["rerating", scope, effective_on.isoformat(), trial]
    answer, _again = once(actor, key, asked, lambda: _start(actor, scope, effective_on, trial))
    return RatingRun.objects.get(pk=answer["run"])


def _start(actor: User, scope: str, effective_on: date, trial: bool) -> dict[str, Any]:
    User.objects.select_for_update().get(pk=actor.pk)  # two forms of one person, one after the other
    open_run = RatingRun.objects.filter(started_by=actor, finished_at__isnull=True).first()
    if open_run is not None:
        return {"run": open_run.pk}
    today = business_today()
    if effective_on < today:
        raise Problem("rerating_past", 422, _("The effective date is in the past: choose today or a later day."))
    total = in_scope(actor, scope, today).count()
    if not total:
        raise Problem("rerating_empty", 422, _("There is no customer to rate."))
    run = RatingRun.objects.create(
        scope=scope,
        on=today,
        effective_on=effective_on,
        policy_number=version_in_force(today).number,
        started_by=actor,
        started_at=db_now(),
        total=total,
        trial=trial,
    )
    asked = {"scope": scope, "customers": total, "effective_on": effective_on.isoformat(), "trial": trial}
    _note(run, "rerating.started", asked)
    enqueue(JOB, f"rerating:{run.pk}:1", {"run": run.pk, "part": 1})
    return {"run": run.pk}


def given_up(run: RatingRun) -> bool:
    """The run is not finished and no job will finish it."""
    jobs = Job.objects.filter(kind=JOB, key__startswith=f"rerating:{run.pk}:")
    return not jobs.filter(state__in=[JobState.PENDING, JobState.RUNNING]).exists()


@transaction.atomic
def resume(run: RatingRun, actor: User) -> bool:
    """Give a run whose job was given up to another one; False when there is nothing to take up."""
    run = RatingRun.objects.select_for_update().get(pk=run.pk)
    if run.finished_at is not None or not given_up(run):
        return False
    part = Job.objects.filter(kind=JOB, key__startswith=f"rerating:{run.pk}:").count() + 1
    enqueue(JOB, f"rerating:{run.pk}:{part}", {"run": run.pk, "part": part})
    _note(run, "rerating.continued", {"part": part}, actor)
    return True


def stars(run: RatingRun) -> tuple[dict[int, int], dict[int, int]]:
    """Customers per star before, and as if everything that was or would be proposed were approved; 0 is none."""
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    rows = RatingResult.objects.filter(run=run).order_by().values_list("before", "after", "outcome")
    for now, then, outcome, count in rows.annotate(count=Count("pk")):
        before[now or 0] += count
        after[then if outcome in (RatingOutcome.PROPOSED, RatingOutcome.WOULD) else now or 0] += count
    return dict(before), dict(after)


def outcomes(run: RatingRun) -> dict[str, int]:
    """How many customers had each outcome so far."""
    rows = RatingResult.objects.filter(run=run).order_by().values_list("outcome").annotate(Count("pk"))
    return dict(rows)


def work(claim: Claim) -> None:
    """Rate whoever has no result yet; each customer's result and request are one transaction, stored once."""
    run = RatingRun.objects.select_related("started_by").get(pk=claim.payload["run"])
    if run.finished_at is not None:
        return
    policy = pack(version_numbered(run.policy_number))
    began = time.monotonic()
    left = _left(run)
    done = run.total - len(left)
    waiting = False
    with held(), translation.override(run.started_by.language):
        for part in chunks(left, PART):
            claim.heartbeat()
            rated = _rate_part(run, policy, list(part))
            done += rated
            waiting = waiting or rated < len(part)
            claim.progress(min(done, run.total), run.total)
            if time.monotonic() - began > MOST_SECONDS:
                _hand_on(claim, run)
                return
    if waiting and _left(run):
        _hand_on(claim, run, pause=LOCKED_PAUSE)
        return
    with claim.commit():
        _finish(run)


def _left(run: RatingRun) -> list[int]:
    """Customers of the scope without a result; who came into the scope meanwhile is rated, too."""
    rows = in_scope(run.started_by, run.scope, run.on)
    return list(rows.exclude(rating_results__run=run).values_list("pk", flat=True))


def _rate_part(run: RatingRun, policy: Pack, ids: list[int]) -> int:
    """How many were rated; whose row somebody else holds just now is left for the next job."""
    customers = list(in_scope(run.started_by, RatingScope.ALL, run.on).filter(pk__in=ids))
    done = 0
    for rated in rate(policy, customers, run.on):
        try:
            _settle(run, rated)
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
        else:
            done += 1
    return done


@transaction.atomic
def _settle(run: RatingRun, rated: Rated) -> None:
    """Store the result with the request that follows from it; whoever has one already is left alone."""
    RatingRun.objects.select_for_update().get(pk=run.pk)  # one worker at a time decides about a customer
    if RatingResult.objects.filter(run=run, customer=rated.customer).exists():
        return
    outcome, number = rated.outcome, ""
    problems: list[str] = []
    if rated.moves and run.trial:
        outcome = RatingOutcome.WOULD
    elif rated.moves:
        number, problems = _propose(run, rated)
        outcome = RatingOutcome.PROPOSED if number else RatingOutcome.REFUSED
    evaluation = rated.evaluation
    RatingResult.objects.create(
        run=run,
        customer=rated.customer,
        outcome=outcome,
        before=rated.state.tier,
        before_provisional=rated.state.provisional,
        after=evaluation.star,
        after_provisional=evaluation.provisional,
        earned=evaluation.earned,
        score=evaluation.score.score,
        reasons=rated.reasons(),
        problems=problems,
        request_no=number,
    )


def _propose(run: RatingRun, rated: Rated) -> tuple[str, list[str]]:
    """Write a tier change and send it; what stops it is said, and nothing of it stays."""
    actor = run.started_by
    try:
        with transaction.atomic():
            letter = save_tier_change(rated.customer, _asked(run, rated), actor)
            request = services.submit_by_job(KIND, letter.pk, actor=actor)
    except Problem as problem:
        return "", [str(error["message"]) for error in problem.errors] or [problem.title]
    return request.no, []


def _asked(run: RatingRun, rated: Rated) -> dict[str, Any]:
    evaluation = rated.evaluation
    why_zh = "；".join(reason.zh for reason in evaluation.reasons)
    why_en = "; ".join(reason.en for reason in evaluation.reasons)
    first = evaluation.direction == "first"
    return {
        "source": TierSource.RERATING,
        "proposed_tier": evaluation.star,
        "levers": rated.levers(),
        "effective_on": run.effective_on,
        "reason_code": TierReason.FIRST if first else TierReason.RERATING,
        "reason_text": f"{why_zh} / {why_en}",
        "override_reason": f"{why_zh} / {why_en}",
        **last_ratings(rated.customer),
    }


def _hand_on(claim: Claim, run: RatingRun, pause: timedelta | None = None) -> None:
    part = int(claim.payload["part"]) + 1
    with claim.commit():
        due_at = db_now() + pause if pause else None
        enqueue(JOB, f"rerating:{run.pk}:{part}", {"run": run.pk, "part": part}, due_at=due_at)


def _finish(run: RatingRun) -> None:
    if not RatingRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=db_now()):
        return
    _note(run, "rerating.finished", outcomes(run))


def _note(run: RatingRun, action: str, after: dict[str, Any], actor: User | None = None) -> None:
    record(
        action,
        stream=f"rerating:{run.pk}",
        actor=actor or run.started_by,
        object_type="rating_run",
        object_id=str(run.pk),
        object_label=str(run.on),
        after=after,
        policy={"number": run.policy_number},
    )
