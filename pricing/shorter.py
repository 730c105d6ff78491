"""What would need nobody, or fewer: lines and the whole request at other prices, tried against the policy's tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from policies.rules.plan import Plan, compile_plan
from policies.rules.tables import Reason
from pricing.evaluation import Evaluation, at_prices
from pricing.rules.hints import lowest_prices

SUBJECT: Final = "SP"
KIND: Final = "special_price"
# Without them no route is known, and nothing can be tried.
NEEDED: Final = ("new_customer", "overdue_days", "licence_expired")


@dataclass(frozen=True, slots=True)
class Tried:
    """A line asked for alone: its level, and (level, lowest price) for lower ones that some price reaches."""

    ladder: tuple[str, ...]
    nobody: frozenset[str]
    level: int
    prices: tuple[tuple[int, Decimal], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "band": self.ladder[self.level],
            "hints": [
                {
                    "band": self.ladder[level],
                    "nobody": self.ladder[level] in self.nobody,
                    "price": str(price),
                    "shown": shown(price),
                }
                for level, price in self.prices
            ],
        }

    def price_for(self, level: int, net: Decimal) -> Decimal | None:
        """The lowest price of the line that stays within a level; the price asked where it does already."""
        if self.level <= level:
            return net
        return next((price for reached, price in reversed(self.prices) if reached <= level), None)


def by_line(found: Evaluation) -> dict[int, Tried]:
    """Every line that can be judged, on its own; escalators and earlier concessions count along."""
    if any(found.facts.get(key) is None for key in NEEDED):
        return {}
    return {line: _tried(found, line) for line, named in found.judged.items() if named.figures.given.cost is not None}


def _tried(found: Evaluation, line: int) -> Tried:
    ladder = found.pack.kinds[KIND].bands[0].ladder
    given = found.judged[line].figures.given

    def level(price: Decimal) -> int:
        return ladder.index(_plan(found, {line: price}).bands[SUBJECT])

    prices = lowest_prices(level, given.net, _highest(given.list_price, given.net, given.cost))
    nobody = frozenset(band for band in ladder if not found.pack.chains[band].stages)
    return Tried(ladder, nobody, level(given.net), tuple(prices))


def _highest(listed: Decimal, net: Decimal, cost: Decimal | None) -> Decimal:
    """A price above which nothing gets better: four times the cost leaves 75 per cent before any promise."""
    return max(listed, net, (cost or net) * 4)


def _plan(found: Evaluation, prices: Mapping[int, Decimal]) -> Plan:
    return compile_plan(found.pack, KIND, at_prices(found, prices))


def together(found: Evaluation, tried: Mapping[int, Tried]) -> list[Reason]:
    """For every lower level of the whole request: which prices reach it, and who is not needed then.

    Each set of prices was tried as one request, because concessions add up; what does not hold is not said.
    """
    if not tried or len(tried) != len(found.judged):
        return []
    asked = {line: named.figures.given.net for line, named in found.judged.items()}
    today = _plan(found, asked)
    ladder = next(iter(tried.values())).ladder
    hints: list[Reason] = []
    seen: list[Mapping[int, Decimal]] = []
    for level in range(ladder.index(today.bands[SUBJECT])):
        prices = {line: tried[line].price_for(level, net) for line, net in asked.items()}
        known = {line: price for line, price in prices.items() if price is not None}
        if len(known) != len(prices) or known in seen:
            continue
        plan = _plan(found, known)
        if ladder.index(plan.bands[SUBJECT]) <= level:
            seen.append(known)
            hints.append(_said(found, today, plan, {k: v for k, v in known.items() if v != asked[k]}))
    return hints


def _said(found: Evaluation, today: Plan, plan: Plan, prices: Mapping[int, Decimal]) -> Reason:
    """`A100 at 96 or above: nobody is needed.`"""
    named = {found.judged[line].name: shown(price) for line, price in prices.items()}
    zh = "、".join(f"{name} 不低于 {price}" for name, price in named.items())
    en = ", ".join(f"{name} at {price} or above" for name, price in named.items())
    roles = [step.role for step in today.steps if step.role not in {each.role for each in plan.steps}]
    saved = [found.pack.roles[role] for role in roles]
    if not plan.steps:
        gain = "无需任何人审批", "nobody is needed"
    else:
        gain = (
            f"不需要{'、'.join(role.zh for role in saved)}审批",
            f"not needed: {', '.join(role.en for role in saved)}",
        )
    return Reason("HINT-PRICE", f"{zh}：{gain[0]}", f"{en}: {gain[1]}", {"roles": ",".join(roles), **named})


def shown(price: Decimal) -> str:
    """A price with at least two places: 96.00, 95.1234."""
    return f"{price:,.2f}" if price == round(price, 2) else f"{price:,.4f}"
