"""What decides about a request, as plain values: the next move, who may decide, what was granted.

No Django, no clock, no database. Terms of `docs/glossary.md`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

APPROVE: Final = "approve"
APPROVE_CONDITIONAL: Final = "approve_conditional"
RETURN: Final = "return"
REJECT: Final = "reject"
VERBS: Final = (APPROVE, APPROVE_CONDITIONAL, RETURN, REJECT)
# Saying no, or asking for more, needs a reason that the rep can read.
NEEDS_REASON: Final = frozenset({APPROVE_CONDITIONAL, RETURN, REJECT})

StepStatus = Literal["waiting", "open", "approved", "rejected", "returned", "not_needed", "skipped"]
STATUS_AFTER: Final[Mapping[str, StepStatus]] = {
    APPROVE: "approved",
    APPROVE_CONDITIONAL: "approved",
    RETURN: "returned",
    REJECT: "rejected",
}
SETTLED: Final = frozenset({"approved", "skipped", "not_needed"})


@dataclass(frozen=True)
class StepState:
    """A step as the router sees it."""

    id: int
    stage: int
    status: StepStatus


@dataclass(frozen=True)
class Move:
    """Where the process goes next.

    node: ``approve`` (open the steps in `opens`), ``revise``, ``apply``, ``rejected`` or None (wait).
    closes: open or waiting steps that no longer matter.
    """

    node: Literal["approve", "revise", "apply", "rejected"] | None
    opens: tuple[int, ...] = ()
    closes: tuple[int, ...] = ()


def next_move(steps: Sequence[StepState], *, waited_enough: bool = False) -> Move:
    """Decide the next move of one round (defaults 2(d), routing rule 4).

    All parties of a stage must agree. One rejection ends the round at once; a return waits until every open
    party of the stage has answered, or until `waited_enough` (24 hours) is said.
    """
    unsettled = [step for step in steps if step.status not in SETTLED]
    remaining = tuple(step.id for step in steps if step.status in ("open", "waiting"))
    if any(step.status == "rejected" for step in unsettled):
        return Move("rejected", closes=remaining)
    if not unsettled:
        return Move("apply")
    stage = min(step.stage for step in unsettled)
    current = [step for step in unsettled if step.stage == stage]
    is_open = any(step.status == "open" for step in current)
    if any(step.status == "returned" for step in current):
        if is_open and not waited_enough:
            return Move(None)
        return Move("revise", closes=remaining)
    opens = tuple(step.id for step in current if step.status == "waiting")
    return Move("approve", opens=opens) if opens else Move(None)


def seat(candidates: Mapping[str, Collection[int]]) -> dict[str, int] | None:
    """Give every step its own person, or None when there are too few.

    Args:
        candidates: step key -> ids of the natural persons who could decide it.

    Returns:
        step key -> person, all different (a system of distinct representatives, by augmenting paths).
    """
    taken: dict[int, str] = {}

    def place(step: str, tried: set[int]) -> bool:
        for person in sorted(candidates[step]):
            if person in tried:
                continue
            tried.add(person)
            if person not in taken or place(taken[person], tried):
                taken[person] = step
                return True
        return False

    if not all(place(step, set()) for step in candidates):
        return None
    return {step: person for person, step in taken.items()}


def duplicates_to_skip(
    order: Sequence[tuple[int, str]], candidates: Mapping[str, Collection[int]]
) -> tuple[str, ...] | None:
    """The fewest lower steps to skip because their only person also sits higher (routing rule 3).

    Args:
        order: (stage, step key), lowest stage first.
        candidates: step key -> persons who could decide it.

    Returns:
        keys to skip (often empty), or None when even then a step has nobody of its own.
    """
    skipped: list[str] = []
    left = {key: set(candidates[key]) for _, key in order}
    while seat(left) is None:
        for stage, key in order:
            if key not in left or len(left[key]) != 1:
                continue
            later = (other for at, other in order if other in left and at > stage)
            if any(left[other] == left[key] for other in later):
                skipped.append(key)
                del left[key]
                break
        else:
            return None
    return tuple(skipped)


@dataclass(frozen=True)
class Refusal:
    """Why not: a stable code, and values for the sentence that `workflows.refusals` keeps in both languages."""

    code: str
    status: int = 403
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decider:
    """Who wants to decide, as of now."""

    person: int
    active: bool
    holds_role: bool
    ceiling: Decimal | None = None  # None: no ceiling


@dataclass(frozen=True)
class Duties:
    """Natural persons who must stay apart (trust reference 4.2, S1 and S2).

    owners: who looked after the customer when it was submitted, and who does now.
    """

    submitter: int
    owners: frozenset[int]
    editors: frozenset[int]
    decided: frozenset[int]


def refusal_to_decide(
    *,
    decider: Decider,
    duties: Duties,
    step_status: str,
    sha_shown: str,
    sha_now: str,
    final_amount: Decimal | None,
) -> Refusal | None:
    """The one list of checks behind every channel; None means: go ahead.

    Args:
        sha_shown: digest of the content that the decider had on the screen.
        sha_now: digest of the content that would be decided.
        final_amount: what an approval of this step would finally grant; None when it only endorses.
    """
    if not decider.active:
        return Refusal("account_closed")
    if step_status != "open":
        return Refusal("step_closed", 409)
    if sha_shown != sha_now:
        return Refusal("content_changed", 409)
    if decider.person == duties.submitter:
        return Refusal("own_request")
    if decider.person in duties.owners:
        return Refusal("own_customer")
    if decider.person in duties.editors:
        return Refusal("edited_it")
    if not decider.holds_role:
        return Refusal("no_authority")
    if decider.person in duties.decided:
        return Refusal("already_decided")
    if final_amount is not None and decider.ceiling is not None and final_amount > decider.ceiling:
        return Refusal("above_ceiling", values={"ceiling": f"{decider.ceiling:,.2f}"})
    return None


@dataclass(frozen=True)
class Terms:
    """What is granted: at most what was asked, tightened by each approver's conditions.

    limit in currency units, term in days; `security` and `notes` are conditions in words.
    """

    limit: Decimal
    term_days: int
    valid_from: date
    valid_to: date
    placement: Decimal = Decimal(0)
    security: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conditions:
    """What an approver may ask for; every field only tightens. None leaves the field as it is."""

    limit: Decimal | None = None
    term_days: int | None = None
    valid_to: date | None = None
    security: str = ""
    note: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Conditions()


def loosened(terms: Terms, conditions: Conditions) -> str | None:
    """The first field in which the conditions would give more than the terms so far, or None.

    Raising is a return to the rep, not a condition (routing rule 7).
    """
    if conditions.limit is not None and conditions.limit > terms.limit:
        return "limit"
    if conditions.term_days is not None and conditions.term_days > terms.term_days:
        return "term_days"
    if conditions.valid_to is not None and not terms.valid_from < conditions.valid_to <= terms.valid_to:
        return "valid_to"
    return None


def tightened(terms: Terms, conditions: Iterable[Conditions]) -> Terms:
    """Apply the conditions of all approvers; the tightest wins, in any order."""
    asked = list(conditions)
    return Terms(
        limit=min([terms.limit, *(each.limit for each in asked if each.limit is not None)]),
        term_days=min([terms.term_days, *(each.term_days for each in asked if each.term_days is not None)]),
        valid_from=terms.valid_from,
        valid_to=min([terms.valid_to, *(each.valid_to for each in asked if each.valid_to is not None)]),
        placement=terms.placement,
        security=terms.security + tuple(each.security for each in asked if each.security),
        notes=terms.notes + tuple(each.note for each in asked if each.note),
    )
