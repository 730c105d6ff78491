"""What decides about a request, as plain values: the next move, who may decide, what was granted.

No Django, no clock, no database. Terms of `docs/glossary.md`.
"""

from workflows.rules.bulk import BulkItem, refusal_in_bulk
from workflows.rules.duties import Decider, Duties, Refusal, refusal_to_decide
from workflows.rules.moves import Move, StepState, next_move
from workflows.rules.panels import panel_outcome, seats_to_keep
from workflows.rules.seats import duplicates_to_skip, seat
from workflows.rules.terms import ConditionField, Conditions, Terms, loosened, tightened
from workflows.rules.verbs import (
    AGREED,
    ANSWERED,
    APPROVE,
    APPROVE_CONDITIONAL,
    CONFIRMED,
    GONE,
    LAPSING,
    NEEDS_REASON,
    OBJECT,
    RATIFYING,
    REJECT,
    RETURN,
    SETTLED,
    STATUS_AFTER,
    VERBS,
    VERBS_OF,
    StepStatus,
)

__all__ = [
    "AGREED",
    "ANSWERED",
    "APPROVE",
    "APPROVE_CONDITIONAL",
    "CONFIRMED",
    "GONE",
    "LAPSING",
    "NEEDS_REASON",
    "OBJECT",
    "RATIFYING",
    "REJECT",
    "RETURN",
    "SETTLED",
    "STATUS_AFTER",
    "VERBS",
    "VERBS_OF",
    "BulkItem",
    "ConditionField",
    "Conditions",
    "Decider",
    "Duties",
    "Move",
    "Refusal",
    "StepState",
    "StepStatus",
    "Terms",
    "duplicates_to_skip",
    "loosened",
    "next_move",
    "panel_outcome",
    "refusal_in_bulk",
    "refusal_to_decide",
    "seat",
    "seats_to_keep",
    "tightened",
]
