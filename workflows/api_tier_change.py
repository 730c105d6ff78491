"""REST resource tier-changes."""

from typing import Any

from accounts.models import User
from customers.models import Customer, TierChange
from customers.schemas_tiers import TierChangeChange, TierChangeIn, TierChangeOut, tier_change_out
from customers.services import tier_changes
from workflows.kinds.tier_change_pages import PAGES
from workflows.letter_api import Letter, letter_router


def rows(user: User) -> Any:
    """Changes that the user may see, sent ones too."""
    around = ("customer__unit", "customer__region", "customer__owner")
    return TierChange.objects.visible_to(user).filter(discarded_at__isnull=True).select_related(*around)


def save(customer: Customer | None, values: dict[str, Any], user: User, letter: TierChange | None) -> TierChange:
    """Begin or change a tier change."""
    if customer is None:
        raise TypeError("a tier change is about a customer")
    return tier_changes.save_tier_change(customer, values, user, letter)


tier_change_letters = letter_router(
    Letter(
        pages=PAGES,
        name="tier change",
        model=TierChange,
        begin=TierChangeIn,
        change=TierChangeChange,
        out=TierChangeOut,
        shown=tier_change_out,
        rows=rows,
        save=save,
    )
)
