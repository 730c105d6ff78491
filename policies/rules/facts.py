"""Facts that follow from other facts, and facts without which nothing can be routed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from policies.rules.cells import Fact
from policies.rules.tables import Column, Facts, Reason

_HUNDRED = Decimal(100)
CREDIT = "credit"
# Of what `complete` works with, the numbers.
NUMBERS = frozenset({"limit_requested", "limit_formula", "limit_current", "term_requested", "term_std", "term_max"})
# What `complete` adds from the other facts of a credit request.
DERIVED = frozenset(
    {
        "over_formula", "over_formula_pct", "increase_pct", "term_over_std", "term_over_max",
        "decrease", "by_controller", "reduction", "temporary", "special", "ordinary",
    }
)  # fmt: skip


def complete(facts: Facts) -> dict[str, Fact]:
    """Add what follows from the primary facts; a caller's own figure for it is not trusted.

    over_formula = limit_requested - limit_formula, over_formula_pct = over_formula / limit_formula × 100,
    increase_pct = (limit_requested - limit_current) / limit_current × 100, term_over_std and
    term_over_max in days.
    A request is a decrease only when it asks for no more than the current limit; decrease, freeze and close are
    reductions. Reductions and temporary limits are special: the tables of ordinary limits leave them alone.
    """
    known = dict(facts)
    requested, formula, current = (facts.get(key) for key in ("limit_requested", "limit_formula", "limit_current"))
    known["over_formula"] = _minus(requested, formula)
    known["over_formula_pct"] = _share(requested, formula)
    known["increase_pct"] = _share(requested, current)
    for key, bound in (("term_over_std", "term_std"), ("term_over_max", "term_max")):
        known[key] = _minus(facts.get("term_requested"), facts.get(bound))
    lower = _minus(requested, current)
    known["decrease"] = facts.get("decrease") is True and isinstance(lower, Decimal | int) and lower <= 0
    known["by_controller"] = facts.get("by_controller") is True
    known["reduction"] = known["decrease"] or facts.get("freeze") is True or facts.get("close") is True
    known["temporary"] = facts.get("temporary") is True and not known["reduction"]
    known["special"] = known["reduction"] or known["temporary"]
    known["ordinary"] = not known["special"]
    return known


def _minus(left: Fact, right: Fact) -> Fact:
    if isinstance(left, Decimal | int) and isinstance(right, Decimal | int):
        return left - right
    return None


def _share(value: Fact, of: Fact) -> Fact:
    """By how many per cent `value` is above `of`; unknown when `of` is unknown or zero."""
    above = _minus(value, of)
    if above is None or not of or not isinstance(above, Decimal | int) or not isinstance(of, Decimal | int):
        return None
    return _HUNDRED * above / of


def unknown(columns: Mapping[str, Column], facts: Facts) -> list[Reason]:
    """A block for every required fact that is missing: the route must not depend on a guess."""
    return [
        Reason(
            "BL-UNKNOWN",
            f"缺少「{column.zh}」,无法确定审批路径。",
            f"Not known: {column.en}. The approval path cannot be determined.",
            {"fact": column.key},
        )
        for column in columns.values()
        if column.required and facts.get(column.key) is None
    ]
