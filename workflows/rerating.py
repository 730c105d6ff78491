"""The re-rating of many customers: who would move, where, and why. Evaluates in bulk and stores nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import business_today
from accounts.roles import Role
from customers.models import Customer, RatingOutcome, RatingScope
from customers.queries_tiers import TierState, due_for_rating, tiers_in_force
from policies.queries import pack, version_in_force
from policies.rules.pack import Pack
from policies.rules.tiers.rating import Evaluation, evaluate
from workflows.models import Request
from workflows.tier_figures import figures_for, standing_of
from workflows.tier_population import held

CODE: Final = "tier_change"
MAY_START: Final = (Role.SO, Role.CC)
CHUNK: Final = 200
SHOWN_MOVES: Final = 300


@dataclass(frozen=True)
class Rated:
    """One customer, evaluated, and what a run would do about it."""

    customer: Customer
    state: TierState
    evaluation: Evaluation
    outcome: str

    @property
    def moves(self) -> bool:
        """A change would be proposed."""
        return self.outcome == RatingOutcome.PROPOSED

    def levers(self) -> list[str]:
        """The levers in force that the customer still earns."""
        earned = {lever.code for lever in self.evaluation.levers if lever.eligible}
        return sorted(earned & set(self.state.levers))

    def reasons(self) -> list[dict[str, str]]:
        """Why it has this result, in both languages."""
        return [{"code": each.code, "zh": each.zh, "en": each.en} for each in self.evaluation.reasons]


@dataclass(frozen=True)
class Preview:
    """What a run would propose today.

    Args:
        before, after: customers per star, 4 to 1 and 0 for none; `after` as if everything were approved.
        moves: those who would move, the largest steps down first; at most `SHOWN_MOVES` of `moving`.
    """

    on: date
    policy_number: int
    total: int
    moving: int
    outcomes: dict[str, int]
    before: dict[int, int]
    after: dict[int, int]
    moves: list[Rated]


def in_scope(user: User, scope: str, on: date) -> QuerySet[Customer]:
    """The active customers that the user may see and that the scope asks for, in a stable order."""
    rows = Customer.objects.visible_to(user).active().select_related("unit", "region").order_by("pk")
    return rows.filter(due_for_rating(on)) if scope == RatingScope.DUE else rows


def rate(policy: Pack, customers: Sequence[Customer], on: date) -> list[Rated]:
    """Evaluate customers on a business date; the number of statements does not depend on how many they are."""
    figures = figures_for(policy, customers, on)
    standings = standing_of(policy, customers, on)
    states = tiers_in_force(customers, on)
    under_way = set(
        Request.objects.open().filter(kind=CODE, customer__in=customers).values_list("customer_id", flat=True)
    )
    found = []
    for customer in customers:
        evaluation = evaluate(policy, figures[customer.pk], standings[customer.pk])
        state = states[customer.pk]
        found.append(Rated(customer, state, evaluation, _outcome(evaluation, state, customer.pk in under_way, on)))
    return found


def _outcome(evaluation: Evaluation, state: TierState, under_way: bool, on: date) -> str:
    """A provisional star needs no decision; an exception that was granted counts until its day."""
    if not evaluation.changes or evaluation.provisional:
        return str(RatingOutcome.KEPT)
    if under_way:
        return str(RatingOutcome.OPEN)
    record = state.record
    if record and record.override and record.rerate_on and record.rerate_on > on:
        return str(RatingOutcome.EXCEPTION)
    return str(RatingOutcome.PROPOSED)


def chunks(rows: Sequence[int], size: int = CHUNK) -> Iterator[Sequence[int]]:
    """Slices of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def preview(user: User, scope: str) -> Preview:
    """Everybody in scope as of today, counted before and after, and those who would move; nothing is stored."""
    on = business_today()
    policy = pack(version_in_force(on))
    ids = list(in_scope(user, scope, on).values_list("pk", flat=True))
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    outcomes: Counter[str] = Counter()
    moves: list[Rated] = []
    with held():
        for part in chunks(ids):
            for rated in rate(policy, list(in_scope(user, RatingScope.ALL, on).filter(pk__in=part)), on):
                now = rated.state.tier or 0
                before[now] += 1
                after[rated.evaluation.star if rated.moves else now] += 1
                outcomes[rated.outcome] += 1
                if rated.moves:
                    moves.append(rated)
    moves.sort(key=_largest_fall_first)
    return Preview(
        on, policy.number, len(ids), len(moves), dict(outcomes), dict(before), dict(after), moves[:SHOWN_MOVES]
    )


def _largest_fall_first(rated: Rated) -> tuple[int, str, int]:
    step = rated.evaluation.star - (rated.state.tier or rated.evaluation.star)
    return step, rated.customer.name, rated.customer.pk


def star_rows(before: dict[int, int], after: dict[int, int]) -> list[dict[str, Any]]:
    """One line per star for the table of counts, with the difference."""
    rows = []
    for star in (4, 3, 2, 1, 0):
        old, new = before.get(star, 0), after.get(star, 0)
        if star or old or new:
            rows.append({"star": star or None, "before": old, "after": new, "difference": new - old})
    return rows
