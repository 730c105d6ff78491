"""From judged lines to the facts that the policy tables ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from policies.rules.cells import Fact
from pricing.rules.metrics import LineFigures, Metrics
from pricing.rules.money import ZERO, percent


@dataclass(frozen=True, slots=True)
class Named:
    """A judged line with what people call it."""

    name: str
    figures: LineFigures


def price_facts(lines: Sequence[Named], whole: Metrics, earlier: Decimal) -> dict[str, Fact]:
    """Facts of the three tests (defaults.md 2(d) SP): extra discount, margin, concession.

    Args:
        earlier: concessions of the same customer in the anti-splitting window; they are added before routing.
    """
    return {
        "extra_points": whole.extra_max,
        "extra_weighted": whole.extra_weighted,
        "gross_margin": whole.margin_lowest,
        "margin_weighted": whole.margin_weighted,
        "pocket_margin": whole.pocket_margin_lowest,
        **_extra(lines),
        **_gap("target", [(line.figures.gap(line.figures.given.target), line) for line in lines]),
        **_gap("floor", [(line.figures.gap(line.figures.given.floor), line) for line in lines]),
        "below_cost": _below_cost(lines),
        "lines_below_floor": whole.below_floor,
        "concession": whole.concession + earlier,
        "concession_own": whole.concession,
        "concession_earlier": earlier,
        "annual_impact": whole.annual_impact,
        **_cost(lines),
    }


def _extra(lines: Sequence[Named]) -> dict[str, Fact]:
    """The line with the largest extra discount, by name."""
    if not lines:
        return {}
    worst = max(lines, key=lambda line: line.figures.extra_points)
    return {
        "extra_product": worst.name,
        "discount": worst.figures.discount_pct,
        "tier_band": worst.figures.given.tier.expected,
    }


def _gap(mark: str, gaps: Sequence[tuple[Decimal | None, Named]]) -> dict[str, Fact]:
    """The line that misses its mark by most: the points, its name, its margin and the mark."""
    known = [(gap, line) for gap, line in gaps if gap is not None]
    if not known or len(known) != len(gaps):
        return {}
    gap, line = max(known, key=lambda pair: pair[0])
    margin = line.figures.judged_margin
    return {
        f"below_{mark}": gap,
        f"{mark}_product": line.name,
        f"{mark}_margin": margin,
        f"{mark}_mark": gap + (margin or ZERO),
    }


def _below_cost(lines: Sequence[Named]) -> bool | None:
    """True as soon as one line is; not known while a cost is missing and no other line is."""
    if any(line.figures.below_cost for line in lines):
        return True
    return None if not lines or any(line.figures.given.cost is None for line in lines) else False


def _cost(lines: Sequence[Named]) -> dict[str, Fact]:
    """The line furthest below its cost, by name, with pocket price and cost as text."""
    below = [line for line in lines if line.figures.below_cost]
    if not below:
        return {}
    worst = min(below, key=lambda line: line.figures.pocket - (line.figures.given.cost or ZERO))
    return {
        "cost_product": worst.name,
        "cost_pocket": f"{worst.figures.pocket:,.2f}",
        "cost_unit": f"{worst.figures.given.cost:,.2f}",
    }


def shown_pct(value: Decimal | None) -> str | None:
    """A percentage as stored for the screen: 2 places."""
    return None if value is None else str(percent(value))
