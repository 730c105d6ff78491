"""What is known of a customer when its tier is worked out. None means not known: said, and never counted as zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from policies.rules.cells import Fact
from policies.rules.tables import plain

_WHOLE = frozenset(
    {
        "overdue_days",
        "active_months",
        "trade_months",
        "orders",
        "exception_requests",
        "dumping_cases",
        "quality_claims",
        "complaint_days",
        "weak_reviews",
    }
)
_FLAGS = frozenset({"licence_expired", "framework_contract", "key_account", "hard_red", "grade_fell"})
_TEXTS = frozenset({"grade", "churn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One customer over the twelve months that end with a business day; percentages in percent, money in the
    customer's currency, lengths of time in days unless they say months.

    Args:
        volume_class: bound of the cumulative-contribution class (`volume.volume_classes`): 50, 80, 95 or 100.
        price_realisation_pct: net over list price. growth_pct: sales against the twelve months before.
        on_time_pct: paid on time, by amount (indicator HP1). cm_ratio: contribution margin over the company's.
        claims_pct: cost of quality claims over sales. influence, proactivity: ratings with evidence, 0–5 and 0–10.
        grade: final credit grade. overdue_days: longest overdue. licence_expired: of a licence that blocks trade.
        peak_share_pct, active_months, cv: shape of the months (`trade.shape`). trade_months: since the first trade.
        volume_rank_pct, cm_rank_pct: rank over number of customers, 1 of 200 is 0.5.
        cm_pct: contribution margin. concession_pct: concessions over list value; concession_change_pp year on year.
        exception_requests: special prices and terms asked for beyond the policy. dumping_cases: confirmed.
        outside_pct: resold outside the territory. ar_to_sales: ΔAR/Δsales. overdue_pct: overdue over receivables.
        motivation_pct: average of CE1a–c. complaint_days: age of the oldest open complaint, 0 when none is open.
        churn: green, amber or red. weak_reviews: consecutive reviews, this one included, with 1★ and (grade C or
            no margin). net_sales, sales_last_year, monthly_average, security_value: amounts.
        paid_purchases: net purchases that are, or are projected to be, paid in the year. wadl_days: weighted average
            days late of the year.
    """

    volume_class: Decimal | None = None
    price_realisation_pct: Decimal | None = None
    growth_pct: Decimal | None = None
    on_time_pct: Decimal | None = None
    cm_ratio: Decimal | None = None
    claims_pct: Decimal | None = None
    influence: Decimal | None = None
    grade: str | None = None
    proactivity: Decimal | None = None
    overdue_days: int | None = None
    licence_expired: bool | None = None
    peak_share_pct: Decimal | None = None
    active_months: int | None = None
    cv: Decimal | None = None
    trade_months: int | None = None
    orders: int | None = None
    volume_rank_pct: Decimal | None = None
    cm_rank_pct: Decimal | None = None
    cm_pct: Decimal | None = None
    concession_pct: Decimal | None = None
    concession_change_pp: Decimal | None = None
    exception_requests: int | None = None
    dumping_cases: int | None = None
    outside_pct: Decimal | None = None
    ar_to_sales: Decimal | None = None
    overdue_pct: Decimal | None = None
    framework_contract: bool | None = None
    motivation_pct: Decimal | None = None
    quality_claims: int | None = None
    complaint_days: int | None = None
    key_account: bool = False
    churn: str | None = None
    hard_red: bool = False
    grade_fell: bool = False
    dp_score: Decimal | None = None
    hp_score: Decimal | None = None
    weak_reviews: int = 0
    net_sales: Decimal | None = None
    sales_last_year: Decimal | None = None
    monthly_average: Decimal | None = None
    paid_purchases: Decimal | None = None
    security_value: Decimal | None = None
    wadl_days: Decimal | None = None

    def facts(self) -> dict[str, Fact]:
        """The figures as the tables of the policy name them."""
        known: dict[str, Fact] = {each.name: getattr(self, each.name) for each in fields(self)}
        known["grade_now"] = known.pop("grade") or None
        if self.volume_rank_pct is not None and self.cm_rank_pct is not None:
            known["cm_rank_gap"] = self.cm_rank_pct - self.volume_rank_pct
        return known

    def to_json(self) -> dict[str, Any]:
        """What is known, as text; the rest is left out."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: value if isinstance(value, bool | int) else plain(value)
            for name, value in known.items()
            if value is not None
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figures:
        """The figures that `to_json` wrote."""
        asis = _WHOLE | _FLAGS | _TEXTS
        known: dict[str, Any] = {name: value if name in asis else Decimal(value) for name, value in data.items()}
        return cls(**known)
