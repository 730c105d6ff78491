"""REST resource special-prices."""

from typing import Any

from accounts.models import User
from customers.models import Customer
from pricing.models import SpecialPrice
from pricing.schemas_special_price import INSIDE, SpecialPriceChange, SpecialPriceIn, SpecialPriceOut, rows_of, shown
from pricing.services import special_prices
from workflows.kinds.special_price_pages import PAGES
from workflows.letter_api import Letter, letter_router


def rows(user: User) -> Any:
    """Requests that the user may see, sent ones too."""
    around = SpecialPrice.objects.visible_to(user).filter(discarded_at__isnull=True)
    return around.select_related(*special_prices.AROUND).prefetch_related(
        "lines__product", "considerations", "evidence__product"
    )


def save(customer: Customer | None, values: dict[str, Any], user: User, letter: SpecialPrice | None) -> SpecialPrice:
    """Begin a request with what is usual, or change one."""
    if customer is None:
        raise TypeError("a special price is about a customer")
    fields, lists = rows_of(values, customer.unit_id)
    draft = letter or special_prices.start_draft(customer, user)
    return special_prices.save_draft(customer, fields, user, draft, **lists)


special_price_letters = letter_router(
    Letter(
        pages=PAGES,
        name="special price",
        model=SpecialPrice,
        begin=SpecialPriceIn,
        change=SpecialPriceChange,
        out=SpecialPriceOut,
        shown=shown,
        rows=rows,
        save=save,
        inside=INSIDE,
    )
)
