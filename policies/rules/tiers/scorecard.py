"""The tier scorecard (TIER-STD): bands to points, points to one score out of a hundred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.rules.cells import PolicyError
from policies.rules.pack import Pack
from policies.rules.tables import Row, plain
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.trade import HUNDRED, ZERO, shown

TABLE = "TIER-CARD"
# Factor of the scorecard -> figure that it scores.
FIGURE: Mapping[str, str] = {
    "T1": "volume_class",
    "T2": "price_realisation_pct",
    "T3": "growth_pct",
    "T4": "on_time_pct",
    "T5": "cm_ratio",
    "T6": "claims_pct",
    "T7": "influence",
    "T8": "grade",
    "T9": "proactivity",
}


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the card. `kind`: ge (from a bound on), le (up to a bound), grade, or points as rated."""

    code: str
    zh: str
    en: str
    max: Decimal
    kind: str
    bands: tuple[tuple[str, Decimal], ...]
    formula_zh: str
    formula_en: str

    def earned(self, value: Decimal | str) -> tuple[str, Decimal]:
        """The band a value falls in, in words, and its points; outside every band 0."""
        if self.kind == "points":
            rated = min(max(Decimal(value), ZERO), self.max)
            return f"{plain(rated)} / {plain(self.max)}", rated
        for bound, points in self.bands:
            if self.kind == "grade" and value == bound:
                return bound, points
            if self.kind == "ge" and Decimal(value) >= Decimal(bound):
                return f"≥ {bound}", points
            if self.kind == "le" and Decimal(value) <= Decimal(bound):
                return f"≤ {bound}", points
        return "—", ZERO


@dataclass(frozen=True, slots=True)
class TierCard:
    """The factors of a policy version."""

    factors: tuple[Factor, ...]

    def bounds(self, code: str) -> tuple[Decimal, ...]:
        """Bounds of the bands of a factor, as `volume_classes` needs those of T1."""
        return next(tuple(Decimal(bound) for bound, _ in each.bands) for each in self.factors if each.code == code)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One factor of one customer; points None = no data. `factor` multiplied the points (sales quality, T1)."""

    code: str
    zh: str
    en: str
    value: str | None
    band: str
    points: Decimal | None
    max: Decimal
    factor: Decimal

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "value": self.value,
            "band": self.band,
            "points": None if self.points is None else plain(self.points),
            "max": plain(self.max),
            "factor": plain(self.factor),
        }


@dataclass(frozen=True, slots=True)
class TierScore:
    """Points earned of the points for which data exists. `score` (two decimals, half up) is what decides."""

    lines: tuple[ScoreLine, ...]
    points: Decimal
    scorable: Decimal
    score: Decimal | None
    unknown: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "lines": [line.to_json() for line in self.lines],
            "points": plain(self.points),
            "scorable": plain(self.scorable),
            "score": None if self.score is None else plain(self.score),
            "unknown": list(self.unknown),
        }


def rule(pack: Pack, code: str) -> Decimal:
    """A number of the table TIER-RULES. Raises PolicyError for an unknown one."""
    for row in pack.tables["TIER-RULES"].rows:
        if row.code == code:
            return Decimal(row.outputs["value"])
    raise PolicyError(f"Table TIER-RULES has no row {code!r}.")


def tier_card(pack: Pack) -> TierCard:
    """The card of a policy version."""
    return TierCard(tuple(_factor(row) for row in pack.tables[TABLE].rows))


def _factor(row: Row) -> Factor:
    out = row.outputs
    bands = (band.rpartition(":") for band in out["bands"].split())
    return Factor(
        row.code,
        out["zh"],
        out["en"],
        Decimal(out["max"]),
        out["kind"],
        tuple((bound, Decimal(points)) for bound, _, points in bands),
        out["formula_zh"],
        out["formula_en"],
    )


def score(card: TierCard, figures: Figures, *, t1_factor: Decimal = Decimal(1), min_scorable: Decimal) -> TierScore:
    """Score a customer (defaults 2(c)): 100 × points / points for which data exists.

    Args:
        t1_factor: sales-quality factor of test F4; multiplies the points of T1 only.
        min_scorable: below so many points with data there is no score.
    """
    lines = tuple(
        _line(each, getattr(figures, FIGURE[each.code]), t1_factor if each.code == "T1" else Decimal(1))
        for each in card.factors
    )
    points = sum((line.points for line in lines if line.points is not None), ZERO)
    scorable = sum((line.max for line in lines if line.points is not None), ZERO)
    enough = scorable > 0 and scorable >= min_scorable
    unknown = tuple(line.code for line in lines if line.points is None)
    return TierScore(lines, points, scorable, shown(HUNDRED * points / scorable) if enough else None, unknown)


def _line(factor: Factor, value: Decimal | str | None, multiplier: Decimal) -> ScoreLine:
    if value is None or value == "":
        return ScoreLine(factor.code, factor.zh, factor.en, None, "", None, factor.max, multiplier)
    band, points = factor.earned(value)
    said = value if isinstance(value, str) else plain(shown(value))
    return ScoreLine(factor.code, factor.zh, factor.en, said, band, points * multiplier, factor.max, multiplier)
