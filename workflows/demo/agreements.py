"""Orders on the granted prices of the demo company: some used, one nearly, one not at all, with a return.

Called after the special prices have been decided. Everything goes through the services, as the ERP would.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from accounts.models import User
from customers.queries import business_day
from pricing.models import AgreementLine
from pricing.services import notices
from pricing.services.answers import Order
from pricing.services.price_checks import consume
from pricing.services.utilisation import OrderLine, move

# Per granted price: shares of the cap per order, in per cent; then what is delivered of the first, and returned.
STORIES: Final = (
    ((30, 25), 100, 10),
    ((50, 35), 100, 0),
    ((), 0, 0),
    ((60, 40), 50, 0),
    ((20,), 100, 0),
    ((45, 10, 5), 80, 5),
)


def use(clerks: Mapping[str, User]) -> int:
    """Let customers order on what was granted to them.

    Args:
        clerks: who brings in the orders, by unit code.

    Returns:
        How many order lines were taken.
    """
    rows = AgreementLine.objects.select_related("agreement__customer__unit", "product").order_by("pk")
    taken = 0
    for place, line in enumerate(rows):
        shares, delivered, returned = STORIES[place % len(STORIES)]
        taken += _story(line, clerks[line.agreement.customer.unit.code], shares, delivered, returned)
    notices.watch()
    return taken


def _story(line: AgreementLine, clerk: User, shares: tuple[int, ...], delivered: int, returned: int) -> int:
    agreement, product = line.agreement, line.product
    today = business_day(agreement.customer.unit)
    if not agreement.valid_from <= today <= agreement.valid_to:
        return 0
    first, taken = Decimal(0), 0
    for number, share in enumerate(shares, start=1):
        quantity = _part(line, line.cap_quantity or line.commitment or Decimal(10), share)
        source = OrderLine(f"SO-{today:%y%m}-{line.pk:04d}", str(number))
        order = Order(
            customer=agreement.customer,
            product=product,
            quantity=quantity,
            unit_price=line.net_price,
            currency=agreement.currency,
            on=max(agreement.valid_from, today - timedelta(days=3 * (len(shares) - number))),
            agreement=agreement.number,
            source=source,
        )
        if quantity > 0 and consume(order, actor=clerk)["consumed"] != "0":
            first, taken = first or quantity, taken + 1
    if first:
        source = OrderLine(f"SO-{today:%y%m}-{line.pk:04d}", "1")
        for kind, share in (("delivered", delivered), ("invoiced", delivered), ("returned", returned)):
            quantity = _part(line, first, share)
            if quantity > 0:
                move(agreement, product.code, kind, quantity, source=source, event=f"{kind}-1", actor=clerk)  # type: ignore[arg-type]
    return taken


def _part(line: AgreementLine, whole: Decimal, percent: int) -> Decimal:
    """A share in whole pieces, or in thousandths of what is sold in fractions."""
    step = Decimal("0.001") if line.product.divisible else Decimal(1)
    return (whole * percent / 100).quantize(step, ROUND_FLOOR)
