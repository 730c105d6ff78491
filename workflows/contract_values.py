"""What was approved for a customer and may stand in his contract: tier, credit line, prices, contracts of the day."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.contract_evaluation import SameDay
from contracts.models import ContractLetter
from contracts.rules.deviations import Approved, Price
from credit.choices import LineKind
from credit.queries import LineState, lines_in_force
from customers.models import Customer
from customers.queries_tiers import tier_in_force
from policies.rules.calendar import business_date
from policies.rules.pack import Pack
from pricing.models import AgreementLine, ListPrice, Product
from pricing.queries import PROVISIONAL_TIER, price_lists
from pricing.queries_agreements import prices_in_force
from workflows.models import Request, State

FOURTH: Final = Decimal("0.0001")
HUNDRED: Final = Decimal(100)
# Requests whose contract is or may become one of ours.
COUNTED: Final = (State.IN_REVIEW, State.RETURNED, State.SIGNING, State.APPROVED)


def approved_values(customer: Customer, currency: str, pack: Pack, on: date) -> Approved:
    """Everything that was decided for the customer as of a business date: about eight statements.

    A customer without stars is priced as with two, as in the price check; he has no rebate.
    """
    star = tier_in_force(customer, on).tier
    terms = pack.tier_terms[star or PROVISIONAL_TIER]
    lines = {line.kind: LineState.of(line) for line in reversed(lines_in_force([customer], on))}
    trade, placement = lines.get(LineKind.TRADE, LineState.of(None)), lines.get(LineKind.PLACEMENT)
    price_list, prices = _prices(customer, currency, terms.discount_pct, on)
    return Approved(
        tier=star,
        discount=terms.discount_pct,
        rebate=terms.rebate_pct if star else Decimal(0),
        term_days=trade.line.term_days if trade.line and trade.state != "zero" else 0,
        limit_state=trade.state,
        limit=trade.line.amount if trade.line else None,
        limit_valid_to=trade.line.valid_to if trade.line else None,
        limit_no=trade.line.request_no if trade.line else "",
        placement=placement.line.amount if placement and placement.line else None,
        security=trade.line.security_value if trade.line else Decimal(0),
        price_list=price_list,
        prices=prices,
        sources=_sources(star, trade, price_list, pack),
    )


def _sources(star: int | None, trade: LineState, price_list: str, pack: Pack) -> dict[str, tuple[str, str]]:
    """Where each value comes from, in words."""
    tier = (f"{star or '未定'} 星 · 政策版本 {pack.number}", f"{star or 'no'} stars · policy version {pack.number}")
    if trade.line is None:
        credit = ("没有生效的授信额度：款到发货", "no credit line in force: payment before delivery")
    else:
        credit = (f"授信批复 {trade.line.request_no}", f"credit approval {trade.line.request_no}")
    listed = (f"价目表 {price_list}，{tier[0]}", f"price list {price_list}, {tier[1]}") if price_list else ("", "")
    return {"term_days": credit, "limit": credit, "discount": tier, "rebate": tier, "prices": listed}


def _prices(customer: Customer, currency: str, discount: Decimal, on: date) -> tuple[str, dict[str, Price]]:
    """Prices by product code: granted ones first, else the list price less the tier's discount, to four decimals."""
    lists = price_lists(customer.unit, currency, on)
    prices: dict[str, Price] = {}
    if lists:
        for row in ListPrice.objects.filter(price_list=lists[0]).select_related("product"):
            price = (row.price * (HUNDRED - discount) / HUNDRED).quantize(FOURTH, ROUND_HALF_UP)
            prices[row.product.code] = Price(row.product.code, price, "list")
    for line in prices_in_force(customer, on):
        if line.agreement.currency == currency:
            prices[line.product.code] = _granted(line)
    return (lists[0].code if lists else ""), prices


def _granted(line: AgreementLine) -> Price:
    agreement = line.agreement
    left = line.cap.remaining(line.use)
    return Price(line.product.code, line.net_price, "agreement", agreement.number, agreement.valid_to, left)


def products(codes: Mapping[str, Price]) -> list[Product]:
    """The products that have an approved price, by code."""
    return list(Product.objects.filter(code__in=list(codes), active=True).order_by("code"))


def same_day(letter: ContractLetter, on: date) -> tuple[SameDay, ...]:
    """The customer's other contracts signed or sent on the same day: their values are added (defaults 2(d), rule 9)."""
    rows = Request.objects.filter(kind="contract", customer_id=letter.customer_id, state__in=COUNTED)
    requests = {row.letter_id: row for row in rows if row.letter_id != letter.pk}
    found = []
    zone = letter.customer.unit.time_zone
    for other in ContractLetter.objects.filter(pk__in=list(requests)).order_by("pk"):
        request = requests[other.pk]
        together = other.sign_on is not None and other.sign_on == letter.sign_on
        if together or business_date(request.created_at, zone) == on:
            found.append(SameDay(request.no, request.amount))
    return tuple(found)
