"""REST resource credit-applications."""

from typing import Any

from accounts.models import User
from credit import services as credit
from credit.models import CreditApplication
from customers.models import Customer
from workflows.kinds.credit_pages import PAGES
from workflows.letter_api import Letter, letter_router
from workflows.representations import application_out
from workflows.schemas import ApplicationChange, ApplicationIn, ApplicationOut


def rows(user: User) -> Any:
    """Applications that the user may see, sent ones too."""
    around = ("customer__unit", "customer__region", "customer__owner")
    return CreditApplication.objects.visible_to(user).filter(discarded_at__isnull=True).select_related(*around)


def save(customer: Customer | None, values: dict[str, Any], user: User, letter: CreditApplication | None) -> Any:
    """Begin or change an application."""
    if customer is None:
        raise TypeError("a credit application is about a customer")
    return credit.save_draft(customer, values, user, letter)


applications = letter_router(
    Letter(
        pages=PAGES,
        name="credit application",
        model=CreditApplication,
        begin=ApplicationIn,
        change=ApplicationChange,
        out=ApplicationOut,
        shown=application_out,
        rows=rows,
        save=save,
    )
)
