"""Several approvals of one role: when a panel has decided, and what it asks for."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from workflows.rules.verbs import AGREED, GONE

if TYPE_CHECKING:
    from workflows.rules.moves import StepState

Outcome = Literal["open", "passed", "rejected", "returned"]
ALL: Final = "all"
VOTE: Final = "vote"
SEQUENTIAL: Final = "sequential"
VETO: Final = "veto"
COUNTED: Final = "counted"
FIRST_DECIDES: Final = "first_decides"
# A seat that may still become an approval: not asked yet, asked, or sent back to be asked again.
_UNDECIDED: Final = frozenset({"waiting", "open", "returned"})


def panel_outcome(mode: str, needed: int, reject_policy: str, statuses: Sequence[str]) -> Outcome:
    """Whether a panel has decided (approval.md 0.1: mode, threshold and reject policy are three settings).

    Seats that are out of the game or were never needed do not count. At the latest when the last seat has answered
    there is an outcome other than ``open``; what is not a clear yes is a no, so a tie rejects.

    Args:
        mode: ``all`` and ``sequential`` need every seat, ``vote`` needs `needed` of them.
        reject_policy: ``veto``: one rejection rejects; ``counted``: rejected once passing has become impossible;
            ``first_decides``: the first answer is the answer of the panel.
        statuses: of all its seats.
    """
    asked = [status for status in statuses if status not in GONE]
    yes = sum(status in AGREED for status in asked)
    no = asked.count("rejected")
    undecided = sum(status in _UNDECIDED for status in asked)
    wanted = needed if mode == VOTE else yes + no + undecided
    if no and (reject_policy != COUNTED or yes + undecided < wanted):
        return "rejected"
    if "returned" in asked:
        return "returned"
    if yes >= wanted or (yes and reject_policy == FIRST_DECIDES) or not (yes or no or undecided):
        return "passed"
    return "rejected" if yes + undecided < wanted else "open"


def outcomes(steps: Sequence["StepState"]) -> Mapping[str, Outcome]:
    """The outcome of every panel among the steps, by its key."""
    panels: dict[str, list[StepState]] = {}
    for step in steps:
        if step.panel:
            panels.setdefault(step.panel, []).append(step)
    return {
        key: panel_outcome(
            seats[0].panel_mode, seats[0].needed, seats[0].reject_policy, [seat.status for seat in seats]
        )
        for key, seats in panels.items()
    }


def seats_to_keep(needed: int, wanted: int, free: int) -> int:
    """How many of the seats of a vote are asked: no more than there are people, never fewer than must agree."""
    return max(needed, min(wanted, free))
