"""Telling Celery that a job is there. It may fail: the dispatcher finds every job in the database."""

import logging
import time
from typing import Final

from celery import current_app

logger = logging.getLogger(__name__)
# While the broker is away a request must not wait for it again and again.
SILENCE_SECONDS: Final = 30.0
_silent_until = 0.0


def ring(job_id: int) -> bool:
    """Send the id of a job to the workers; False when the broker did not take it, or was not asked."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        publish(job_id)
    except Exception as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("The broker did not take job %s (%s); the dispatcher will.", job_id, type(error).__name__)
        return False
    return True


def publish(job_id: int) -> None:
    """Send the id of a job to the workers; raises whatever the broker client raises."""
    current_app.send_task("jobs.tasks.run", args=[job_id], retry=False, ignore_result=True)
