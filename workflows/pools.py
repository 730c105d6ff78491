"""An open step must always be in a queue that somebody reads."""

from accounts.models import RoleAssignment
from accounts.queries import in_force
from workflows import rounds
from workflows.models import Step, queue_key


def move_orphaned_steps() -> int:
    """Move open steps whose pool has nobody left to the nearest pool that has; return how many.

    People come and go while a request waits. Two statements when everything is in order, however many steps wait.
    """
    rows = RoleAssignment.objects.filter(in_force(), user__is_active=True).values_list("role", "unit_id", "region_id")
    staffed = {queue_key(*row) for row in rows.distinct()}
    waiting = Step.objects.filter(status="open").order_by().values_list("queue_key", flat=True).distinct()
    orphaned = set(waiting) - staffed
    if not orphaned:
        return 0
    steps = Step.objects.filter(status="open", queue_key__in=orphaned).values_list("request__no", "pk")
    return sum(_move(no, pk) for no, pk in steps)


def _move(no: str, pk: int) -> bool:
    round_ = rounds.lock(no, None)
    step = next((each for each in round_.steps if each.pk == pk and each.status == "open"), None)
    if step is None or round_.staff is None:
        return False
    before, pool = step.queue_key, round_.staff.pool(step.role)
    if not pool.members or pool.queue_key == before:
        return False
    step.queue_key = pool.queue_key
    step.save(update_fields=["queue_key"])
    rounds.note(
        round_, "request.step_moved", before={"pool": before}, after={"pool": pool.queue_key}, extra={"step": step.key}
    )
    return True
