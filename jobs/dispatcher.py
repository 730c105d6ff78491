"""Finding jobs that nobody was told about, or that a lost worker left behind, and telling Celery again.

Any number of dispatchers may run. Nothing that the broker loses is lost: the row is simply published again.
"""

import time
from collections.abc import Callable
from typing import Final

from django.db import connection

from jobs import registry

BATCH: Final = 500
# The doorbell of `enqueue` is given this long; then the dispatcher assumes that nobody heard it.
GRACE_SECONDS: Final = 2
REPUBLISH_SECONDS: Final = 30

_DUE = """
WITH due AS (
    SELECT id FROM jobs_job
    WHERE (
            state = 'pending' AND due_at <= clock_timestamp() - make_interval(secs => %s)
            AND (published_at IS NULL OR published_at < clock_timestamp() - make_interval(secs => %s))
        ) OR (
            state = 'running' AND lease_until < clock_timestamp()
            AND (published_at IS NULL OR published_at < lease_until
                OR published_at < clock_timestamp() - make_interval(secs => %s))
        )
    ORDER BY due_at, id LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE jobs_job SET published_at = clock_timestamp() FROM due WHERE jobs_job.id = due.id
RETURNING jobs_job.id
"""
_NOT_SENT = "UPDATE jobs_job SET published_at = NULL WHERE id = ANY(%s)"
_ENQUEUE_PERIODIC = """
INSERT INTO jobs_job (kind, key, payload)
SELECT kind, kind || ':' || floor(extract(epoch FROM clock_timestamp()) / every)::bigint, '{}'::jsonb
FROM unnest(%s::text[], %s::int[]) AS t (kind, every)
ON CONFLICT (key) DO NOTHING
"""
_next_periodic = 0.0


def dispatch_due(publish: Callable[[int], None]) -> int:
    """Publish the ids of all jobs that wait for a worker; one statement for any number of them.

    Args:
        publish: sends one id; what could not be sent is taken by the next round.

    Returns:
        How many were published.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [GRACE_SECONDS, REPUBLISH_SECONDS, REPUBLISH_SECONDS, BATCH])
        waiting = [row[0] for row in cursor.fetchall()]
    # Only now, without a lock: a quick worker that finds its row locked would drop the message
    for sent, job_id in enumerate(waiting):
        try:
            publish(job_id)
        except Exception:
            with connection.cursor() as cursor:
                cursor.execute(_NOT_SENT, [waiting[sent:]])
            raise
    return len(waiting)


def enqueue_periodic() -> None:
    """Make the job of the present period for every kind that comes due by itself."""
    global _next_periodic
    kinds = registry.periodic()
    if not kinds or time.monotonic() < _next_periodic:
        return
    _next_periodic = time.monotonic() + 10
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE_PERIODIC, [[kind.name for kind in kinds], [kind.every_seconds for kind in kinds]])
