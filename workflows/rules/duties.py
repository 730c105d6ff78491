"""Who may decide a step: authority, and the natural persons who must stay apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Refusal:
    """Why not: a stable code, and values for the sentence that `workflows.refusals` keeps in both languages."""

    code: str
    status: int = 403
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decider:
    """Who wants to decide, as of now.

    Args:
        holds_role: in his own right, or for somebody who does.
        ceiling: the highest of those who agreed, this one included; None: no ceiling.
        principal: the natural person for whom he acts.
    """

    person: int
    active: bool
    holds_role: bool
    ceiling: Decimal | None = None
    principal: int | None = None


@dataclass(frozen=True)
class Duties:
    """Natural persons who must stay apart (trust reference 4.2, S1 and S2).

    owners: who looked after the customer when it was submitted, and who does now.
    """

    submitter: int
    owners: frozenset[int]
    editors: frozenset[int]
    decided: frozenset[int]
    barred: frozenset[int] = frozenset()  # by the kind: whose own limit it would raise

    @property
    def everybody(self) -> frozenset[int]:
        """All persons who may not take a step of the request now."""
        return self.owners | self.editors | self.decided | self.barred | {self.submitter}


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
    if apart := _apart(decider.person, duties):
        return apart
    if not decider.holds_role:
        return Refusal("no_authority")
    if decider.principal is not None and (decider.principal in duties.decided or _apart(decider.principal, duties)):
        return Refusal("principal_apart")
    if decider.person in duties.decided:
        return Refusal("already_decided")
    if final_amount is not None and decider.ceiling is not None and final_amount > decider.ceiling:
        return Refusal("above_ceiling", values={"ceiling": f"{decider.ceiling:,.2f}"})
    return None


def _apart(person: int, duties: Duties) -> Refusal | None:
    """Whoever asks, looks after it, wrote it or gains by it leaves the decision to others."""
    sides = {
        "own_request": {duties.submitter},
        "own_customer": duties.owners,
        "raises_own_limit": duties.barred,
        "edited_it": duties.editors,
    }
    return next((Refusal(code) for code, persons in sides.items() if person in persons), None)
