"""What time does to a step that nobody decides: remind, escalate, and at last give the request back."""

from typing import Final, Literal

Rung = Literal["remind", "escalate", "urge", "end", "rest"]
# Who only comments, ratifies or hears an appeal is reminded; what his silence means says the router.
ESCALATED_MODES: Final = frozenset({"approve", "endorse"})


def next_rung(*, mode: str, overdue: bool, reminded: bool, escalated: int, escalations: int, above: bool) -> Rung:
    """The next rung of the ladder (approval reference 1C, timeout action; W18). Nothing is ever approved by time.

    Args:
        overdue: the working hours of the step are over; a reminder would come too late then.
        escalated: how often it went to a superior or was urged already, of at most `escalations`.
        above: somebody is there to escalate to; else the people of the step are urged once more.
    """
    if mode not in ESCALATED_MODES:
        return "rest" if reminded or overdue else "remind"
    if not overdue:
        return "rest" if reminded else "remind"
    if escalated < escalations:
        return "escalate" if above else "urge"
    return "end"
