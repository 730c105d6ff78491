"""Where a round goes next, from the states of its steps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.rules.panels import SEQUENTIAL, VETO, Outcome, outcomes
from workflows.rules.verbs import CONFIRMED, GONE, RATIFYING, SETTLED, StepStatus


@dataclass(frozen=True)
class StepState:
    """A step as the router sees it.

    Args:
        panel: key of the panel that it is a seat of, with the panel's three settings; empty when it is alone.
        place: among the seats of its panel.
        waits_for: ids of steps that were put before it.
        advisory: an opinion that somebody asked for on the way; it holds up nothing but what waits for it.
    """

    id: int
    stage: int
    status: StepStatus
    mode: str = "approve"
    panel: str = ""
    panel_mode: str = ""
    needed: int = 1
    reject_policy: str = VETO
    place: int = 0
    waits_for: tuple[int, ...] = ()
    advisory: bool = False


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


def next_move(
    steps: Sequence[StepState], *, in_force: bool = False, waited_enough: bool = False, reopening: bool = False
) -> Move:
    """Decide the next move of one round (defaults 2(d), routing rule 4).

    All parties of a stage must agree, a panel by its own settings. One rejection ends the round at once; a return
    waits until every open party of the stage has answered, or until `waited_enough` (24 hours) is said.

    Args:
        in_force: it has taken effect; what is left is to ratify it.
        reopening: nobody has decided just now, a step is asked again or added: a return waits for it, too.
    """
    steps = [step for step in steps if step.status not in GONE]
    if in_force:
        return _next_to_ratify([step for step in steps if step.mode in RATIFYING])
    panels = outcomes(steps)
    deciding = [step for step in steps if step.mode not in RATIFYING and not step.advisory]
    unsettled = [step for step in deciding if not _settled(step, panels)]
    if any(_rejects(step, panels) for step in deciding):
        return Move("rejected", closes=_remaining(steps))
    if not unsettled:
        return Move("agreed", closes=_remaining(step for step in steps if step.mode not in RATIFYING))
    stage = min(step.stage for step in unsettled)
    current = [step for step in unsettled if step.stage == stage]
    if not reopening and any(step.status == "returned" for step in current):
        is_open = any(step.status == "open" for step in current)
        return Move(None) if is_open and not waited_enough else Move("revise", closes=_remaining(steps))
    over = [step for step in steps if panels.get(step.panel) == "passed" or (step.advisory and step.stage < stage)]
    asked = current + [step for step in steps if step.advisory and step.stage == stage]
    return _open(_may_open(asked, _remaining(steps)), closes=_remaining(over))


def _settled(step: StepState, panels: Mapping[str, Outcome]) -> bool:
    """Whether nothing is to be waited for; a seat that was outvoted, or may still be, has answered too."""
    if panels.get(step.panel) == "passed":
        return True
    return step.status in SETTLED or (step.status == "rejected" and bool(step.panel))


def _rejects(step: StepState, panels: Mapping[str, Outcome]) -> bool:
    return panels[step.panel] == "rejected" if step.panel else step.status == "rejected"


def _may_open(steps: Iterable[StepState], unanswered: Collection[int]) -> list[StepState]:
    """Without those that wait for an added step, and of a panel one after another only the next."""
    free: list[StepState] = []
    busy: set[str] = set()
    for step in sorted(steps, key=lambda step: step.place):
        if step.panel and step.panel_mode == SEQUENTIAL:
            if step.panel in busy or step.status not in ("waiting", "open"):
                continue
            busy.add(step.panel)
        if not any(other in unanswered for other in step.waits_for):
            free.append(step)
    return free


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


def _open(steps: Iterable[StepState], closes: tuple[int, ...] = ()) -> Move:
    opens = tuple(step.id for step in steps if step.status == "waiting")
    return Move("approve" if opens else None, opens, closes)


def _remaining(steps: Iterable[StepState]) -> tuple[int, ...]:
    return tuple(step.id for step in steps if step.status in ("open", "waiting"))
