"""Where a round goes next, from the states of its steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.rules.verbs import CONFIRMED, GONE, RATIFYING, SETTLED, StepStatus


@dataclass(frozen=True)
class StepState:
    """A step as the router sees it."""

    id: int
    stage: int
    status: StepStatus
    mode: str = "approve"


@dataclass(frozen=True)
class Move:
    """Where the process goes next.

    node: ``approve`` (open the steps in `opens`), ``revise``, ``agreed`` (put it in force), ``rejected``, ``undo``,
    ``finish`` or None (wait).
    closes: open or waiting steps that no longer matter.
    """

    node: Literal["approve", "revise", "agreed", "rejected", "undo", "finish"] | None
    opens: tuple[int, ...] = ()
    closes: tuple[int, ...] = ()


def next_move(steps: Sequence[StepState], *, in_force: bool = False, waited_enough: bool = False) -> Move:
    """Decide the next move of one round (defaults 2(d), routing rule 4).

    All parties of a stage must agree. One rejection ends the round at once; a return waits until every open
    party of the stage has answered, or until `waited_enough` (24 hours) is said.

    Args:
        in_force: it has taken effect; what is left is to ratify it.
    """
    steps = [step for step in steps if step.status not in GONE]
    if in_force:
        return _next_to_ratify([step for step in steps if step.mode in RATIFYING])
    unsettled = [step for step in steps if step.mode not in RATIFYING and step.status not in SETTLED]
    if any(step.status == "rejected" for step in unsettled):
        return Move("rejected", closes=_remaining(steps))
    if not unsettled:
        return Move("agreed")
    stage = min(step.stage for step in unsettled)
    current = [step for step in unsettled if step.stage == stage]
    is_open = any(step.status == "open" for step in current)
    if any(step.status == "returned" for step in current):
        if is_open and not waited_enough:
            return Move(None)
        return Move("revise", closes=_remaining(steps))
    return _open(current)


def _next_to_ratify(steps: Sequence[StepState]) -> Move:
    """Everybody confirms what is in force; when one does not, or not in time, the appeal decides, else it is undone."""
    asked = [step for step in steps if step.mode == "ratify"]
    appeal = [step for step in steps if step.mode == "appeal"]
    if any(step.status == "rejected" for step in appeal):
        return Move("undo", closes=_remaining(steps))
    nobody = bool(asked) and all(step.status == "skipped" for step in asked)  # the appeal sits for all of them
    if all(step.status in CONFIRMED for step in asked) and not (nobody and appeal):
        return Move("finish", closes=_remaining(steps))
    if nobody or any(step.status in ("rejected", "lapsed") for step in asked):
        if not appeal:
            return Move("undo", closes=_remaining(asked))
        if all(step.status in CONFIRMED for step in appeal):
            return Move("finish", closes=_remaining(steps))
        opened = _open(appeal)
        return Move(opened.node, opened.opens, _remaining(asked))
    stage = min(step.stage for step in asked if step.status not in CONFIRMED)
    return _open([step for step in asked if step.stage == stage])


def _open(steps: Sequence[StepState]) -> Move:
    opens = tuple(step.id for step in steps if step.status == "waiting")
    return Move("approve", opens=opens) if opens else Move(None)


def _remaining(steps: Sequence[StepState]) -> tuple[int, ...]:
    return tuple(step.id for step in steps if step.status in ("open", "waiting"))
