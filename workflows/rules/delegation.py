"""Standing delegation (代理): who acts for whom, and which delegation may be given. Terms of `docs/glossary.md`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from workflows.rules.duties import Refusal

LONGEST: Final = timedelta(days=30)


@dataclass(frozen=True)
class Mandate:
    """One delegation: for which kinds of request (none: all), up to which headline amount, during [start, end).

    The ceiling is in the company's own currency; there are no rates by which another one could be compared with it.
    """

    delegator: int
    delegate: int
    start: datetime
    end: datetime
    kinds: frozenset[str] = frozenset()
    ceiling: Decimal | None = None

    def holds_at(self, at: datetime) -> bool:
        """Half-open: at its end the delegator acts again."""
        return self.start <= at < self.end

    def covers(self, kind: str, amount: Decimal, *, at_home: bool) -> bool:
        """Whether a request of this kind and headline amount goes to the delegate.

        What has no amount, such as a policy, is under no ceiling: it goes to him only when its kind is named.

        Args:
            at_home: the amount is in the company's own currency.
        """
        if self.kinds and kind not in self.kinds:
            return False
        if self.ceiling is None:
            return True
        return at_home and amount <= self.ceiling if amount else kind in self.kinds

    def meets(self, other: "Mandate") -> bool:
        """Whether there is a moment and a kind for which both hold."""
        same_time = self.start < other.end and other.start < self.end
        return same_time and (not self.kinds or not other.kinds or bool(self.kinds & other.kinds))


def line_of(principal: int, mandates: Sequence[Mandate], may: Callable[[int], bool], hops: int) -> tuple[int, ...]:
    """The accounts from the principal to whoever acts for him, the last one; alone when he acts himself.

    Args:
        mandates: those that hold now and cover the request.
        may: whether an account is active and may decide the request; where it may not, the item stays before it.
        hops: how often it may be passed on (policy parameter `delegation_hops`).
    """
    line = [principal]
    while len(line) <= hops:
        following = next((each.delegate for each in mandates if each.delegator == line[-1]), None)
        if following is None or following in line or not may(following):
            break
        line.append(following)
    return tuple(line)


def goes_round(new: Mandate, others: Iterable[Mandate]) -> bool:
    """Whether with the new one something could come back to where it began."""
    near = [each for each in others if each.meets(new)]
    reached, ahead = {new.delegate}, [new.delegate]
    while ahead:
        at = ahead.pop()
        found = {each.delegate for each in near if each.delegator == at} - reached
        reached |= found
        ahead += found
    return new.delegator in reached


@dataclass(frozen=True)
class Parties:
    """Who would give a delegation to whom.

    Args:
        deciding: roles in which the delegator decides.
        held: roles of the natural person of the delegate, by any account.
        deputy: the delegate is a nominated deputy.
    """

    deciding: frozenset[str]
    active: bool
    held: frozenset[str]
    deputy: bool


def refusal_to_delegate(
    new: Mandate,
    others: Sequence[Mandate],
    parties: Parties,
    *,
    now: datetime,
    incompatible: Collection[frozenset[str]],
    functions: Mapping[str, tuple[str, int]],
) -> Refusal | None:
    """Why this delegation may not be given, or None (defaults 2(d), routing rule 8; approval reference 1C and W19).

    Args:
        others: every delegation that is in force or to come.
        functions: function and level of each role, as the policy says.
    """
    refusal = _of_the_period(new, now) or _of_the_delegate(new, parties, incompatible, functions)
    if refusal is not None:
        return refusal
    if any(each.delegator == new.delegator and each.meets(new) for each in others):
        return Refusal("delegation_overlaps", 409)
    return Refusal("delegation_goes_round", 409) if goes_round(new, others) else None


def _of_the_period(new: Mandate, now: datetime) -> Refusal | None:
    if new.delegator == new.delegate:
        return Refusal("delegation_to_self", 422)
    if new.end <= new.start or new.end <= now:
        return Refusal("delegation_period", 422)
    return Refusal("delegation_too_long", 422) if new.end - new.start > LONGEST else None


def _of_the_delegate(
    new: Mandate,
    parties: Parties,
    incompatible: Collection[frozenset[str]],
    functions: Mapping[str, tuple[str, int]],
) -> Refusal | None:
    if not parties.deciding:
        return Refusal("nothing_to_delegate", 422)
    if not parties.active:
        return Refusal("delegate_inactive", 422)
    if not parties.held - {"REP"}:
        return Refusal("delegate_without_role", 422)
    for mine in sorted(parties.deciding):
        for theirs in sorted(parties.held):
            if frozenset({mine, theirs}) in incompatible:
                return Refusal("delegate_incompatible", 422, {"mine": mine, "theirs": theirs})
    if new.ceiling is None and not parties.deputy and not _as_high(parties.deciding, parties.held, functions):
        return Refusal("delegation_needs_ceiling", 422)
    return None


def _as_high(deciding: Collection[str], held: Collection[str], functions: Mapping[str, tuple[str, int]]) -> bool:
    """Whether for each role somebody holds the role itself or a higher one of its function."""
    return all(role in held or any(outranks(each, role, functions) for each in held) for role in deciding)


def outranks(role: str, other: str, functions: Mapping[str, tuple[str, int]]) -> bool:
    """Whether a role is above another in the same function (the ladder of the policy's table ROLES)."""
    mine, theirs = functions.get(role), functions.get(other)
    return mine is not None and theirs is not None and mine[0] == theirs[0] and mine[1] > theirs[1]
