"""What of a special price request is granted, line by line, once every approver has agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from pricing.rules.money import HUNDRED, price_above
from pricing.rules.waterfall import repriced

QUANTITY_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class GrantedLine:
    """One product at one price.

    Args:
        net_price: invoice price per stock unit.
        quantity: stock units asked for, after what the approvers took off.
        quantity_cap: stock units that may be bought at this price; `hard` says that not one more may be, because a
            cap was asked for, the price is below cost, or an approver cut the quantity.
        waterfall: the frozen waterfall that was decided, as JSON.
    """

    product_id: int
    product_code: str
    list_price: Decimal
    net_price: Decimal
    quantity: Decimal
    quantity_cap: Decimal
    hard: bool
    waterfall: Mapping[str, Any] = field(default_factory=dict)


def granted_lines(
    lines: Iterable[Mapping[str, Any]], *, max_discount_pct: Decimal, quantity_pct: Decimal
) -> tuple[GrantedLine, ...]:
    """The lines of the frozen evaluation under the agreed terms, which only ever tighten.

    Args:
        lines: as in the evaluation's JSON.
        max_discount_pct: the largest discount off the list price that was agreed; prices rise to it, rounded up.
        quantity_pct: share of the asked quantity that was agreed, in per cent; quantities are rounded down.
    """
    return tuple(_granted(line, max_discount_pct, quantity_pct) for line in lines)


def _granted(line: Mapping[str, Any], max_discount_pct: Decimal, quantity_pct: Decimal) -> GrantedLine:
    listed, asked = Decimal(line["list_price"]), Decimal(line["net_price"])
    least = price_above(listed * (1 - max_discount_pct / HUNDRED))
    net = max(asked, least)
    quantity, cap = Decimal(line["quantity"]), line["quantity_cap"]
    share = quantity_pct / HUNDRED
    step = QUANTITY_STEP if line["divisible"] else Decimal(1)
    return GrantedLine(
        product_id=line["product_id"],
        product_code=line["product_code"],
        list_price=listed,
        net_price=net,
        quantity=_down(quantity * share, step),
        quantity_cap=_down(Decimal(cap if cap is not None else quantity) * share, step),
        hard=cap is not None or bool(line["below_cost"]) or quantity_pct < HUNDRED,
        waterfall=repriced(line["waterfall"], net),
    )


def highest_discount(discounts: Iterable[Decimal]) -> Decimal:
    """The largest discount of a request as a term: two places, rounded up, so that it never raises a price."""
    return max([*discounts, Decimal(0)]).quantize(Decimal("0.01"), ROUND_CEILING)


def _down(value: Decimal, step: Decimal) -> Decimal:
    """At least one step: what was granted is never nothing."""
    return max(step, value.quantize(step, ROUND_FLOOR))
