"""Our part of the customer page: the credit line against exposure, and the requests."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from contracts.models import Document
from credit.choices import LineKind
from credit.models import CreditLine
from credit.queries import exposure, line_in_force
from customers.models import Customer
from customers.panels import Panel, register
from customers.queries import business_day
from workflows import tier_panel
from workflows.models import Request

ROWS = 10


def credit(request: HttpRequest, customer: Customer) -> Panel | None:
    """The lines in force and what is drawn on them; three-valued."""
    today = business_day(customer.unit)
    used = exposure(customer, today)
    lines = [(kind, line_in_force(customer, kind, today)) for kind in LineKind.values]
    waiting = CreditLine.objects.filter(customer=customer, activated_at__isnull=True, ended_at__isnull=True)
    trade = lines[0][1]
    context: Mapping[str, Any] = {
        "customer": customer,
        "lines": [
            (LineKind(kind).label, state) for kind, state in lines if state.state != "not_set" or kind == "trade"
        ],
        "waiting": list(waiting.prefetch_related("pending")),
        "components": [part.to_json() for part in used.components],
        "total": used.total,
        "limit": "unlimited" if trade.state == "unlimited" else (trade.line.amount if trade.line else None),
    }
    return "workflows/customer_credit.html", context


def requests(request: HttpRequest, customer: Customer) -> Panel | None:
    """The customer's latest requests and papers, as far as the reader may see them."""
    if not isinstance(request.user, User):
        return None
    rows = Request.objects.visible_to(request.user).filter(customer=customer).select_related("submitter")[:ROWS]
    papers = Document.objects.visible_to(request.user).filter(customer=customer, language=request.user.language)
    return "workflows/customer_requests.html", {"rows": list(rows), "papers": list(papers[:ROWS])}


def connect() -> None:
    """Called when the app starts."""
    register(credit, position=10)
    register(tier_panel.tier, position=12)
    register(requests, position=20)
