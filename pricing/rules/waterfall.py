"""The price waterfall: list → on-invoice elements → net → off-invoice elements → pocket → cost → pocket margin.

Source: reference/approval.md 2.1 and 5.4 P7, P8. Every element is kept with what it was taken of, so that the
picture, the paper and the arithmetic are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pricing.rules.money import HUNDRED, ZERO, margin_pct, percent, unit_price

Stage = Literal["list", "on", "off"]
Basis = Literal["list", "net", "previous"]
Mode = Literal["percent", "amount"]
STAGES: tuple[Stage, ...] = ("list", "on", "off")


@dataclass(frozen=True, slots=True)
class Element:
    """One step of the waterfall as a rule.

    Args:
        kind: tier, volume, special, promotion, rebate, cash_discount, freight, term_cost, marketing, consignment …
        stage: `list` makes the list price out of the base price, `on` is on the invoice, `off` is paid later.
        basis: of which price a percentage is taken; an amount is per stock unit and has no basis.
        expected, best: what is taken off, in per cent or per unit; below zero is a surcharge (not off the invoice).
            `best` is the best case for the customer, such as a rebate tier that he may reach.
        source: number of the agreement or article it comes from.
    """

    kind: str
    stage: Stage
    basis: Basis
    mode: Mode
    expected: Decimal
    best: Decimal
    zh: str
    en: str
    source: str = ""

    def __post_init__(self) -> None:
        if self.stage == "off" and (self.expected < 0 or self.best < 0):
            raise ValueError(f"Off the invoice only deductions exist: {self.kind}.")

    def value(self, best: bool) -> Decimal:
        """What is taken off: the best case is never better for us than the expected one."""
        return max(self.expected, self.best) if best else self.expected


@dataclass(frozen=True, slots=True)
class Step:
    """An element as it worked: `rate` of `taken_of` took `amount` (per unit, 4 places) off and left `after`."""

    kind: str
    stage: Stage
    basis: Basis
    mode: Mode
    rate: Decimal
    taken_of: Decimal
    amount: Decimal
    after: Decimal
    zh: str
    en: str
    source: str

    def to_json(self) -> dict[str, str]:
        """Plain JSON: every number as the text it is shown by."""
        return {name: str(getattr(self, name)) for name in Step.__slots__}

    @staticmethod
    def element(data: Mapping[str, Any]) -> Element:
        """The rule of a step that `to_json` wrote."""
        rate = Decimal(data["rate"])
        same = (data["kind"], data["stage"], data["basis"], data["mode"])
        return Element(*same, rate, rate, data["zh"], data["en"], data["source"])


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One unit's way from the base price to what stays with us. Prices per stock unit, margins in per cent."""

    base: Decimal
    list_price: Decimal
    net: Decimal
    pocket: Decimal
    cost: Decimal | None
    steps: tuple[Step, ...]

    @property
    def gross_margin(self) -> Decimal | None:
        """Of the net price, in per cent; None without cost or price."""
        return None if self.cost is None else margin_pct(self.net, self.cost)

    @property
    def pocket_margin(self) -> Decimal | None:
        """Of the pocket price, in per cent; None without cost or price."""
        return None if self.cost is None else margin_pct(self.pocket, self.cost)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the screen, the snapshot and the paper."""
        numbers = {name: getattr(self, name) for name in ("base", "list_price", "net", "pocket", "cost")}
        margins = {"gross_margin": self.gross_margin, "pocket_margin": self.pocket_margin}
        return {
            **{name: None if value is None else str(value) for name, value in numbers.items()},
            **{name: None if value is None else str(percent(value)) for name, value in margins.items()},
            "steps": [step.to_json() for step in self.steps],
        }


def waterfall(
    base: Decimal, elements: Iterable[Element], *, cost: Decimal | None = None, best: bool = False
) -> Waterfall:
    """Run the elements over a base price, stage by stage, in the order in which they are given.

    Args:
        base: price per stock unit before anything else; without `list` elements it is the list price.
        cost: unit cost, None when it is not known.
        best: the best case for the customer instead of the expected one.
    """
    given = list(elements)
    price = unit_price(base)
    marks: dict[str, Decimal] = {"list": price}
    steps: list[Step] = []
    for stage in STAGES:
        for element in (each for each in given if each.stage == stage):
            step = _taken(element, price, marks, best)
            price = step.after
            steps.append(step)
        marks["list" if stage == "list" else "net" if stage == "on" else "pocket"] = price
    return Waterfall(unit_price(base), marks["list"], marks["net"], marks["pocket"], cost, tuple(steps))


def _taken(element: Element, price: Decimal, marks: dict[str, Decimal], best: bool) -> Step:
    """One element at work. Before there is a net price, `net` means the price so far.

    A percentage of what is below zero would give something back: its basis is at least zero.
    """
    rate = element.value(best)
    taken_of = price if element.basis == "previous" else marks.get(element.basis, price)
    off = rate if element.mode == "amount" else max(ZERO, taken_of) * rate / HUNDRED
    off = unit_price(off)
    return Step(
        element.kind, element.stage, element.basis, element.mode, rate, taken_of, off, price - off,
        element.zh, element.en, element.source,
    )  # fmt: skip


def repriced(data: Mapping[str, Any], net: Decimal) -> dict[str, Any]:
    """The stored waterfall of a requested price at the price that was granted; the same when nothing changed."""
    if Decimal(data["net"]) == net:
        return dict(data)
    tier, *others = [Step.element(step) for step in data["steps"]]
    cost = None if data["cost"] is None else Decimal(data["cost"])
    off = [element for element in others if element.stage == "off"]
    return special_line(Decimal(data["base"]), tier, net, off, cost, best=False).to_json()


def starting_price(base: Decimal, agreement: Decimal | None) -> Decimal:
    """A trade agreement replaces the base price before anything else is added or taken off (5.4 P8)."""
    return base if agreement is None else agreement


def special_element(price: Decimal, requested: Decimal) -> Element:
    """What is left between the price so far and the requested net price, as the special discount per unit."""
    off = unit_price(price) - unit_price(requested)
    return Element("special", "on", "previous", "amount", off, off, "特价折让", "special discount")


def tier_element(tier_pct: Decimal, stars: int | None) -> Element:
    """The discount band of the customer's tier, of the list price."""
    label = "" if stars is None else f" {'★' * stars}"
    return Element("tier", "on", "list", "percent", tier_pct, tier_pct, f"等级折扣{label}", f"tier discount{label}")


def special_line(
    list_price: Decimal, tier: Element, requested: Decimal, off: Sequence[Element], cost: Decimal | None, best: bool
) -> Waterfall:
    """The waterfall of a requested net price: the tier's discount first, the rest is the special discount."""
    before = waterfall(list_price, [tier]).net
    return waterfall(list_price, [tier, special_element(before, requested), *off], cost=cost, best=best)
