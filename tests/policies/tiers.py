"""A customer that earns every point of the tier scorecard, and customers with exactly so many points."""

import dataclasses
import itertools
from decimal import Decimal

from policies.rules.tiers.figures import Figures

D = Decimal
# A customer that earns every point.
BEST = Figures(
    volume_class=D(50), price_realisation_pct=D(99), growth_pct=D(20), on_time_pct=D(99), cm_ratio=D("1.3"),
    claims_pct=D(0), influence=D(5), grade="AAA", proactivity=D(10), overdue_days=0, licence_expired=False,
    peak_share_pct=D(12), active_months=12, cv=D("0.3"), trade_months=40, orders=40, volume_rank_pct=D("2.5"),
    cm_rank_pct=D(5), cm_pct=D(12), concession_pct=D(6), concession_change_pp=D(0), exception_requests=0,
    dumping_cases=0, outside_pct=D(0), ar_to_sales=D(0), overdue_pct=D(0), framework_contract=True,
    motivation_pct=D(80), quality_claims=0, complaint_days=0, net_sales=D(1_800_000), sales_last_year=D(1_500_000),
    monthly_average=D(150_000), paid_purchases=D(1_800_000), security_value=D(100_000), wadl_days=D(9),
)  # fmt: skip


EARNS = {
    "growth_pct": ((20, 10), (7, 8), (1, 6), (-5, 3), (-50, 0)),
    "price_realisation_pct": ((99, 10), (96, 8), (93, 5), (89, 2), (50, 0)),
    "on_time_pct": ((99, 20), (96, 17), (91, 13), (85, 8), (75, 4), (10, 0)),
    "cm_ratio": ((2, 15), (1, 12), ("0.8", 8), ("0.6", 4)),
}


def with_score(points: int, **changes) -> Figures:
    """Figures that score exactly so many points: T1, T6 and T8 full, the ratings T7 and T9 fill up the rest."""
    for chosen in itertools.product(*EARNS.values()):
        left = points - 30 - sum(earned for _, earned in chosen)
        if 0 <= left <= 15:
            values = {key: D(value) for key, (value, _) in zip(EARNS, chosen, strict=True)}
            rated = {"influence": D(min(left, 5)), "proactivity": D(left - min(left, 5))}
            return dataclasses.replace(BEST, **{**rated, **values, **changes})
    raise AssertionError(points)
