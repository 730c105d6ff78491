"""Where a round goes next: the rule's answer, put into what the flow opens and closes."""

import re
from dataclasses import replace
from typing import Any, Final

from workflows import rules
from workflows.engine import Round, close, hold
from workflows.models import Origin, State, Step
from workflows.seating import take_seats

# In front of the key in `Step.beside` when the added step comes before that step; else it comes beside or after it.
BEFORE: Final = "<"
_PLACE: Final = re.compile(r"\.(\d+)(?:~\d+)?$")


def moves(round_: Round, *, reopening: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """Ask the rule for the next move and close what no longer matters."""
    request = round_.request
    move = _next(round_, reopening)
    if move.node == "approve" and take_seats(round_, move.opens):
        move = _next(round_, reopening)
    for step in round_.steps:
        if step.pk in move.closes:
            close(step, round_)
    if move.node is None:
        return []
    if move.node == "approve":
        return [("approve", {"step": pk}) for pk in move.opens]
    if move.node == "revise":
        request.state = State.RETURNED
        round_.tell("returned")
    if move.node == "rejected":
        request.state, request.closed_at = State.REJECTED, round_.now
        round_.tell("rejected")
    if move.node == "finish":
        request.closed_at = round_.now
    return [(round_.kind.agreed if move.node == "agreed" else move.node, {})]


def open_due(round_: Round) -> None:
    """Open the steps whose turn it is, although nobody has decided just now: their task hangs on the last gateway.

    Raises RuntimeError when the round would end: only a decision ends it.
    """
    process, route = round_.request.process, round_.kind.flow.route
    if process is None:
        raise RuntimeError("a request under way has a process")
    found = moves(round_, reopening=True)
    if any(name != "approve" for name, _data in found):
        raise RuntimeError("nothing ends a round but a decision")
    if found:
        gateway = process.task_set.filter(flow_task=route).latest("pk")
        process.round_, gateway.process = round_, process
        activation = gateway.flow_task.activation_class(gateway)
        gateway.flow_task.open(activation, found)


def hold_back(round_: Round) -> list[Step]:
    """Let steps wait again whose turn has not come yet after all; their clock stands meanwhile."""
    fresh = [replace(state, status="waiting") if state.status == "open" else state for state in states(round_)]
    due = rules.next_move(fresh, reopening=True).opens
    early = [step for step in round_.steps if step.status == "open" and step.pk not in due]
    for step in early:
        hold(step, round_)
    return early


def ends_with(round_: Round, step: Step) -> bool:
    """Whether an approval of this step would be the last one that is needed."""
    said = [replace(state, status="approved") if state.id == step.pk else state for state in states(round_)]
    return rules.next_move(said).node == "agreed"


def _next(round_: Round, reopening: bool) -> rules.Move:
    in_force = round_.request.effective_at is not None
    waited = round_.waited_enough
    return rules.next_move(states(round_), in_force=in_force, waited_enough=waited, reopening=reopening)


def states(round_: Round) -> list[rules.StepState]:
    """The steps as the rule sees them."""
    before: dict[str, list[int]] = {}
    for step in round_.steps:
        if step.beside.startswith(BEFORE):
            before.setdefault(step.beside.removeprefix(BEFORE), []).append(step.pk)
    return [
        rules.StepState(
            step.pk,
            step.stage,
            step.status,  # type: ignore[arg-type]
            step.mode,
            panel=step.panel,
            panel_mode=step.panel_mode,
            needed=step.needed,
            reject_policy=step.reject_policy,
            place=_place(step.key),
            waits_for=tuple(before.get(step.key, ())),
            advisory=step.origin == Origin.ADDED and step.mode == "comment",
        )
        for step in round_.steps
    ]


def _place(key: str) -> int:
    found = _PLACE.search(key)
    return int(found[1]) if found else 0
