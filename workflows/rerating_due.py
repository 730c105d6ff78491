"""The re-rating that starts by itself: on the day on which stars in force are to be rated again."""

from datetime import timedelta
from typing import Final

from accounts.models import Unit, User
from accounts.queries import assignments_covering, business_today
from audit.clock import db_now
from customers.models import RatingRun, RatingScope
from jobs.registry import GiveUpError
from jobs.services import enqueue
from workflows import rerating_run, tier_review
from workflows.rerating import MAY_START, in_scope

PAUSE: Final = timedelta(hours=1)


def start(unit_id: int, key: str) -> None:
    """Start the re-rating of everybody due, in the name of sales operations, or of credit control without one.

    One person has one re-rating at work: while he has another, it is tried again in an hour.

    Raises:
        GiveUpError: the company has neither.
    """
    actor = _in_charge(Unit.objects.get(pk=unit_id))
    if actor is None:
        raise GiveUpError("nobody may start a re-rating for this company")
    today = business_today()
    if not in_scope(actor, RatingScope.DUE, today).exists():
        return  # a later decision has set another day
    if RatingRun.objects.filter(started_by=actor, finished_at__isnull=True).exists():
        later = db_now() + PAUSE
        enqueue(tier_review.JOB, f"rerating-due:{unit_id}:{later.isoformat()}", {"unit": unit_id}, due_at=later)
        return
    rerating_run.start(actor, RatingScope.DUE, today, key)


def _in_charge(unit: Unit) -> User | None:
    held = list(assignments_covering(unit, None).filter(role__in=MAY_START).order_by("is_deputy", "pk"))
    found = {assignment.role: assignment.user for assignment in reversed(held)}
    return next((found[role] for role in MAY_START if role in found), None)
