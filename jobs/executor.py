"""Doing one job: claim, work, commit; or come back later; or give up loudly."""

import logging

from django.db import connection, transaction

from audit import origin
from audit import services as audit
from jobs import claims, registry
from jobs.claims import Claim, LostLeaseError

logger = logging.getLogger(__name__)

_NEXT = """
SELECT id FROM jobs_job
WHERE due_at <= clock_timestamp()
    AND (state = 'pending' OR (state = 'running' AND lease_until < clock_timestamp()))
ORDER BY due_at, id LIMIT 1
"""


def run(job_id: int) -> bool:
    """Do the job if it is due and free; False when there was nothing to do. A failing job does not raise."""
    held = claims.claim(job_id)
    if held is None:
        return False
    with origin.channel("job", request_id=f"job-{held.job_id}-{held.attempt}"):
        _work(held)
    return True


def run_until_idle(limit: int = 100_000) -> int:
    """Do every job that is due now, in this process and without a broker; return how many were run."""
    for count in range(limit):
        with connection.cursor() as cursor:
            cursor.execute(_NEXT)
            row = cursor.fetchone()
        if row is None:
            return count
        run(row[0])
    return limit


def _work(held: Claim) -> None:
    try:
        kind = registry.find(held.kind)
        if held.attempt > kind.max_attempts:
            _give_up(held, "the worker was lost in every attempt")
            return
        with held.kept_alive():
            kind.run(held)
            if not held.committed:
                with held.commit():
                    pass
    except LostLeaseError:
        logger.warning("Job %s passed to another worker", held.key)
    except registry.GiveUpError as error:
        _give_up(held, _describe(error))
    except Exception as error:
        logger.exception("Job %s failed in attempt %s", held.key, held.attempt)
        _fail(held, error)


def _fail(held: Claim, error: Exception) -> None:
    """A job that no code can do is tried like the others: the code may arrive with the next release."""
    try:
        max_attempts = registry.find(held.kind).max_attempts
    except LookupError:
        max_attempts = registry.MAX_ATTEMPTS
    if held.attempt >= max_attempts:
        _give_up(held, _describe(error))
    else:
        claims.retry(held, _describe(error))


@transaction.atomic
def _give_up(held: Claim, error: str) -> None:
    """Mark the job dead and say so in the trail; somebody has to look at it."""
    if not claims.bury(held, error):
        return
    audit.record(
        "job.died",
        stream="system",
        actor=None,
        object_type="job",
        object_id=str(held.job_id),
        object_label=held.key,
        reason=error,
        extra={"kind": held.kind, "attempts": held.attempt},
    )
    logger.error("Job %s is dead after %s attempts: %s", held.key, held.attempt, error)


def _describe(error: Exception) -> str:
    """Kind of error and its first line: the following lines of a database error quote the row."""
    lines = str(error).replace("\x00", "").splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:400].encode(errors="replace").decode()
