"""Our parts of the customer page: credit line against exposure, tier, contracts, requests with papers, trail."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import has_role
from audit.models import READERS, Event
from audit.queries import page
from contracts.models import Contract, Document
from credit.choices import LineKind
from credit.models import CreditLine
from credit.queries import LineState, exposure, line_in_force
from customers.models import Customer
from customers.panels import Panel, register
from customers.queries import business_day
from workflows import tier_panel
from workflows.dashboards import on_the_way, with_documents
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
    """What is under way with who has it, what was decided, and the papers, as far as the reader may see them."""
    if not isinstance(request.user, User):
        return None
    rows = Request.objects.visible_to(request.user).filter(customer=customer)
    rows = rows.select_related("customer__unit", "unit", "region", "submitter").order_by("-pk")
    papers = Document.objects.visible_to(request.user).filter(customer=customer, language=request.user.language)
    context = {
        "under_way": on_the_way(list(rows.filter(closed_at__isnull=True)[:ROWS])),
        "ended": with_documents(list(rows.filter(closed_at__isnull=False)[:ROWS]), request.user),
        "papers": list(papers.order_by("-pk")[:ROWS]),
        "customer": customer,
    }
    return "workflows/customer_requests.html", context


def trail(request: HttpRequest, customer: Customer) -> Panel | None:
    """The latest events about the customer, for those who read the trail."""
    if not isinstance(request.user, User) or not has_role(request.user, *READERS):
        return None
    events = Event.objects.visible_to(request.user).filter(customer_id=customer.pk)
    return "workflows/customer_trail.html", {"events": page(events, size=ROWS).events, "customer": customer}


def contracts(request: HttpRequest, customer: Customer) -> Panel | None:
    """The customer's contracts, as far as the reader may see them; nothing without any."""
    if not isinstance(request.user, User):
        return None
    rows = list(Contract.objects.visible_to(request.user).filter(customer=customer)[:ROWS])
    return ("contracts/customer_contracts.html", {"rows": rows}) if rows else None


def connect() -> None:
    """Called when the app starts."""
    register(credit, position=10, anchor="credit", label=_("Credit"))
    register(tier_panel.tier, position=12, anchor="tier", label=_("Tier"))
    register(contracts, position=16, anchor="contracts", label=_("Contracts"))
    register(requests, position=20, anchor="requests", label=_("Requests"))
    register(trail, position=90, anchor="trail", label=_("Trail"))
