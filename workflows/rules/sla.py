"""What time does to a step that nobody decides: remind, escalate, and at last give the request back."""

from typing import Final, Literal

Rung = Literal["remind", "escalate", "end", "rest"]
# Who only comments, ratifies or hears an appeal is reminded; what his silence means says the router.
ESCALATED_MODES: Final = frozenset({"approve", "endorse"})


def next_rung(*, mode: str, overdue: bool, reminded: bool, escalated: int, escalations: int, above: bool) -> Rung:
    """The next rung of the ladder (approval reference 1C, timeout action; W18). Nothing is ever approved by time.

    Args:
        overdue: the working hours of the step are over; a reminder would come too late then.
        escalated: how often it went to a superior already, of at most `escalations`.
        above: somebody is there to escalate to.
    """
    if mode not in ESCALATED_MODES:
        return "rest" if reminded or overdue else "remind"
    if not overdue:
        return "rest" if reminded else "remind"
    if escalated < escalations and above:
        return "escalate"
    return "end"
