"""Formulas of defaults 2(c) and 2(f) over plain amounts: shape of the year, margin, concession, ranks.

Everything is exact `Decimal` (28 digits); rounding happens where a number is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)
YEAR_DAYS = Decimal(365)
CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Shape:
    """How twelve months of sales are spread; shares in percent, `cv` = population σ over μ."""

    total: Decimal
    best: Decimal
    peak_share_pct: Decimal | None
    active_months: int
    cv: Decimal | None


@dataclass(frozen=True, slots=True)
class Concession:
    """What a customer was given below list: amount, share of the list value in percent, and the parts by name."""

    amount: Decimal
    pct: Decimal | None
    parts: Mapping[str, Decimal]


def shown(value: Decimal) -> Decimal:
    """A figure as it is shown: two decimals, half up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def shape(months: Sequence[Decimal]) -> Shape:
    """Total, best month, months with sales and variation of monthly amounts (defaults 2(f) F1), in any order."""
    total = sum(sorted(months), ZERO)
    best = max(months, default=ZERO)
    active = sum(1 for amount in months if amount > 0)
    if total <= 0:
        return Shape(total, best, None, active, None)
    mean = total / len(months)
    variance = sum(sorted((amount - mean) ** 2 for amount in months), ZERO) / len(months)
    return Shape(total, best, HUNDRED * best / total, active, variance.sqrt() / mean)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` in percent; None when there is no whole."""
    return HUNDRED * part / whole if whole else None


def cost_of_credit(net_sales: Decimal, days: Decimal | int, wacc: Decimal) -> Decimal:
    """Capital tied up in receivables: net sales × days / 365 × cost of capital (a share per year)."""
    return net_sales * Decimal(days) / YEAR_DAYS * wacc


def contribution(
    net_sales: Decimal,
    cogs: Decimal,
    *,
    rebate: Decimal = ZERO,
    expense: Decimal = ZERO,
    freight: Decimal = ZERO,
    claims: Decimal = ZERO,
    credit: Decimal = ZERO,
) -> Decimal:
    """Contribution margin (defaults 2(f) F2): net sales less cost of goods and everything spent on the customer."""
    return net_sales - cogs - rebate - expense - freight - claims - credit


def concession(
    list_value: Decimal,
    discount: Decimal,
    *,
    rebate: Decimal = ZERO,
    expense: Decimal = ZERO,
    claims: Decimal = ZERO,
    credit: Decimal = ZERO,
) -> Concession:
    """Everything given below list, over the list value (defaults 2(f) F3).

    Args:
        discount: list value less net price. credit: `cost_of_credit` of the net sales.
    """
    parts = {"discount": discount, "rebate": rebate, "expense": expense, "claims": claims, "credit": credit}
    amount = sum(parts.values(), ZERO)
    return Concession(amount, share(amount, list_value), parts)


def ar_to_sales(ar_now: Decimal, ar_before: Decimal, sales_now: Decimal, sales_before: Decimal) -> Decimal:
    """Growth of receivables over growth of sales (F5); zero when sales did not grow: no growth was fed by credit."""
    growth = sales_now - sales_before
    return (ar_now - ar_before) / growth if growth > 0 else ZERO


def ranks(values: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Rank in percent of the number of customers, the largest first; equal ones share the better rank."""
    if not values:
        return {}
    place: dict[Decimal, int] = {}
    for position, value in enumerate(sorted(values.values(), reverse=True), start=1):
        place.setdefault(value, position)
    count = Decimal(len(values))
    return {key: HUNDRED * place[value] / count for key, value in values.items()}
