"""An open step must always be in a queue that somebody reads, and never be approved by nobody."""

from workflows import rounds
from workflows.delegations import stranded
from workflows.engine import Round
from workflows.models import Handover, Step
from workflows.people import Pool
from workflows.services.handing import hand_over

# What says who may decide a step; contents and plans are large and say nothing about it.
READ = ("request__unit", "request__submitter", "request__owner", "request__customer__owner", "submission")


def move_orphaned_steps() -> int:
    """Move open steps that nobody of their pool may decide to the nearest people who may; return how many.

    People come and go while a request waits. Role members first, then superiors of the function, then the owner of
    the policy (approval reference 1C). A constant number of statements when everything is in order.
    """
    steps = Step.objects.filter(status="open").select_related(*READ).order_by("pk")
    lost = stranded(steps.defer("submission__content", "submission__plan"))
    rows = Step.objects.filter(pk__in=lost).values_list("request__no", "pk") if lost else ()
    return sum(_move(no, pk) for no, pk in rows)


def _move(no: str, pk: int) -> bool:
    round_ = rounds.lock(no, None)
    step = next((each for each in round_.steps if each.pk == pk and each.status == "open"), None)
    if step is None or round_.staff is None:
        return False
    if step.is_out:
        return _take_home(round_, step)
    before, pool = step.queue_key, round_.staff.refuge(step)
    if pool.queue_key == before:
        return False
    if before.startswith("@"):
        Handover.objects.create(
            step=step,
            verb=Handover.Verb.RETURN_TO_POOL,
            from_user_id=int(before[1:]),
            from_key=before,
            to_key=pool.queue_key,
            at=round_.now,
        )
    step.assignee, step.queue_key = None, pool.queue_key
    round_.touch(step)
    _tell(round_, step, pool)
    moved = {"pool": pool.queue_key}
    rounds.note(round_, "request.step_moved", before={"pool": before}, after=moved, extra={"step": step.key})
    rounds.save(round_)
    return True


def _take_home(round_: Round, step: Step) -> bool:
    """Whoever was to give an opinion cannot any more: the step goes back to whoever had it, who decides without."""
    given = step.handovers.filter(verb=Handover.Verb.DELEGATE).select_related("from_user", "to_user").last()
    before, step.queue_key = step.queue_key, step.home_key
    if given is None or step.queue_key == before:
        return False
    hand_over(round_, step, Handover.Verb.HAND_BACK, before, given.to_user, given.from_user, "")
    round_.tell("released", step, to=[given.to_user_id])
    round_.tell("opened", step)
    rounds.note(
        round_, "request.step_moved", before={"pool": before}, after={"pool": step.queue_key}, extra={"step": step.key}
    )
    rounds.save(round_)
    return True


def _tell(round_: Round, step: Step, pool: Pool) -> None:
    """Whoever gets it hears of it; that a role has nobody, those who can give it to somebody."""
    if sum(each.status == "open" for each in round_.same_seats(step)) > 1:
        return  # of a vote they hear with its first seat
    if pool.members:
        round_.tell("opened", step)
    if pool.queue_key.split(":")[0] != step.role:
        round_.tell("orphaned", step)
