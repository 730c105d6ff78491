"""Our part of the customer page: the credit line against exposure, and the requests."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from contracts.models import Contract, Document
from credit.choices import LineKind
from credit.models import CreditLine
from credit.queries import LineState, exposure, line_in_force
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
        "limit": "unlimited" if trade.state == "unlimited" else _usable([state for _kind, state in lines[:2]]),
        "frozen": trade.frozen,
    }
    return "workflows/customer_credit.html", context


def _usable(lines: Sequence[LineState]) -> Decimal | None:
    """The trade limit and the temporary one on top of it; None without any."""
    amounts = [state.line.amount for state in lines if state.line and state.line.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def requests(request: HttpRequest, customer: Customer) -> Panel | None:
    """The customer's latest requests and papers, as far as the reader may see them."""
    if not isinstance(request.user, User):
        return None
    rows = Request.objects.visible_to(request.user).filter(customer=customer).select_related("submitter")[:ROWS]
    papers = Document.objects.visible_to(request.user).filter(customer=customer, language=request.user.language)
    return "workflows/customer_requests.html", {"rows": list(rows), "papers": list(papers[:ROWS])}


def contracts(request: HttpRequest, customer: Customer) -> Panel | None:
    """The customer's contracts, as far as the reader may see them; nothing without any."""
    if not isinstance(request.user, User):
        return None
    rows = list(Contract.objects.visible_to(request.user).filter(customer=customer)[:ROWS])
    return ("contracts/customer_contracts.html", {"rows": rows}) if rows else None


def connect() -> None:
    """Called when the app starts."""
    register(credit, position=10)
    register(tier_panel.tier, position=12)
    register(contracts, position=16)
    register(requests, position=20)
