"""The evaluation of a special price request: waterfalls, the three tests, evidence, and the facts for the policy.

Two halves: `casefile.collect` reads, `assess` computes without touching the database, so that the same file under
another policy version can be evaluated again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.tables import Reason
from pricing.casefile import CaseFile, Standing, collect
from pricing.choices import EVIDENCE_DAYS, FORBIDDEN_SOURCE, Mode
from pricing.models import CompetitorEvidence, SpecialPrice, SpecialPriceLine
from pricing.queries import tier_discount_pct
from pricing.rules import promises, request_checks
from pricing.rules.facts import Named, price_facts
from pricing.rules.metrics import LineFigures, LineInput, Metrics, metrics
from pricing.rules.money import HUNDRED, ZERO, unit_price
from pricing.rules.promises import Offer, Promise
from pricing.rules.waterfall import Element, tier_element


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that is known about a request on a day, under one policy version.

    `asked` are the lines as written, `judged` those that can be judged: with list price, price and quantity.
    """

    on: date
    policy_number: int
    letter: SpecialPrice
    case: CaseFile
    tier: Element
    judged: Mapping[int, Named]
    whole: Metrics
    earlier: tuple[tuple[SpecialPrice, Decimal], ...]
    offers: tuple[tuple[CompetitorEvidence, Offer], ...]
    replaces: tuple[str, ...]
    facts: Mapping[str, Fact]
    blocks: tuple[Reason, ...]
    pack: Pack

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the screen, the request's snapshot and the paper."""
        from pricing.presentation import evaluation_json

        return evaluation_json(self)


def evaluate(letter: SpecialPrice, pack: Pack, on: date, standing: Standing) -> Evaluation:
    """Evaluate a request on a business date of its unit.

    A draft is evaluated as far as it goes: what is missing stands in `blocks`, never an exception.
    """
    return assess(letter, collect(letter, on, pack.parameters.split_window_days, standing), pack)


def assess(letter: SpecialPrice, case: CaseFile, pack: Pack) -> Evaluation:
    """Compute the evaluation from a case file; no statement is sent to the database."""
    return _Assessment(letter, case, pack).result()


def asked_price(line: SpecialPriceLine, list_price: Decimal | None) -> Decimal | None:
    """The net price asked for, per stock unit: as written, or the list price less the discount asked for."""
    if line.requested_price is not None:
        return unit_price(line.requested_price)
    if line.requested_discount is None or list_price is None:
        return None
    return unit_price(list_price * (1 - line.requested_discount / HUNDRED))


def conceded(lines: Sequence[SpecialPriceLine], list_prices: Mapping[int, Decimal], tier: Element) -> Decimal:
    """(tier price - price) × quantity of every line of another request that can be judged."""
    total = ZERO
    for line in lines:
        listed = list_prices.get(line.product_id)
        net = asked_price(line, listed)
        if listed is not None and net is not None and line.quantity is not None:
            total += LineFigures.of(_line_input(line, listed, net, None, tier, ())).concession
    return total


def _line_input(
    line: SpecialPriceLine, listed: Decimal, net: Decimal, cost: Decimal | None, tier: Element,
    off: tuple[Element, ...],
) -> LineInput:  # fmt: skip
    category = line.product.category
    return LineInput(
        list_price=listed,
        tier=tier,
        net=net,
        quantity=line.quantity or ZERO,
        cap=line.quantity_cap,
        cost=cost,
        target=category.target_pct,
        floor=category.floor_pct,
        off=off,
    )


def _units(line: SpecialPriceLine) -> Decimal:
    return max(line.quantity or ZERO, line.quantity_cap or ZERO)


class _Assessment:
    """One evaluation in the making; every step is a property that reads the ones before it."""

    def __init__(self, letter: SpecialPrice, case: CaseFile, pack: Pack) -> None:
        self.letter, self.case, self.pack = letter, case, pack
        self.tier = tier_element(tier_discount_pct(case.customer, pack), case.customer.tier)

    @cached_property
    def asked(self) -> list[tuple[SpecialPriceLine, Decimal, Decimal]]:
        """Lines with their list price and asked price, as far as both are known and something is asked for."""
        found = []
        for line in self.case.lines:
            listed = self.case.list_prices.get(line.product_id)
            net = asked_price(line, listed)
            if listed is not None and net is not None and line.quantity:
                found.append((line, listed, net))
        return found

    @cached_property
    def off(self) -> list[Promise]:
        """Promises of this request; without the statement that there are some they still count."""
        return [
            Promise(each.kind, each.basis, each.mode == Mode.TOTAL, each.expected, each.best, each.note)  # type: ignore[arg-type]
            for each in self.case.promises
        ]

    @cached_property
    def judged(self) -> dict[int, Named]:
        value = sum((listed * _units(line) for line, listed, _ in self.asked), ZERO)
        return {line.pk: self._judged(line, listed, net, value) for line, listed, net in self.asked}

    def _judged(self, line: SpecialPriceLine, listed: Decimal, net: Decimal, value: Decimal) -> Named:
        off = (*self.case.standing_elements, *promises.elements(self.off, listed, value))
        given = _line_input(line, listed, net, self.case.costs.get(line.product_id), self.tier, off)
        return Named(line.product.code, LineFigures.of(given))

    @cached_property
    def whole(self) -> Metrics:
        lines = [each.figures for each in self.judged.values()]
        return metrics(lines, self.letter.annual_expected, self.letter.annual_best)

    @cached_property
    def earlier(self) -> tuple[tuple[SpecialPrice, Decimal], ...]:
        """What other requests of the window concede, for the same customer (anti-splitting, ES-9)."""
        rows = ((each, conceded(list(each.lines.all()), prices, self.tier)) for each, prices in self.case.earlier)
        return tuple((each, amount) for each, amount in rows if amount)

    @cached_property
    def offers(self) -> tuple[tuple[CompetitorEvidence, Offer], ...]:
        return tuple((row, self._offer(row)) for row in self.case.evidence)

    def _offer(self, row: CompetitorEvidence) -> Offer:
        age = (self.case.on - row.obtained_on).days
        over = row.valid_until is not None and row.valid_until < self.case.on
        return Offer(
            product=row.product.code,
            price=row.price,
            age_days=age,
            aged=age > EVIDENCE_DAYS or age < 0 or over,
            forbidden=row.how == FORBIDDEN_SOURCE,
            other_currency=row.currency != self.letter.currency,
        )

    @cached_property
    def overlaps(self) -> tuple[tuple[str, ...], list[Reason]]:
        """Agreements that this one would replace wholly, and reasons against those that it would tear apart."""
        mine = {line.product_id for line in self.case.lines}
        whole = sorted(number for number, theirs in self.case.overlapping.items() if theirs <= mine)
        return tuple(whole), request_checks.torn(self.case.overlapping.keys() - set(whole))

    def _facts(self) -> dict[str, Fact]:
        letter, standing = self.letter, self.case.standing
        products = {line.product.code for line in self.case.lines}
        valid = [offer for _, offer in self.offers if offer.proves(products)]
        days = None
        if letter.valid_from is not None and letter.valid_to is not None:
            days = (letter.valid_to - letter.valid_from).days + 1
        earlier = sum((conceded_there for _, conceded_there in self.earlier), ZERO)
        return {
            **price_facts(list(self.judged.values()), self.whole, earlier),
            **self._undercut(),
            "evidence_forbidden": any(offer.forbidden for _, offer in self.offers),
            "evidence_missing": not valid,
            "reason_code": letter.reason_code or "none",
            "validity_days": days,
            "cap_missing": any(line.quantity_cap is None for line in self.case.lines),
            "grade": standing.grade,
            "new_customer": standing.new_customer,
            "false_key_account": standing.false_key_account or None,
            "overdue_days": standing.overdue_days,
            "licence_expired": standing.licence_expired,
            "open_duplicate": False,  # only the workflow layer knows which requests are open
        }

    def _undercut(self) -> dict[str, Fact]:
        pockets = {named.name: named.figures.pocket for named in self.judged.values()}
        beaten = promises.undercut([offer for _, offer in self.offers], pockets)
        if beaten is None:
            return {"undercuts_competitor": False}
        return {
            "undercuts_competitor": True,
            "undercut_product": beaten.product,
            "undercut_pocket": f"{pockets[beaten.product]:,.2f}",
            "undercut_price": f"{beaten.price:,.2f}",
        }

    def _blocks(self) -> tuple[Reason, ...]:
        letter = self.letter
        entries = {name: getattr(letter, name) for name in request_checks.NEEDED}
        return (
            *self._standing_blocks(),
            *request_checks.missing_entries(entries),
            *request_checks.validity(letter.valid_from, letter.valid_to, self.case.on),
            *request_checks.promises(letter.consideration, len(self.case.promises)),
            *request_checks.annual(letter.annual_expected, letter.annual_best),
            *request_checks.line_entries(
                ((line.product.code, self._entries(line)) for line in self.case.lines), listed=bool(letter.price_list)
            ),
            *self.overlaps[1],
        )

    def _standing_blocks(self) -> list[Reason]:
        """A closed customer, a list of another currency or another unit, a list that does not count on the day."""
        letter, customer = self.letter, self.case.customer
        found = []
        if not customer.active:
            found.append(Reason("BL-CLOSED", "该客户已停用,不能申请特价。", "We no longer trade with this customer."))
        if letter.currency != customer.unit.currency:
            sentence = (
                "没有该币种的汇率，无法比较权限。",
                "There is no exchange rate for this currency, so that no authority can be compared.",
            )
            found.append(Reason("BL-CURRENCY", *sentence, {"field": "price_list"}))
        prices = letter.price_list
        if prices is not None and not self._usable(prices.valid_from, prices.valid_to, prices.unit_id, prices.currency):
            sentence = "该价格表在申请期间无效。", "The price list does not count for this customer and these days."
            found.append(Reason("BL-LIST", *sentence, {"field": "price_list"}))
        return found

    def _usable(self, first: date, last: date | None, unit: int, currency: str) -> bool:
        """The list counts on the first day asked for, at the latest today."""
        start = max(self.letter.valid_from or self.case.on, self.case.on - timedelta(days=1))
        counts = first <= start and (last is None or last >= start)
        return counts and unit == self.case.customer.unit_id and currency == self.letter.currency

    def _entries(self, line: SpecialPriceLine) -> dict[str, Any]:
        listed = self.case.list_prices.get(line.product_id)
        return {
            "quantity": line.quantity,
            "cap": line.quantity_cap,
            "price": asked_price(line, listed),
            "asked": line.requested_price is not None or line.requested_discount is not None,
            "list_price": listed,
            "cost": self.case.costs.get(line.product_id),
            "divisible": line.product.divisible,
            "active": line.product.active,
        }

    def result(self) -> Evaluation:
        return Evaluation(
            on=self.case.on,
            policy_number=self.pack.number,
            letter=self.letter,
            case=self.case,
            tier=self.tier,
            judged=self.judged,
            whole=self.whole,
            earlier=self.earlier,
            offers=self.offers,
            replaces=self.overlaps[0],
            facts=self._facts(),
            blocks=self._blocks(),
            pack=self.pack,
        )


def at_prices(found: Evaluation, prices: Mapping[int, Decimal]) -> dict[str, Fact]:
    """The facts if these lines alone were asked for, at other prices; for trying what would need fewer approvals.

    Args:
        prices: net price by line; lines that are not named are left out.
    """
    lines = [
        Named(found.judged[line].name, LineFigures.of(replace(found.judged[line].figures.given, net=net)))
        for line, net in prices.items()
    ]
    earlier = sum((conceded_there for _, conceded_there in found.earlier), ZERO)
    return {**found.facts, **price_facts(lines, metrics([line.figures for line in lines]), earlier)}
