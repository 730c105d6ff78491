"""Stars that are to be rated again: a job for the day; `workflows.rerating_due` does it."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models import Unit
from jobs.services import enqueue

JOB: Final = "workflows.rerating_due"


def schedule(unit: Unit, on: date) -> None:
    """Make sure that the due customers of a company are rated on a day; one job for the company and day."""
    at = datetime.combine(on, time.min, ZoneInfo(unit.time_zone))
    enqueue(JOB, f"rerating-due:{unit.pk}:{on.isoformat()}", {"unit": unit.pk}, due_at=at)
