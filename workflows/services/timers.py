"""What happens by itself when time is over; each checks the state again under the lock."""

from workflows import rounds
from workflows.engine import drop_question, release
from workflows.models import State


def end_waiting_return(no: str, round_number: int, step_key: str = "") -> None:
    """Timer: a day after the first return of a stage, stop waiting for the others. Checks the state again.

    Args:
        step_key: of the step that was returned; when that return was taken back, nothing happens.
    """
    round_ = rounds.lock(no, None)
    returned = [step for step in round_.steps if step.status == "returned" and step_key in ("", step.key)]
    if round_.request.round != round_number or round_.request.state != State.IN_REVIEW or not returned:
        return
    round_.waited_enough = True
    decision = getattr(returned[0], "decision", None)
    rounds.note(round_, "request.return_ended_waiting", after={"step": returned[0].key})  # by itself: no actor
    actor = decision.actor if decision else None
    round_.actor, round_.by_itself = actor or round_.request.submitter, actor is None
    open_steps = [step for step in round_.steps if step.status == "open"]
    waiting = open_steps[0]
    release(waiting, round_)
    waiting.status, waiting.closed_at = "not_needed", round_.now
    drop_question(waiting, round_)
    round_.touch(waiting)
    rounds.advance(round_, waiting.task, actor)
    rounds.save(round_)


def lapse(no: str, step_id: int) -> None:
    """Timer: a comment or a ratification was not given in time. Checks the state again."""
    round_ = rounds.lock(no, None)
    step = next((each for each in round_.steps if each.pk == step_id), None)
    if step is None or step.status != "open" or step.paused_at is not None:
        return
    if step.due_at is None or step.due_at > round_.now:
        return
    release(step, round_)
    step.status, step.closed_at = "lapsed", round_.now
    round_.touch(step)
    rounds.note(round_, "request.step_lapsed", after={"step": step.key, "mode": step.mode})
    round_.actor, round_.by_itself = round_.request.submitter, True  # nobody decided
    rounds.advance(round_, step.task, None)
    rounds.save(round_)


def give_back(no: str, step_id: int) -> None:
    """Timer: nobody decided, and there is nobody left to escalate to: the submitter gets it back. Checks again.

    Time never approves; what was decided so far stands for the next round as far as nothing gets worse.
    """
    round_ = rounds.lock(no, None)
    step = next((each for each in round_.steps if each.pk == step_id), None)
    if step is None or step.status != "open" or step.paused_at is not None:
        return
    if step.due_at is None or step.due_at > round_.now or round_.request.effective_at is not None:
        return
    release(step, round_)
    step.status, step.closed_at = "returned", round_.now
    round_.touch(step)
    rounds.note(round_, "request.returned_by_time", after={"step": step.key, "escalated": step.escalated})
    rounds.return_within_a_day(round_, step)
    round_.actor, round_.by_itself = round_.request.submitter, True  # nobody decided
    rounds.advance(round_, step.task, None)
    rounds.save(round_)
