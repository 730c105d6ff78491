"""The re-rating that starts by itself: on the day on which stars in force are to be rated again."""

from accounts.models import Unit, User
from accounts.queries import assignments_covering, business_today
from customers.models import RatingScope
from jobs.registry import GiveUpError
from workflows import rerating_run
from workflows.rerating import MAY_START


def start(unit_id: int, key: str) -> None:
    """Start the re-rating of everybody due, in the name of sales operations, or of credit control without one.

    Raises:
        GiveUpError: the company has neither.
    """
    actor = _in_charge(Unit.objects.get(pk=unit_id))
    if actor is None:
        raise GiveUpError("nobody may start a re-rating for this company")
    rerating_run.start(actor, RatingScope.DUE, business_today(), key)


def _in_charge(unit: Unit) -> User | None:
    held = list(assignments_covering(unit, None).filter(role__in=MAY_START).order_by("is_deputy", "pk"))
    found = {assignment.role: assignment.user for assignment in reversed(held)}
    return next((found[role] for role in MAY_START if role in found), None)
