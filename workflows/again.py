"""Asking again within a round: a step is superseded by a copy that waits, and whoever decided may decide anew."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from workflows import rules
from workflows.engine import Round, cancel
from workflows.models import PanelMode, Step
from workflows.routing import BEFORE
from workflows.seating import SAME
from workflows.trail import note

_TIMES: Final = re.compile(r"(?P<base>.*?)(?:~(?P<times>\d+))?")
# Steps that have nothing to be asked again for: not asked yet, or passed over.
_UNTOUCHED: Final = frozenset({"waiting", "skipped"})


def next_key(key: str, taken: Iterable[str]) -> str:
    """The key of the next copy: ``RD``, ``RD~2``, ``RD~3`` …"""
    found = _TIMES.fullmatch(key)
    base, times = (found["base"], int(found["times"] or 1)) if found else (key, 1)
    there = set(taken)
    while f"{base}~{times + 1}" in there:
        times += 1
    return f"{base}~{times + 1}"


def supersede(round_: Round, step: Step) -> Step:
    """Take a step out of the game and insert its copy: for the same person, a seat of the same panel."""
    copy = _copy(step, next_key(step.key, _keys(round_)))
    copy.assignee, copy.queue_key = step.assignee, step.home_key
    _replace(round_, [step], [copy], {step.key: copy.key})
    return copy


def ask_again_from(round_: Round, stage: int) -> tuple[list[Step], list[Step]]:
    """Ask a stage and everything after it again: what was decided or open is superseded, its copies wait.

    A panel is asked anew as a whole: where all have to agree, whoever belongs to the pool then.

    Returns:
        what was superseded, and the copies.
    """
    touched = [step for step in round_.steps if _has_to_be_asked_again(step, stage)]
    panels = {step.panel for step in touched} - {""}
    doomed = [
        step for step in round_.steps if step in touched or (step.panel in panels and step.status not in rules.GONE)
    ]
    taken, panel_names, names = _keys(round_), dict[str, str](), dict[str, str]()
    copies: list[Step] = []
    for step in doomed:
        if step.panel in panel_names and step.panel_mode != PanelMode.VOTE:
            continue  # one seat is enough: the others follow when it opens
        copy = _copy(step, next_key(step.key if step.panel_mode == PanelMode.VOTE else step.panel or step.key, taken))
        if step.panel:
            copy.panel = panel_names.setdefault(step.panel, copy.key)
        elif step.assignee_id is not None:
            copy.assignee, copy.queue_key = step.assignee, step.home_key
        taken.add(copy.key)
        names[step.key] = copy.key
        copies.append(copy)
    _replace(round_, doomed, copies, names)
    return doomed, copies


def note_again(round_: Round, doomed: Iterable[Step], copies: Iterable[Step], *, because: dict[str, str]) -> None:
    """Write down which steps are asked again, and by which copies."""
    note(
        round_,
        "request.asked_again",
        before={"superseded": [step.key for step in doomed]},
        after={"steps": [step.key for step in copies]},
        extra=because,
    )


def _has_to_be_asked_again(step: Step, stage: int) -> bool:
    if step.stage < stage or step.mode in rules.RATIFYING or step.status in rules.GONE | _UNTOUCHED:
        return False
    return step.status != "not_needed"


def _keys(round_: Round) -> set[str]:
    return {step.key for step in round_.steps}


def _copy(step: Step, key: str) -> Step:
    return Step(**{name: getattr(step, name) for name in SAME}, key=key, status="waiting", beside=step.beside)


def _replace(round_: Round, doomed: Iterable[Step], copies: list[Step], names: Mapping[str, str]) -> None:
    """Put the copies in place; what was added before or beside a step belongs to its copy now."""
    for step in doomed:
        cancel(step, round_)
        step.status, step.closed_at = "superseded", step.closed_at or round_.now
        round_.touch(step)
    for step in [*round_.steps, *copies]:
        mark, key = (BEFORE, step.beside[1:]) if step.beside.startswith(BEFORE) else ("", step.beside)
        if key in names and step.status not in rules.GONE:
            step.beside = mark + names[key]
            round_.touch(step)
    Step.objects.bulk_create(copies)
    round_.add(copies)
