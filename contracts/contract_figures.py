"""The figures of a contract: the typed ones, else those that were approved for the customer."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, cast

from contracts.models import ContractLetter, ContractLine
from contracts.rules.deviations import Approved

CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class PricedLine:
    """One product with the price that holds: the typed one, else the approved one. amount = price × quantity."""

    line: ContractLine
    price: Decimal | None
    amount: Decimal | None
    agreement: str


def priced(letter: ContractLetter, approved: Approved) -> list[PricedLine]:
    """The lines with their prices; amounts are rounded half up to cents, so that the paper adds up."""
    found = []
    for line in letter.lines.all():
        known = approved.prices.get(line.product)
        price = line.unit_price if line.unit_price is not None else (known.price if known else None)
        special = known.number if known and price == known.price else ""
        amount = (price * line.quantity).quantize(CENT, ROUND_HALF_UP) if price is not None else None
        found.append(PricedLine(line, price, amount, special))
    return found


def total_of(lines: list[PricedLine]) -> Decimal:
    """The sum of the lines whose price is known."""
    return sum((line.amount for line in lines if line.amount is not None), Decimal(0))


def limit_of(letter: ContractLetter, approved: Approved) -> Decimal | None:
    """The credit limit that the contract states: the typed one, else the approved one; None is no credit."""
    typed = cast("Decimal | None", letter.credit_limit)  # the column may be empty, its type does not say so
    return (approved.limit if typed is None else typed) or None


def term_of(letter: ContractLetter, approved: Approved) -> int:
    """The payment term in days: the typed one, else the approved one; payment before delivery has none."""
    if letter.payment == "prepaid" and letter.term_days is None:
        return 0
    return approved.term_days if letter.term_days is None else letter.term_days


def unit_price(price: Decimal | None) -> str:
    """A unit price with its two decimals, and up to four where it has them."""
    if price is None:
        return ""
    exact = price.normalize()
    digits = max(2, -int(exact.as_tuple().exponent)) if exact else 2
    return f"{price:,.{digits}f}"
