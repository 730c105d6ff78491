from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from customers import authority, queries
from customers.models import Customer, FeedKind
from customers.panels import panels
from customers.rules.expiry import expiry
from customers.rules.ledger import Ledger
from customers.rules.masking import mask_email, mask_phone


@access(AUTHENTICATED)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer in one page; figures are of the unit's business day."""
    assert isinstance(request.user, User)  # noqa: S101  (the declaration lets nobody else in)
    rows = Customer.objects.visible_to(request.user).select_related("unit", "region", "owner", "group")
    customer = get_object_or_404(rows, pk=pk)
    on = queries.business_day(customer.unit)
    book = queries.ledger(customer, on)
    context = {
        "customer": customer,
        "on": on,
        "may_edit": authority.may_edit(request.user, customer),
        "may_assign": authority.may_reassign(request.user, customer),
        "may_flag": authority.may_flag(request.user, customer),
        "licences": [(row, expiry(row.valid_to, on, blocking=row.blocking)) for row in customer.licences.all()],
        "contacts": [(row, mask_phone(row.mobile), mask_email(row.email)) for row in customer.contacts.all()],
        "flags": customer.legal_flags.all(),
        "shares": queries.shares(customer),
        "panels": panels(request, customer),
        **_figures(book, on),
    }
    return render(request, "customers/detail.html", context)


AGES: Final = {
    "not_due": gettext_noop("not yet due"),
    "1_30": gettext_noop("1 to 30 days"),
    "31_60": gettext_noop("31 to 60 days"),
    "61_90": gettext_noop("61 to 90 days"),
    "over_90": gettext_noop("over 90 days"),
}


def _figures(book: Ledger, on: Any) -> dict[str, Any]:
    """What the trade data says, each figure with how it comes about."""
    overdue = book.overdue(on)
    as_of = max(book.data_as_of.values(), default=None)
    return {
        "book": book,
        "ar": book.ar_balance(on),
        "overdue": overdue,
        "open_orders": book.open_orders(on),
        "ttm": book.ttm_sales(on),
        "months": [{"month": each.month, "value": each.amount} for each in book.monthly_sales(on)],
        "ages": [{"label": _(AGES[band.code]), "amount": band.amount} for band in book.ageing(on)],
        "feeds": [(label, book.data_as_of.get(kind)) for kind, label in FeedKind.choices],
        "as_of": as_of,
        "ar_derivation": {
            "formula": _("open invoices − cash not applied to an invoice, at least 0"),
            "operands": {
                _("open invoices"): str(sum(band.amount for band in book.ageing(on))),
                _("cash not applied"): str(book.unallocated_cash(on)),
            },
            "source": _("invoices and receipts of the ERP"),
            "as_of": as_of,
        },
    }
