"""What may be said in a step, and what becomes of the step."""

from collections.abc import Mapping
from typing import Final, Literal

APPROVE: Final = "approve"
APPROVE_CONDITIONAL: Final = "approve_conditional"
RETURN: Final = "return"
REJECT: Final = "reject"
OBJECT: Final = "object"
VERBS: Final = (APPROVE, APPROVE_CONDITIONAL, RETURN, REJECT, OBJECT)
# What may be said in a step, by its mode (docs/glossary.md): whoever ratifies or comments judges what others decided.
VERBS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "approve": (APPROVE, APPROVE_CONDITIONAL, RETURN, REJECT),
    "endorse": (APPROVE, APPROVE_CONDITIONAL, RETURN, REJECT),
    "comment": (APPROVE, OBJECT),
    "ratify": (APPROVE, REJECT),
    "appeal": (APPROVE, REJECT),
}
# Saying no, or asking for more, needs a reason that the rep can read.
NEEDS_REASON: Final = frozenset({APPROVE_CONDITIONAL, RETURN, REJECT, OBJECT})
# Steps that act after the request took effect, and those that go on without an answer when their time is over.
RATIFYING: Final = frozenset({"ratify", "appeal"})
LAPSING: Final = frozenset({"comment", "ratify"})

StepStatus = Literal[
    "waiting", "open", "approved", "objected", "rejected", "returned", "not_needed", "skipped", "lapsed",
    "carried", "superseded", "withdrawn",
]  # fmt: skip
STATUS_AFTER: Final[Mapping[str, StepStatus]] = {
    APPROVE: "approved",
    APPROVE_CONDITIONAL: "approved",
    RETURN: "returned",
    REJECT: "rejected",
    OBJECT: "objected",
}
SETTLED: Final = frozenset({"approved", "objected", "skipped", "not_needed", "lapsed", "carried"})
CONFIRMED: Final = frozenset({"approved", "skipped", "not_needed", "carried"})
# Whose word counts for what is granted: said in this round, or carried over from an earlier one.
AGREED: Final = frozenset({"approved", "carried"})
# Somebody has had his say.
ANSWERED: Final = AGREED | {"objected", "rejected", "returned"}
# Out of the game: asked again by another step, or an addition that was taken away.
GONE: Final = frozenset({"superseded", "withdrawn"})
