"""Our part of the customer page: what has been filed about him, and what must be proved before a line counts."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from credit.authority import is_credit_control
from credit.models import CaseForm, CreditApplication, LineCondition
from credit.queries import latest_forms
from customers.models import Customer
from customers.panels import Panel, register
from customers.queries import business_day


def casework(request: HttpRequest, customer: Customer) -> Panel | None:
    """Forms 2, 3 and 5 with their age, the newest score sheet, and conditions that credit control can prove."""
    if not isinstance(request.user, User):
        return None
    filed = latest_forms(customer, business_day(customer.unit))
    waiting = LineCondition.objects.filter(
        line__customer=customer, line__activated_at__isnull=True, line__ended_at__isnull=True, fulfilled_at__isnull=True
    )
    scored = CreditApplication.objects.visible_to(request.user).filter(customer=customer, discarded_at__isnull=True)
    context = {
        "customer": customer,
        "forms": [(number, label, filed.get(number)) for number, label in CaseForm.Form.choices],
        "conditions": list(waiting.select_related("line")),
        "may_prove": is_credit_control(customer, request.user),
        "scored": scored.order_by("-pk").values_list("pk", flat=True).first(),
    }
    return "credit/customer_casework.html", context


def connect() -> None:
    """Called when the app starts."""
    register(casework, position=30, anchor="casework", label=_("Credit file"))
