"""Scoring a customer: bands to points, points to sections, sections to score, score to grade.

Formula source: defaults.md 2(b). Everything is exact `Decimal`; rounding (HALF_UP, two decimals)
happens once, where a number is printed, so that the printed score is the one that decides the grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from credit.rules.gates import Cap
from policies.rules.standards import ANCHOR_TOP, Card, GradeStandard, Indicator, Section
from policies.rules.tables import Reason

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
STD = "STD"
STD_NO_STATEMENTS = "STD_NO_STATEMENTS"
NEW = "NEW"
NEW_NO_STATEMENTS = "NEW_NO_STATEMENTS"


def printed(value: Decimal) -> Decimal:
    """The number as it is shown and printed: two decimals, half up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator: the value, the band it fell in, the points; points None = no data, not counted."""

    code: str
    value: Decimal | None
    band: str
    points: Decimal | None
    max: Decimal


@dataclass(frozen=True, slots=True)
class SectionScore:
    """Points earned of the points for which data exists; score None when too little could be scored."""

    code: str
    points: Decimal
    scorable: Decimal
    score: Decimal | None
    indicators: tuple[IndicatorScore, ...]


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """The scored card. `raw` is the exact weighted mean, `score` the printed one that decides the grade."""

    variant: str
    sections: Mapping[str, SectionScore]
    weights: Mapping[str, Decimal]
    raw: Decimal | None
    score: Decimal | None
    grade_by_score: str
    grade: str
    knock_outs: tuple[Reason, ...]
    caps: tuple[Cap, ...]
    override: int

    def to_json(self) -> dict[str, Any]:
        """Everything as text, for the screen, the request snapshot and the printed sheet."""
        return {
            "variant": self.variant,
            "weights": {code: str(printed(weight)) for code, weight in self.weights.items()},
            "raw": None if self.raw is None else str(printed(self.raw)),
            "score": None if self.score is None else str(self.score),
            "grade_by_score": self.grade_by_score,
            "grade": self.grade,
            "override": self.override,
            "knock_outs": [reason.to_json() for reason in self.knock_outs],
            "caps": [{"grade": cap.grade, **cap.reason.to_json()} for cap in self.caps],
        }


def variant_for(*, new_customer: bool, has_statements: bool) -> str:
    """Which of the four ways of scoring applies (defaults.md 2(b), variants)."""
    if new_customer:
        return NEW if has_statements else NEW_NO_STATEMENTS
    return STD if has_statements else STD_NO_STATEMENTS


def score_indicator(indicator: Indicator, value: Decimal | None) -> IndicatorScore:
    """Turn one value into points. Anchors 0–4 earn value/4 of the maximum; outside every band earns 0."""
    if value is None:
        return IndicatorScore(indicator.code, None, "", None, indicator.max)
    if indicator.kind == "anchor":
        rating = min(max(value, Decimal(0)), Decimal(ANCHOR_TOP))
        points = indicator.max * rating / ANCHOR_TOP
        return IndicatorScore(indicator.code, value, f"{rating.normalize():f} / 4", points, indicator.max)
    sign = "≥" if indicator.kind == "ge" else "≤"
    for band in indicator.bands:
        reached = value >= band.threshold if indicator.kind == "ge" else value <= band.threshold
        if reached:
            text = f"{sign} {band.threshold.normalize():f}"
            return IndicatorScore(indicator.code, value, text, band.points, indicator.max)
    return IndicatorScore(indicator.code, value, "—", Decimal(0), indicator.max)


def score_section(section: Section, values: Mapping[str, Decimal | None], min_scorable: Decimal) -> SectionScore:
    """Score a section 0–100 over the indicators with data; below `min_scorable` points it is not scored."""
    scores = tuple(score_indicator(i, values.get(i.code)) for i in section.indicators)
    points = sum((s.points for s in scores if s.points is not None), Decimal(0))
    scorable = sum((s.max for s in scores if s.points is not None), Decimal(0))
    enough = scorable > 0 and scorable >= min_scorable
    return SectionScore(section.code, points, scorable, HUNDRED * points / scorable if enough else None, scores)


def section_weights(card: Card, variant: str, scored: frozenset[str]) -> dict[str, Decimal]:
    """The weights of the variant over the sections that have a score, brought back to a sum of 1."""
    base = card.weights[NEW if variant in (NEW, NEW_NO_STATEMENTS) else STD]
    without = {"FA"} if variant in (STD_NO_STATEMENTS, NEW_NO_STATEMENTS) else set()
    used = {code: weight for code, weight in base.items() if code in scored and code not in without}
    total = sum(used.values(), Decimal(0))
    return {code: weight / total for code, weight in used.items()} if total else {}


def grade_for(score: Decimal, grades: Sequence[GradeStandard]) -> str:
    """The best grade whose minimum the printed score reaches."""
    best_first = sorted(grades, key=lambda standard: standard.min_score, reverse=True)
    return next(standard.grade for standard in best_first if score >= standard.min_score)


def ladder(grades: Sequence[GradeStandard]) -> list[str]:
    """Grades from best to worst."""
    return [g.grade for g in sorted(grades, key=lambda standard: standard.min_score, reverse=True)]


def final_grade(
    by_score: str,
    grades: Sequence[GradeStandard],
    knock_outs: Sequence[Reason],
    caps: Sequence[Cap],
    override: int,
) -> str:
    """Apply knock-outs, caps and the override of at most one notch.

    A knock-out always gives the worst grade. An upward override never passes a cap; a downward one
    counts after the caps.
    """
    order = ladder(grades)
    worst = len(order) - 1
    if knock_outs:
        return order[worst]
    place = order.index(by_score)
    if override > 0:
        place = max(place - 1, 0)
    place = max([place, *(order.index(cap.grade) for cap in caps)])
    if override < 0:
        place = min(place + 1, worst)
    return order[place]


def score(
    card: Card,
    grades: Sequence[GradeStandard],
    variant: str,
    values: Mapping[str, Decimal | None],
    *,
    knock_outs: Sequence[Reason] = (),
    caps: Sequence[Cap] = (),
    override: int = 0,
    min_scorable: Decimal = Decimal(50),
) -> ScoreResult:
    """Score a customer on the card.

    Args:
        variant: one of STD, STD_NO_STATEMENTS, NEW, NEW_NO_STATEMENTS.
        values: raw value per indicator code; None or absent = no data (never counted as zero).
        override: -1, 0 or +1 notch proposed by the credit controller.
        min_scorable: points a section needs to be scored at all.

    A customer for whom nothing can be scored, and a new customer without statements, get the worst
    grade: no unsecured credit.
    """
    if override not in (-1, 0, 1):
        raise ValueError("override is at most one notch")
    sections = {s.code: score_section(s, values, min_scorable) for s in card.sections}
    scored = frozenset(code for code, section in sections.items() if section.score is not None)
    weights = section_weights(card, variant, scored)
    worst = ladder(grades)[-1]
    if variant == NEW_NO_STATEMENTS or not weights:
        return ScoreResult(variant, sections, weights, None, None, worst, worst, tuple(knock_outs), tuple(caps), 0)
    raw = sum((w * (sections[code].score or Decimal(0)) for code, w in weights.items()), Decimal(0))
    shown = printed(raw)
    by_score = grade_for(shown, grades)
    return ScoreResult(
        variant=variant,
        sections=sections,
        weights=weights,
        raw=raw,
        score=shown,
        grade_by_score=by_score,
        grade=final_grade(by_score, grades, knock_outs, caps, override),
        knock_outs=tuple(knock_outs),
        caps=tuple(caps),
        override=override,
    )
