"""Our part of the customer page: the prices granted to him that count today."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer
from customers.panels import Panel, register
from customers.queries import business_day
from pricing import presentation_agreements as shown
from pricing.models import PriceAgreement
from pricing.queries_agreements import prices_in_force


def prices(request: HttpRequest, customer: Customer) -> Panel | None:
    """Granted prices in force with what is left of each, as far as the reader may see them."""
    if not isinstance(request.user, User):
        return None
    seen = PriceAgreement.objects.visible_to(request.user).filter(customer=customer)
    numbers = set(seen.values_list("pk", flat=True))
    lines = [line for line in prices_in_force(customer, business_day(customer.unit)) if line.agreement_id in numbers]
    rows = [shown.shown_line(line) for line in lines]
    return "pricing/customer_prices.html", {"rows": rows, "customer": customer, "any": bool(numbers)}


def connect() -> None:
    """Called when the app starts."""
    register(prices, position=14, anchor="prices", label=_("Prices"))
