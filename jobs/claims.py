"""Working on a job: a lease that is extended while the work goes on, and a token that fences off the late."""

import json
import logging
import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction

logger = logging.getLogger(__name__)
MAX_RUN_SECONDS: Final = 600.0
BACKOFF_SECONDS: Final = 2.0
MAX_BACKOFF_SECONDS: Final = 900.0


class LostLeaseError(Exception):
    """Somebody else has the job by now; what was computed is thrown away."""


def lease_seconds() -> float:
    """How long a worker may be silent before another takes its job."""
    return float(getattr(settings, "JOBS_LEASE_SECONDS", 15.0))


@dataclass
class Claim:
    """The right to do one job, as long as the lease is extended.

    A handler computes first, outside any transaction, then stores everything inside ``with claim.commit():``.
    """

    job_id: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempt: int
    token: uuid.UUID
    committed: bool = False
    _lost: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    def heartbeat(self) -> None:
        """Extend the lease; LostLeaseError when it has passed to somebody else."""
        if self._lost.is_set() or not self._extend():
            raise LostLeaseError(self.key)

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is, for the page that waits for it."""
        _execute(
            "UPDATE jobs_job SET progress_done = %s, progress_total = %s WHERE id = %s AND token = %s",
            [done, total, self.job_id, self.token],
        )

    @contextmanager
    def commit(self) -> Iterator[None]:
        """One transaction that marks the job done and holds every effect of it.

        Raises:
            LostLeaseError: when the job is no longer ours; nothing of the block is stored.
        """
        self._stop.set()  # from here on the row lock keeps others away
        with transaction.atomic():
            if not _execute(_CLOSE, [self.job_id, self.token]):
                raise LostLeaseError(self.key)
            yield
        self.committed = True

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Extend the lease from a thread until the work is over, at most MAX_RUN_SECONDS."""
        beat = threading.Thread(target=self._beat, name=f"heartbeat-{self.job_id}", daemon=True)
        beat.start()
        try:
            yield
        finally:
            self._stop.set()
            beat.join()

    def _beat(self) -> None:
        pause = lease_seconds() / 3
        beats = int(MAX_RUN_SECONDS / pause)
        try:
            while beats and not self._stop.wait(pause):
                beats -= 1
                try:
                    if not self._extend():
                        self._lost.set()
                        return
                except DatabaseError:  # the next beat may succeed; the lease decides
                    logger.warning("No heartbeat for job %s", self.key, exc_info=True)
                    close_old_connections()
        finally:
            connection.close()  # this thread's own

    def _extend(self) -> bool:
        return _execute(_EXTEND, [lease_seconds(), self.job_id, self.token])


_CLOSE = """
UPDATE jobs_job
SET state = 'done', finished_at = clock_timestamp(), lease_until = NULL, token = NULL, last_error = ''
WHERE id = %s AND token = %s AND state = 'running'
"""
_EXTEND = """
UPDATE jobs_job SET lease_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND token = %s AND state = 'running'
"""
_CLAIM = """
UPDATE jobs_job
SET state = 'running', token = gen_random_uuid(), attempts = attempts + 1,
    lease_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = (
    SELECT id FROM jobs_job
    WHERE id = %s AND due_at <= clock_timestamp()
        AND (state = 'pending' OR (state = 'running' AND lease_until < clock_timestamp()))
    FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, key, payload, attempts, token
"""
_RETRY = """
UPDATE jobs_job
SET state = 'pending', token = NULL, lease_until = NULL, published_at = NULL, last_error = %s,
    due_at = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND token = %s AND state = 'running'
"""
_BURY = """
UPDATE jobs_job
SET state = 'dead', finished_at = clock_timestamp(), lease_until = NULL, token = NULL, last_error = %s
WHERE id = %s AND token = %s AND state = 'running'
"""


def claim(job_id: int) -> Claim | None:
    """Take a job that is due and that nobody is working on; None when there is nothing to take."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [lease_seconds(), job_id])
        row = cursor.fetchone()
    if row is None:
        return None
    job, kind, key, payload, attempt, token = row
    return Claim(job, kind, key, json.loads(payload) if isinstance(payload, str) else payload, attempt, token)


def retry(held: Claim, error: str) -> bool:
    """Give the job back, due after an exponential pause with jitter; False when it was no longer ours."""
    pause = min(BACKOFF_SECONDS * 2 ** (held.attempt - 1), MAX_BACKOFF_SECONDS)
    return _execute(_RETRY, [error, pause * random.uniform(0.5, 1.0), held.job_id, held.token])


def bury(held: Claim, error: str) -> bool:
    """Mark the job dead; False when it was no longer ours."""
    return _execute(_BURY, [error, held.job_id, held.token])


def _execute(statement: str, values: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)
