"""Everything that is read for judging a request, in one place: the arithmetic touches no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from customers.models import Customer
from pricing.models import AgreementLine, CompetitorEvidence, OtherConsideration, SpecialPrice, SpecialPriceLine
from pricing.queries import earlier_requests, list_prices, unit_costs
from pricing.queries_agreements import overlapping, prices_in_force, standing_elements
from pricing.rules.waterfall import Element


@dataclass(frozen=True, slots=True)
class Standing:
    """What other parts of the company know about the customer; None is not known.

    Args:
        false_key_account: the gravest of the flags F2 and F3, empty when there is none.
        overdue_days: longest overdue.
    """

    grade: str | None = None
    new_customer: bool | None = None
    false_key_account: str = ""
    overdue_days: int | None = None
    licence_expired: bool | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What was found on a business date."""

    on: date
    customer: Customer
    lines: Sequence[SpecialPriceLine]
    promises: Sequence[OtherConsideration]
    evidence: Sequence[CompetitorEvidence]
    list_prices: dict[int, Decimal]
    costs: dict[int, Decimal]
    earlier: Sequence[tuple[SpecialPrice, dict[int, Decimal]]]
    standing_elements: tuple[Element, ...]
    in_force: Sequence[AgreementLine]
    overlapping: dict[str, set[int]]
    standing: Standing


def collect(letter: SpecialPrice, on: date, window_days: int, standing: Standing) -> CaseFile:
    """Read what is needed to judge a request as of a business date.

    Args:
        window_days: length of the anti-splitting window.
        standing: what the caller knows of the customer from elsewhere.
    """
    customer = letter.customer
    lines = list(letter.lines.select_related("product__category"))
    products = [line.product_id for line in lines]
    earlier = earlier_requests(letter, on, window_days)
    first, last = letter.valid_from or on, letter.valid_to or letter.valid_from or on
    return CaseFile(
        on=on,
        customer=customer,
        lines=lines,
        promises=list(letter.considerations.all()),
        evidence=list(letter.evidence.select_related("product", "paper")),
        list_prices=list_prices(letter.price_list, products),
        costs=unit_costs(customer.unit, letter.currency, products, on),
        earlier=[
            (each, list_prices(each.price_list, [line.product_id for line in each.lines.all()])) for each in earlier
        ],
        standing_elements=standing_elements(customer, on),
        in_force=prices_in_force(customer, on),
        overlapping=_overlapping(customer, products, first, last),
        standing=standing,
    )


def _overlapping(customer: Customer, products: Sequence[int], first: date, last: date) -> dict[str, set[int]]:
    """Products of every agreement that has one of these products on one of these days, by its number."""
    held = {line.agreement_id for line in overlapping(customer, products, first, last)} if first <= last else set()
    found: dict[str, set[int]] = {}
    for number, product in AgreementLine.objects.filter(agreement__in=held).values_list(
        "agreement__number", "product_id"
    ):
        found.setdefault(number, set()).add(product)
    return found
