"""The figures by which a special price is judged: each line, and all lines together.

Source: domain/defaults.md 2(d) SP and reference/approval.md 2.1. Thresholds are data of the policy; none is here.
A line above the tier's price does not make up for another one below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.rules.money import HUNDRED, ZERO, amount, margin_pct, share_of, unit_price
from pricing.rules.waterfall import Element, Waterfall, special_line

LOWEST_MARGIN = -HUNDRED  # below it the margin says nothing more: the price is below half the cost


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line as asked.

    Args:
        quantity: stock units asked for; `cap` is the most that may be bought at the price (None: the quantity).
        cost: per stock unit, None when not known; `target`, `floor`: margins of the category in per cent.
        off: what is promised off the invoice.
    """

    list_price: Decimal
    tier: Element
    net: Decimal
    quantity: Decimal
    cap: Decimal | None
    cost: Decimal | None
    target: Decimal
    floor: Decimal
    off: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A line judged. Percentages are exact; a `gap` is by how many points the worse margin misses its mark."""

    given: LineInput
    expected: Waterfall
    best: Waterfall

    @classmethod
    def of(cls, line: LineInput) -> LineFigures:
        """Both waterfalls of the line: as expected, and at the best case for the customer."""
        parts = (line.list_price, line.tier, line.net, line.off, line.cost)
        return cls(line, special_line(*parts, best=False), special_line(*parts, best=True))

    @property
    def tier_price(self) -> Decimal:
        """The list price less the tier's discount band."""
        step = self.expected.steps[0]
        return unit_price(step.after)

    @property
    def units(self) -> Decimal:
        """Stock units that the price may be used for: the cap where it is larger than what is asked."""
        return max(self.given.quantity, self.given.cap or ZERO)

    @property
    def discount_pct(self) -> Decimal:
        """Off the list price, in per cent."""
        return share_of(self.given.list_price - self.given.net, self.given.list_price) or ZERO

    @property
    def extra_points(self) -> Decimal:
        """Percentage points beyond the tier band; at or above the tier's price never more than zero."""
        points = self.discount_pct - self.given.tier.expected
        return min(ZERO, points) if self.given.net >= self.tier_price else points

    @property
    def concession(self) -> Decimal:
        """(tier price - price) × stock units, never below zero."""
        return amount(max(ZERO, self.tier_price - self.given.net) * self.units)

    @property
    def value(self) -> Decimal:
        """Net value of the units."""
        return amount(self.given.net * self.units)

    @property
    def pocket(self) -> Decimal:
        """What stays of one unit in the worse of the two cases."""
        return min(self.expected.pocket, self.best.pocket)

    @property
    def gross_margin(self) -> Decimal | None:
        """Of the net price, in per cent."""
        return self.expected.gross_margin

    @property
    def pocket_margin(self) -> Decimal | None:
        """Of the pocket price in the worse case, in per cent; None without cost, or when nothing stays."""
        return None if self.given.cost is None else margin_pct(self.pocket, self.given.cost)

    @property
    def below_cost(self) -> bool:
        """Whether less stays than the unit costs; what is given away is below cost whatever it costs."""
        return self.given.cost is not None and (self.pocket < self.given.cost or self.pocket <= 0)

    @property
    def judged_margin(self) -> Decimal | None:
        """The margin that is routed on: the worse pocket margin, -100 at the lowest; None without a cost."""
        if self.given.cost is None:
            return None
        return max(LOWEST_MARGIN, self.pocket_margin if self.pocket_margin is not None else LOWEST_MARGIN)

    def gap(self, mark: Decimal) -> Decimal | None:
        """Points by which the judged margin is below `mark`; below zero when it is above."""
        return None if self.judged_margin is None else mark - self.judged_margin


@dataclass(frozen=True, slots=True)
class Metrics:
    """All lines together; None where a figure is not known. Percentages exact, amounts to 2 places."""

    extra_max: Decimal | None
    extra_weighted: Decimal | None
    margin_lowest: Decimal | None
    margin_weighted: Decimal | None
    pocket_margin_lowest: Decimal | None
    pocket_margin_weighted: Decimal | None
    below_target: int
    below_floor: int
    below_cost: int
    concession: Decimal
    list_value: Decimal
    value: Decimal
    annual_impact: Decimal
    annual_impact_best: Decimal


def metrics(
    lines: Sequence[LineFigures], annual_expected: Decimal | None = None, annual_best: Decimal | None = None
) -> Metrics:
    """Judge all lines together.

    Args:
        annual_expected, annual_best: net sales a year of these products, for the impact on a whole year:
            concession / net value × sales a year, and never less than the concession of the request itself.
    """
    concession = sum((line.concession for line in lines), ZERO)
    value = sum((line.value for line in lines), ZERO)
    costed = all(line.given.cost is not None for line in lines)
    return Metrics(
        extra_max=max((line.extra_points for line in lines), default=None),
        extra_weighted=weighted((line.extra_points, line.given.list_price * line.units) for line in lines),
        margin_lowest=_lowest(line.gross_margin for line in lines),
        margin_weighted=_margin([(line.given.net, line) for line in lines]) if costed else None,
        pocket_margin_lowest=_lowest(line.pocket_margin for line in lines),
        pocket_margin_weighted=_margin([(line.pocket, line) for line in lines]) if costed else None,
        below_target=sum(1 for line in lines if (line.gap(line.given.target) or ZERO) > 0),
        below_floor=sum(1 for line in lines if (line.gap(line.given.floor) or ZERO) > 0),
        below_cost=sum(1 for line in lines if line.below_cost),
        concession=concession,
        list_value=sum((amount(line.given.list_price * line.units) for line in lines), ZERO),
        value=value,
        annual_impact=_annual(concession, value, annual_expected),
        annual_impact_best=_annual(concession, value, annual_best or annual_expected),
    )


def weighted(pairs: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """The average of figures by weight, never outside their range; None without weight."""
    given = list(pairs)
    total = sum((weight for _, weight in given), ZERO)
    if total <= 0:
        return None
    mean = sum((figure * weight for figure, weight in given), ZERO) / total
    figures = [figure for figure, _ in given]
    return min(max(mean, min(figures)), max(figures))  # the last digit of a division may lie outside


def _margin(priced: Sequence[tuple[Decimal, LineFigures]]) -> Decimal | None:
    """Σ (price - cost) × units / Σ price × units, in per cent."""
    value = sum((price * line.units for price, line in priced), ZERO)
    cost = sum(((line.given.cost or ZERO) * line.units for _, line in priced), ZERO)
    share = margin_pct(value, cost)
    each = [margin_pct(price, line.given.cost or ZERO) for price, line in priced]
    known = [margin for margin in each if margin is not None]
    if share is None or len(known) != len(each):
        return share
    return min(max(share, min(known)), max(known))


def _lowest(figures: Iterable[Decimal | None]) -> Decimal | None:
    """The lowest, None as soon as one is not known."""
    given = list(figures)
    known = [figure for figure in given if figure is not None]
    return min(known) if known and len(known) == len(given) else None


def _annual(concession: Decimal, value: Decimal, sales: Decimal | None) -> Decimal:
    if sales is None or value <= 0:
        return concession
    return max(concession, amount(concession * sales / value))
