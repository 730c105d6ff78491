"""The cumulative-contribution class of each customer (T1, "A" to "D" customers)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class VolumeClass:
    """Where a customer stands among all: rank, share of the larger ones, share with its own, bound of its class."""

    rank: int
    before_pct: Decimal
    through_pct: Decimal
    bound: Decimal


def volume_classes(sales: Mapping[int, Decimal], bounds: Sequence[Decimal]) -> dict[int, VolumeClass]:
    """Put every customer into the class in which its contribution begins, the largest customer first.

    A customer belongs to the customers that together make up the first 50 % when the larger ones do not make up 50 %
    without it. So a customer that sells half of everything is in the first class, equal customers share a class
    whatever the order of the rows, and selling more never puts anybody into a worse class.

    Args:
        sales: twelve months' sales by customer, all customers of one unit. bounds: e.g. 50, 80, 95, 100 (percent).
    """
    order = sorted(bounds)
    total = sum(sorted(sales.values()), Decimal(0))
    found: dict[int, VolumeClass] = {}
    larger = Decimal(0)
    level: Decimal | None = None
    before, rank = Decimal(0), 0
    for position, (key, amount) in enumerate(sorted(sales.items(), key=lambda item: -item[1]), start=1):
        if amount != level:
            level, before, rank = amount, larger, position
        found[key] = _placed(rank, before, amount, total, order)
        larger += amount
    return found


def _placed(rank: int, before: Decimal, amount: Decimal, total: Decimal, order: Sequence[Decimal]) -> VolumeClass:
    if total <= 0 or amount <= 0:
        return VolumeClass(rank, HUNDRED, HUNDRED, order[-1])
    begins = HUNDRED * before / total
    bound = next((each for each in order if begins < each), order[-1])
    return VolumeClass(rank, begins, HUNDRED * (before + amount) / total, bound)
