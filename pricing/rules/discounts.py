"""Which discount applies and how several add up (reference/approval.md 5.4 P1–P4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.rules.money import HUNDRED, unit_price

Stacking = Literal["additive", "discounted_rate"]


class MultiplePricingRuleConflict(ValueError):
    """Two rules of the same priority apply: nobody may choose silently. `codes` names them."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"Pricing rules of equal priority apply: {', '.join(codes)}.")
        self.codes = tuple(codes)


@dataclass(frozen=True, slots=True)
class DiscountRule:
    """A discount in per cent; the highest priority wins, no priority is the lowest."""

    code: str
    percent: Decimal
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class QuantityBand:
    """A discount for `low` to `high` stock units, both included; None is unbounded above."""

    low: Decimal
    high: Decimal | None
    percent: Decimal

    def holds(self, stock_units: Decimal) -> bool:
        """Whether so many stock units are within the band."""
        return stock_units >= self.low and (self.high is None or stock_units <= self.high)


def stacked(percents: Iterable[Decimal], how: Stacking) -> Decimal:
    """The total discount in per cent: 20 and 10 are 30 when added, 28 on the discounted rate."""
    given = list(percents)
    if how == "additive":
        return min(HUNDRED, sum(given, Decimal(0)))
    left = Decimal(1)
    for each in given:
        left *= 1 - each / HUNDRED
    return (1 - left) * HUNDRED


def applicable(rules: Iterable[DiscountRule]) -> DiscountRule | None:
    """The one rule that applies: the highest priority. None when there is no rule.

    Raises:
        MultiplePricingRuleConflict: when the highest priority is shared, also by rules that give the same.
    """
    ranked = sorted(rules, key=_rank, reverse=True)
    if not ranked:
        return None
    tied = [rule.code for rule in ranked if _rank(rule) == _rank(ranked[0])]
    if len(tied) > 1:
        raise MultiplePricingRuleConflict(sorted(tied))
    return ranked[0]


def _rank(rule: DiscountRule) -> tuple[bool, int]:
    return rule.priority is not None, rule.priority or 0


def band_price(
    list_price: Decimal, bands: Iterable[QuantityBand], quantity: Decimal, pack_size: Decimal = Decimal(1)
) -> Decimal:
    """The price per stock unit at a quantity; bands are in stock units, whatever the order's unit is.

    Args:
        quantity: in the unit of the order, such as boxes.
        pack_size: stock units in one of them.

    Raises:
        MultiplePricingRuleConflict: when two bands hold the quantity.
    """
    stock_units = quantity * pack_size
    held = [
        DiscountRule(f"{band.low}–{band.high or '…'}", band.percent)
        for band in bands
        if band.holds(stock_units)
    ]  # fmt: skip
    rule = applicable(held)
    return unit_price(list_price if rule is None else list_price * (1 - rule.percent / HUNDRED))


def margin_then_discount(base: Decimal, margin: Decimal, discount: Decimal) -> Decimal:
    """Margin first, then the discount on the result: 1000 + 10 % = 1100, - 10 % = 990 (5.4 P1)."""
    return unit_price(base * (1 + margin / HUNDRED) * (1 - discount / HUNDRED))
