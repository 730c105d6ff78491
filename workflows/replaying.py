"""Replaying a policy version on stored submissions, as a job that reads in parts and goes on where it was stopped.

Two versions judge the same stored facts (`policies.rules.replay`), so that what differs comes from the policy alone.
The figures in the facts – score, formula limit, margin – stay as they were worked out then.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from datetime import time as clock
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today, has_role
from audit.clock import db_now
from audit.services import record
from customers.rules.entries import add_months
from jobs.claims import Claim, LostLeaseError
from jobs.idempotency import once
from jobs.models import Job
from jobs.models import State as JobState
from jobs.services import enqueue
from policies.models import MAKERS, PolicyReplay, PolicyVersion
from policies.queries import NoPolicyError, pinned_pack, version_in_force
from policies.replays import headline
from policies.rules.cells import PolicyError
from policies.rules.replay import Judge
from policies.rules.tally import Case, Tally

JOB: Final = "workflows.replay"
MONTHS: Final = (3, 6, 12, 24)
PART: Final = 2_000
# A job of very many submissions is handed on before its lease can no longer be extended (jobs.claims).
MOST_SECONDS: Final = 480.0
# What a decision releases, by kind of request: the fact that holds it, in the company's currency.
RELEASES: Final = {"credit": "limit_requested", "special_price": "concession_own"}

_COUNT = """
SELECT count(*), coalesce(min(id), 1) - 1 FROM workflows_submission WHERE submitted_at >= %s AND submitted_at < %s
"""
_READ = """
SELECT s.id, r.no, r.kind, s.round = r.round, r.unit_id, r.region_id, u.currency, s.content -> 'facts', CASE
  WHEN s.round = r.round THEN r.state
  WHEN EXISTS (SELECT 1 FROM workflows_decision d WHERE d.submission_id = s.id AND d.verb = 'return') THEN 'returned'
  ELSE '' END
FROM workflows_submission s JOIN workflows_request r ON r.id = s.request_id JOIN accounts_unit u ON u.id = r.unit_id
WHERE s.id > %s AND s.submitted_at >= %s AND s.submitted_at < %s
ORDER BY s.id LIMIT %s
"""


def start(version: PolicyVersion, months: int, *, actor: User, idempotency_key: str) -> PolicyReplay:
    """Begin to replay a version on the submissions of the last `months` months, and leave the work to a job.

    One that is under way on the same tables and months is given back instead of a second one.

    Raises:
        Problem: 403 for who does not make policy, 422 for other months or a version that is in force itself or has
            tables that cannot be read.
    """
    if not has_role(actor, *MAKERS):
        raise Problem("replay_not_allowed", 403, _("Only sales operations and credit control may start a replay."))
    if months not in MONTHS:
        sentence = _("Choose 3, 6, 12 or 24 months.")
        raise Problem("replay_months", 422, sentence, [{"field": "months", "message": sentence}])
    asked = ["replay", version.number, months]
    answer, _again = once(actor, idempotency_key, asked, lambda: _start(version, months, actor))
    return PolicyReplay.objects.get(pk=answer["replay"])


def _start(version: PolicyVersion, months: int, actor: User) -> dict[str, Any]:
    version = PolicyVersion.objects.select_for_update().get(pk=version.pk)  # two starts, one after the other
    today = business_today()
    try:
        base = version_in_force(today)
        pinned_pack(version.number, version.digest)
    except NoPolicyError as error:
        raise Problem("replay_no_policy", 422, _("No policy is in force to compare with.")) from error
    except PolicyError as error:
        raise Problem("replay_unreadable", 422, _("The tables cannot be read yet: %(why)s") % {"why": error}) from error
    if base.pk == version.pk:
        raise Problem("replay_in_force", 422, _("This version is in force itself: there is nothing to compare."))
    under_way = PolicyReplay.objects.filter(
        version=version, digest=version.digest, base=base, months=months, state__in=("queued", "running")
    ).first()
    if under_way is not None:
        return {"replay": under_way.pk}
    replay = PolicyReplay(version=version, digest=version.digest, base=base, months=months, created_by=actor)
    replay.valid_from, replay.valid_to = add_months(today, -months), today + timedelta(days=1)
    replay.total, replay.cursor = _extent(replay)
    replay.save()
    _note(replay, "policy.replay_started", {"months": months, "submissions": replay.total}, actor)
    enqueue(JOB, f"replay:{replay.pk}:1", {"replay": replay.pk, "part": 1})
    return {"replay": replay.pk}


def given_up(replay: PolicyReplay) -> bool:
    """It is not finished, and no job will finish it."""
    if replay.state not in (PolicyReplay.State.QUEUED, PolicyReplay.State.RUNNING):
        return False
    jobs = Job.objects.filter(kind=JOB, key__startswith=f"replay:{replay.pk}:")
    return not jobs.filter(state__in=[JobState.PENDING, JobState.RUNNING]).exists()


@transaction.atomic
def resume(replay: PolicyReplay, *, actor: User) -> bool:
    """Give a replay whose job was given up to another one; False when there is nothing to take up."""
    replay = PolicyReplay.objects.select_for_update().get(pk=replay.pk)
    if not has_role(actor, *MAKERS) or not given_up(replay):
        return False
    part = Job.objects.filter(kind=JOB, key__startswith=f"replay:{replay.pk}:").count() + 1
    enqueue(JOB, f"replay:{replay.pk}:{part}", {"replay": replay.pk, "part": part})
    _note(replay, "policy.replay_continued", {"done": replay.done}, actor)
    return True


def work(claim: Claim) -> None:
    """Judge whatever was not judged yet, part by part; each part is stored with the place where the next one begins."""
    replay = PolicyReplay.objects.select_related("version", "base", "created_by").get(pk=claim.payload["replay"])
    if replay.state in (PolicyReplay.State.DONE, PolicyReplay.State.FAILED):
        return
    try:
        after = pinned_pack(replay.version.number, replay.digest)
        before = pinned_pack(replay.base.number, replay.base.digest)
    except PolicyError as error:
        with claim.commit():
            _fail(replay, str(error))
        return
    judges = Judge(before, before), Judge(after, before)
    tally = Tally(replay.result) if replay.result else Tally()
    began = time.monotonic()
    while rows := _rows(replay):
        for case in _cases(rows):
            tally.add(case, *judges)
        claim.heartbeat()
        _keep(claim, replay, tally, rows[-1][0], len(rows))
        if time.monotonic() - began > MOST_SECONDS:
            _hand_on(claim, replay)
            return
    with claim.commit():
        _finish(replay)


def _period(replay: PolicyReplay) -> tuple[datetime, datetime]:
    zone = ZoneInfo(settings.TIME_ZONE)
    first, end = (datetime.combine(day, clock.min, zone) for day in (replay.valid_from, replay.valid_to))
    return first, end


def _extent(replay: PolicyReplay) -> tuple[int, int]:
    """How many submissions the period has, and the id before the first of them."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _period(replay))
        count, before = cursor.fetchone() or (0, 0)
    return int(count), int(before)


def _rows(replay: PolicyReplay) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [replay.cursor, *_period(replay), PART])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _cases(rows: list[tuple[Any, ...]]) -> Iterator[Case]:
    for _pk, no, kind, latest, unit, region, currency, text, outcome in rows:
        facts = json.loads(text) if text else {}
        amount = _amount(facts.get(RELEASES[kind])) if latest and kind in RELEASES else None
        yield Case(no, kind, facts, amount, currency, f"{unit}:{region or ''}", outcome)


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _keep(claim: Claim, replay: PolicyReplay, tally: Tally, last: int, count: int) -> None:
    """Store what was counted so far, unless another worker has gone on meanwhile."""
    done, rows = replay.done + count, PolicyReplay.objects.filter(pk=replay.pk, cursor=replay.cursor)
    running = PolicyReplay.State.RUNNING
    if not rows.update(cursor=last, done=done, total=max(replay.total, done), result=tally.data, state=running):
        raise LostLeaseError(claim.key)
    replay.cursor, replay.done, replay.total = last, done, max(replay.total, done)
    replay.result = tally.data
    claim.progress(done, replay.total)


def _hand_on(claim: Claim, replay: PolicyReplay) -> None:
    part = int(claim.payload["part"]) + 1
    with claim.commit():
        enqueue(JOB, f"replay:{replay.pk}:{part}", {"replay": replay.pk, "part": part})


def _finish(replay: PolicyReplay) -> None:
    replay.state, replay.finished_at, replay.total = PolicyReplay.State.DONE, db_now(), replay.done
    replay.result = replay.result or Tally().data
    replay.save(update_fields=["state", "finished_at", "total", "result"])
    _note(replay, "policy.replay_finished", {"submissions": replay.done, **headline(replay)}, None)


def _fail(replay: PolicyReplay, why: str) -> None:
    replay.state, replay.finished_at, replay.problem = PolicyReplay.State.FAILED, db_now(), why[:400]
    replay.save(update_fields=["state", "finished_at", "problem"])
    _note(replay, "policy.replay_failed", {"submissions": replay.done}, None, reason=replay.problem)


def _note(replay: PolicyReplay, action: str, after: dict[str, Any], actor: User | None, **said: Any) -> None:
    """Write the event; an actor of None is the job itself."""
    record(
        action,
        stream="policy",
        actor=actor,
        object_type="policy_replay",
        object_id=str(replay.pk),
        object_label=str(replay.version),
        after=after,
        policy={"number": replay.version.number, "digest": replay.digest},
        **said,
    )
