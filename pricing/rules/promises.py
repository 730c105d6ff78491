"""What was promised besides the price, as elements of each line's waterfall."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.rules.money import ZERO, unit_price
from pricing.rules.waterfall import Basis, Element

LABELS: Mapping[str, tuple[str, str]] = {
    "rebate": ("年终返利", "year-end rebate"),
    "cash_discount": ("现金折扣", "cash discount"),
    "freight": ("我方承担运费", "freight paid by us"),
    "term_cost": ("账期资金成本", "cost of the payment term"),
    "marketing": ("市场费用", "marketing contribution"),
    "consignment": ("寄售占用", "consignment stock"),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as listed in the request: per cent of a basis, or an amount for the whole request."""

    kind: str
    basis: Basis
    total: bool
    expected: Decimal
    best: Decimal
    note: str = ""


def elements(promises: Sequence[Promise], list_price: Decimal, list_value: Decimal) -> tuple[Element, ...]:
    """The promises for one unit of a line; an amount for the whole is spread by list value.

    By list value and not by net value, so that the share of a line does not move with the price asked for it.

    Args:
        list_price: per unit of the line; `list_value`: of all lines with their units.
    """
    return tuple(_element(each, list_price, list_value) for each in promises)


def _element(promise: Promise, list_price: Decimal, list_value: Decimal) -> Element:
    zh, en = LABELS.get(promise.kind, (promise.kind, promise.kind))
    expected, best = promise.expected, promise.best
    if promise.total:
        share = list_price / list_value if list_value > 0 else ZERO
        expected, best = unit_price(expected * share), unit_price(best * share)
    mode = "amount" if promise.total else "percent"
    return Element(promise.kind, "off", promise.basis, mode, expected, best, zh, en, promise.note)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Offer:
    """A competitor's price with its age on the day, and what stays of ours."""

    product: str
    price: Decimal
    age_days: int
    aged: bool
    forbidden: bool
    other_currency: bool

    def proves(self, products: Container[str]) -> bool:
        """Whether it says today what a competitor asks for one of these products, in our currency."""
        return self.product in products and not (self.aged or self.forbidden or self.other_currency)


def undercut(offers: Sequence[Offer], pockets: Mapping[str, Decimal]) -> Offer | None:
    """The valid offer that our pocket price is furthest below; None when we meet or stay above every one.

    Meeting a competitor needs no lawyer, knowingly beating him does (approval.md 2.2).
    """
    beaten = [
        each for each in offers
        if each.proves(pockets) and pockets[each.product] < each.price
    ]  # fmt: skip
    return max(beaten, key=lambda each: each.price - pockets[each.product]) if beaten else None
