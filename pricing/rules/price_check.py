"""Which price holds for an order, and how far it reaches; every answer says why in both languages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from policies.rules.tables import Reason
from pricing.rules.utilisation import ZERO, Cap, Use

FOUR_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class ListOffer:
    """A list price and the list that says so, in force since a day."""

    price_list: str
    price: Decimal
    valid_from: date


@dataclass(frozen=True, slots=True)
class Standard:
    """What everybody of the tier pays: list price less the tier's discount (per cent), four places half up."""

    price_list: str
    list_price: Decimal
    discount_pct: Decimal

    @property
    def price(self) -> Decimal:
        """The tier price of one stock unit."""
        return (self.list_price * (100 - self.discount_pct) / 100).quantize(FOUR_PLACES, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Grant:
    """A line of an agreement; `last` is the last day that counts, `ended_on` the first that no longer does."""

    line_id: int
    agreement: str
    request_no: str
    currency: str
    price: Decimal
    first: date
    last: date
    ended_on: date | None
    cap: Cap
    use: Use


@dataclass(frozen=True, slots=True)
class Asked:
    """An order line: quantity in stock units, the price written on it (None = asks for one), its business date."""

    quantity: Decimal
    unit_price: Decimal | None
    currency: str
    on: date
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """within, over_soft_cap, partly_covered, above_cap, price_differs or below_price, and what it rests on.

    `covered` counts at `price`; the rest of the quantity costs the standard price.
    """

    verdict: str
    price: Decimal
    covered: Decimal
    grant: Grant | None
    standard: Standard | None
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Whether the order may stand as it is written."""
        return self.verdict in ("within", "over_soft_cap")


class Conflict(ValueError):
    """Several prices hold with equal right; nobody chooses silently (approval.md 5.4, P3)."""

    def __init__(self, code: str, names: Sequence[str]) -> None:
        super().__init__(code)
        self.code, self.names = code, tuple(names)


class NoPrice(ValueError):
    """Nothing says what the product costs; `code` names the reason, `name` the agreement that was asked for."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code, self.name = code, name


def list_price_of(offers: Iterable[ListOffer]) -> ListOffer | None:
    """The list that counts: the newest. Raises Conflict for two that begin on one day with different prices."""
    found = sorted(offers, key=lambda offer: offer.valid_from, reverse=True)
    newest = [offer for offer in found if offer.valid_from == found[0].valid_from]
    if len({offer.price for offer in newest}) > 1:
        raise Conflict("price_list_conflict", [offer.price_list for offer in newest])
    return newest[0] if newest else None


def missing(grant: Grant, asked: Asked) -> str:
    """Why a grant does not hold for an order, empty when it does."""
    if asked.on < grant.first:
        return "agreement_not_yet_valid"
    if grant.ended_on is not None and asked.on >= grant.ended_on:
        return "agreement_ended"
    if asked.on > grant.last:
        return "agreement_expired"
    return "agreement_currency" if asked.currency != grant.currency else ""


def chosen(grants: Sequence[Grant], asked: Asked) -> Grant | None:
    """The one grant that holds; one that is named must hold, one that is used up gives way.

    Raises:
        NoPrice: for a named agreement that does not have the product or does not hold.
        Conflict: ``agreement_conflict`` when several hold and none is named.
    """
    if asked.agreement:
        named = next((grant for grant in grants if grant.agreement == asked.agreement), None)
        if named is None:
            raise NoPrice("unknown_agreement", asked.agreement)
        if why := missing(named, asked):
            raise NoPrice(why, asked.agreement)
        return named
    holding = [grant for grant in grants if not missing(grant, asked)]
    left = [grant for grant in holding if grant.cap.coverable(grant.use, asked.quantity) > 0]
    if len(left) > 1:
        raise Conflict("agreement_conflict", sorted(grant.agreement for grant in left))
    return left[0] if left else max(holding, key=lambda grant: grant.line_id, default=None)


def answer(grants: Sequence[Grant], standard: Callable[[], Standard | None], asked: Asked) -> Answer:
    """The price that holds for the order line, how much of it, and whether what is written on it may stand.

    Args:
        standard: looks up the tier price; only asked when the agreement does not cover everything.

    Raises:
        NoPrice, Conflict: as in `chosen` and `list_price_of`; ``no_price`` when nothing says what the product costs.
    """
    grant = chosen(grants, asked)
    if grant is not None:
        return _granted(grant, standard, asked)
    usual = standard()
    if usual is None:
        raise NoPrice("no_price")
    passed = [_passed(grant, asked) for grant in grants]
    below = asked.unit_price is not None and asked.unit_price < usual.price
    reason = below_price(usual, asked) if below else at_standard(usual)
    return Answer("below_price" if below else "within", usual.price, asked.quantity, None, usual, (reason, *passed))


def _granted(grant: Grant, standard: Callable[[], Standard | None], asked: Asked) -> Answer:
    if asked.unit_price is not None and asked.unit_price != grant.price:
        reason = link_broken(grant, asked)
        return Answer("price_differs", grant.price, ZERO, grant, beside(standard), (reason,))
    covered = grant.cap.coverable(grant.use, asked.quantity)
    remaining = grant.cap.remaining(grant.use)
    if covered < asked.quantity:
        verdict, say = ("partly_covered", partly) if covered > 0 else ("above_cap", above)
        return Answer(verdict, grant.price, covered, grant, beside(standard), (say(grant, asked, covered),))
    over = remaining is not None and asked.quantity > remaining
    verdict, say = ("over_soft_cap", over_soft) if over else ("within", at_grant)
    return Answer(verdict, grant.price, covered, grant, None, (say(grant, asked, covered),))


def beside(standard: Callable[[], Standard | None]) -> Standard | None:
    """The tier price for information: a doubt about it does not touch what an agreement says."""
    try:
        return standard()
    except Conflict:
        return None


def plain(number: Decimal) -> str:
    """A figure without idle zeros: 88, 2.5."""
    return f"{number.normalize():f}"


def at_standard(standard: Standard) -> Reason:
    values = {
        "list": standard.price_list, "list_price": plain(standard.list_price),
        "discount": plain(standard.discount_pct), "price": plain(standard.price),
    }  # fmt: skip
    return Reason(
        "price_list",
        "按价目表 {list} 标价 {list_price}，扣除等级折扣 {discount}%，单价 {price}。".format(**values),
        "Price list {list}: {list_price} less the tier discount of {discount} % is {price}.".format(**values),
        values,
    )


def below_price(standard: Standard, asked: Asked) -> Reason:
    values = {"asked": plain(asked.unit_price or ZERO), "price": plain(standard.price)}
    return Reason(
        "below_price",
        "订单单价 {asked} 低于等级价 {price}，且没有有效的特价协议。".format(**values),
        "The order says {asked}, which is below the tier price of {price}, and no agreement holds.".format(**values),
        values,
    )


def link_broken(grant: Grant, asked: Asked) -> Reason:
    values = {"asked": plain(asked.unit_price or ZERO), "price": plain(grant.price), "agreement": grant.agreement}
    return Reason(
        "link_broken",
        "订单单价 {asked} 与协议 {agreement} 的批准价 {price} 不一致，不占用协议数量。".format(**values),
        "The order says {asked}, agreement {agreement} grants {price}: the link is broken and nothing is used.".format(
            **values
        ),
        values,
    )


def _of_cap(code: str, zh: str, en: str) -> Callable[[Grant, Asked, Decimal], Reason]:
    def say(grant: Grant, asked: Asked, covered: Decimal) -> Reason:
        remaining = grant.cap.remaining(grant.use)
        values = {
            "agreement": grant.agreement, "price": plain(grant.price), "last": grant.last.isoformat(),
            "quantity": plain(asked.quantity), "covered": plain(covered), "rest": plain(asked.quantity - covered),
            "remaining": "" if remaining is None else plain(remaining),
        }  # fmt: skip
        return Reason(code, zh.format(**values), en.format(**values), values)

    return say


at_grant = _of_cap(
    "agreement",
    "协议 {agreement} 批准单价 {price}，有效至 {last}（含当日）。",
    "Agreement {agreement} grants {price} up to and including {last}.",
)
over_soft = _of_cap(
    "over_soft_cap",
    "协议 {agreement} 剩余数量 {remaining}，本单 {quantity} 超出软上限，按批准价执行并提醒。",
    "Agreement {agreement} has {remaining} left; {quantity} go over its soft cap, which is noted.",
)
partly = _of_cap(
    "partly_covered",
    "协议 {agreement} 只剩 {covered}，本单 {quantity} 中有 {rest} 不在协议内。",
    "Agreement {agreement} covers {covered} of {quantity}; the remaining {rest} are not covered.",
)
above = _of_cap(
    "above_cap",
    "协议 {agreement} 的数量已用完，本单 {quantity} 全部不在协议内。",
    "Agreement {agreement} is used up; none of the {quantity} are covered.",
)

_PASSED: Final = {
    "agreement_not_yet_valid": ("协议 {agreement} 自 {first} 起才有效。", "Agreement {agreement} begins on {first}."),
    "agreement_ended": ("协议 {agreement} 已于 {ended} 终止。", "Agreement {agreement} ended on {ended}."),
    "agreement_expired": ("协议 {agreement} 已于 {last} 到期。", "Agreement {agreement} expired on {last}."),
    "agreement_currency": ("协议 {agreement} 的币种为 {currency}。", "Agreement {agreement} is in {currency}."),
}


def _passed(grant: Grant, asked: Asked) -> Reason:
    """Why a grant was passed over."""
    code = missing(grant, asked)
    values = {
        "agreement": grant.agreement, "first": grant.first.isoformat(), "last": grant.last.isoformat(),
        "ended": grant.ended_on.isoformat() if grant.ended_on else "", "currency": grant.currency,
    }  # fmt: skip
    zh, en = _PASSED[code]
    return Reason(code, zh.format(**values), en.format(**values), values)
