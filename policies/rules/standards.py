"""The credit standards of a policy version as plain values: scorecard, grades, parameters.

Pure data read from the policy tables (`policies/data/defaults.json` holds version 1). Nothing here
decides; `credit.rules` and `policies.rules.plan` do. Numbers are `Decimal` from the first moment:
read the JSON with `json.loads(text, parse_float=Decimal)` or let `number()` convert through `str`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["ge", "le", "anchor"]

ANCHOR_TOP = 4
SECTION_TITLES: dict[str, tuple[str, str]] = {
    "HP": ("历史回款能力", "Historical payment ability"),
    "CE": ("客户评价", "Customer evaluation"),
    "FA": ("信用分析", "Credit analysis"),
    "DP": ("发展潜力", "Development potential"),
}


def number(value: Any) -> Decimal:
    """The exact decimal a policy table means (a JSON float `0.35` is read as written, not as binary)."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


@dataclass(frozen=True, slots=True)
class Band:
    """One line of an indicator: from `threshold` on (`ge`) or up to it (`le`) the value earns `points`."""

    threshold: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Indicator:
    """One scored question. `bands` are ordered best first; `anchor` kinds use a rating 0–4 instead."""

    code: str
    zh: str
    en: str
    max: Decimal
    kind: Kind
    bands: tuple[Band, ...]
    source: str
    data: str = ""
    anchor: str = ""
    anchor_zh: str = ""

    @classmethod
    def from_json(cls, row: Mapping[str, Any], anchors: Mapping[str, str]) -> Indicator:
        bands = tuple(Band(number(at), number(points)) for at, points in row.get("bands") or [])
        return cls(
            code=row["code"],
            zh=row["zh"],
            en=row["en"],
            max=number(row["max"]),
            kind=row["kind"],
            bands=bands,
            source=row.get("source", ""),
            data=row.get("data", ""),
            anchor=anchors.get(row["code"], ""),
            anchor_zh=row.get("anchors_zh", ""),
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A group of indicators that gives one score from 0 to 100."""

    code: str
    zh: str
    en: str
    indicators: tuple[Indicator, ...]

    @property
    def max(self) -> Decimal:
        return sum((indicator.max for indicator in self.indicators), Decimal(0))


@dataclass(frozen=True, slots=True)
class Card:
    """The credit scorecard: sections and, per variant (`STD`, `NEW`), the weight of each section."""

    code: str
    sections: tuple[Section, ...]
    weights: Mapping[str, Mapping[str, Decimal]]

    @classmethod
    def from_json(cls, data: Mapping[str, Any], code: str = "CREDIT-STD v1") -> Card:
        anchors = data.get("anchors", {})
        sections = tuple(_section(name, rows, anchors) for name, rows in data["sections"].items())
        weights = {
            variant: {name: number(weight) for name, weight in parts.items()}
            for variant, parts in data["weights"].items()
        }
        return cls(code, sections, weights)

    def section(self, code: str) -> Section:
        return next(section for section in self.sections if section.code == code)

    def indicator(self, code: str) -> Indicator:
        return next(i for section in self.sections for i in section.indicators if i.code == code)


def _section(code: str, rows: Iterable[Mapping[str, Any]], anchors: Mapping[str, str]) -> Section:
    zh, en = SECTION_TITLES.get(code, (code, code))
    return Section(code, zh, en, tuple(Indicator.from_json(row, anchors) for row in rows))


@dataclass(frozen=True, slots=True)
class GradeStandard:
    """Form 8, one line: what a credit grade may have. Terms in days, shares as fractions, cap in money."""

    grade: str
    min_score: Decimal
    k: Decimal
    std_term: int
    max_term: int
    tnw_pct: Decimal
    turnover_pct: Decimal
    cap: Decimal
    review_months: int

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> GradeStandard:
        return cls(
            grade=row["grade"],
            min_score=number(row["min_score"]),
            k=number(row["k"]),
            std_term=int(row["std_term"]),
            max_term=int(row["max_term"]),
            tnw_pct=number(row["tnw_pct"]),
            turnover_pct=number(row["turnover_pct"]),
            cap=number(row["cap"]),
            review_months=int(row["review_months"]),
        )


@dataclass(frozen=True, slots=True)
class Parameters:
    """Global parameters of the credit standard (defaults.md 2(b)); shares are fractions, terms days."""

    wacc: Decimal = Decimal("0.08")
    grace_days: int = 3
    rounding: Decimal = Decimal("10000")
    need_days: int = 30
    security_haircuts: Mapping[str, Decimal] = field(
        default_factory=lambda: {
            "deposit": Decimal("1.0"),
            "bank_guarantee": Decimal("0.95"),
            "credit_insurance": Decimal("0.9"),
            "mortgage": Decimal("0.5"),
            "surety": Decimal("0.3"),
        }
    )
    default_haircut: Decimal = Decimal("0.8")
    new_customer_factor: Decimal = Decimal("0.5")
    new_customer_max_term: int = 30
    new_customer_months: int = 6
    min_invoices: int = 6
    min_trade_months: int = 3
    secured_k: Decimal = Decimal("0.6")
    need_share_without_capacity: Decimal = Decimal("0.5")
    min_scorable: Decimal = Decimal("50")
    increase_cap: Decimal = Decimal("0.5")
    split_window_days: int = 30
    stale_hours: int = 24
    survey_valid_months: int = 12
    evaluation_max_age_days: int = 120
    target_margin: Decimal = Decimal("0.25")
    floor_margin: Decimal = Decimal("0.12")
    doa_scale: Decimal = Decimal("1.0")
    statements_from: Decimal = Decimal("500000")
    second_surveyor_from: Decimal = Decimal("300000")
    delegation_hops: int = 2
    policy_owner: str = "CFO"
    bulk_cap: Decimal = Decimal("100000")
    reminder_share: Decimal = Decimal("0.5")
    green_channel_share: Decimal = Decimal("0.5")
    escalations: int = 2

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Parameters:
        """Defaults overlaid with the keys present in `data`; an unknown key is a mistake in the table."""
        known = cls()
        values: dict[str, Any] = {}
        for key, raw in data.items():
            default = getattr(known, key)  # AttributeError names the unknown parameter
            if isinstance(default, Mapping):
                values[key] = {name: number(share) for name, share in raw.items()}
            elif isinstance(default, int | str):
                values[key] = type(default)(raw)
            else:
                values[key] = number(raw)
        return cls(**values)
