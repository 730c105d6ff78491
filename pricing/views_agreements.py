"""Pages of granted prices: the list, one agreement with its ledger, ending it, and seeing a notice."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.paging import page_of
from accounts.problems import Problem
from accounts.queries import business_today
from customers.queries import business_day
from pricing import presentation_agreements as shown
from pricing.forms_agreements import EndForm
from pricing.models import AgreementNotice, AgreementState, PriceAgreement, UtilisationEntry
from pricing.queries_agreements import found, state_counts
from pricing.services import agreements as services
from pricing.services.notices import mark_seen

LEDGER_ROWS = 100


@access(AUTHENTICATED)
@require_GET
def agreements(request: HttpRequest) -> HttpResponse:
    """Agreements that the reader may see, newest first, by words and state."""
    today, words = business_today(), request.GET.get("q", "")[:100]
    fitting = found(PriceAgreement.objects.visible_to(_user(request)), words)
    state = request.GET.get("state", "")
    state = state if state in AgreementState.values else ""
    chosen = fitting.in_state(state, today) if state else fitting
    page = page_of(chosen.select_related("customer").prefetch_related("lines__product"), request.GET)
    context = {
        "q": words,
        "state": state,
        "chips": shown.chips(request.GET, state_counts(fitting, today), state),
        "page": page,
        "rows": [_row(agreement, agreement.state_on(today)) for agreement in page.rows],
        "filtered": bool(words or state),
    }
    return render(request, "pricing/agreements.html", context)


def _row(agreement: PriceAgreement, state: str) -> dict[str, Any]:
    lines = list(agreement.lines.all())
    return {
        "agreement": agreement,
        "badge": shown.state_badge(state),
        "lines": [shown.shown_line(line) for line in lines[:3]],
        "more": len(lines[3:]),
    }


@access(AUTHENTICATED)
@require_GET
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """One agreement: prices, how much is taken, how the price came about, every movement."""
    return _page(request, _visible(request, number), EndForm())


@access(AUTHENTICATED)
@require_POST
def end(request: HttpRequest, number: str) -> HttpResponse:
    """Revoke the agreement."""
    chosen, form = _visible(request, number), EndForm(request.POST)
    if not form.is_valid():
        return _page(request, chosen, form, status=422)
    services.end_agreement(chosen, reason=form.cleaned_data["reason"], actor=_user(request))
    messages.success(request, _("Agreement %(number)s has ended.") % {"number": chosen.number})
    return redirect("pricing:agreement", number)


@access(AUTHENTICATED)
@require_POST
def seen(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The owner has looked at a notice."""
    chosen, user = _visible(request, number), _user(request)
    notice = get_object_or_404(AgreementNotice.objects.select_related("agreement__customer"), pk=pk, agreement=chosen)
    if chosen.customer.owner.person_id != user.person_id:
        raise Problem("not_permitted", 403, _("Only who looks after the customer marks this as seen."))
    mark_seen(notice, actor=user)
    return redirect("pricing:agreement", number)


def _page(request: HttpRequest, chosen: PriceAgreement, form: EndForm, *, status: int = 200) -> HttpResponse:
    user, today = _user(request), business_day(chosen.customer.unit)
    state = chosen.state_on(today)
    ledger = UtilisationEntry.objects.filter(line__agreement=chosen).select_related("line__product", "by")
    context = {
        "agreement": chosen,
        "badge": shown.state_badge(state),
        "lines": [shown.shown_line(line) for line in chosen.lines.all()],
        "keys": shown.keys(),
        "ledger": [(entry, shown.number(entry.quantity)) for entry in ledger.order_by("-pk")[:LEDGER_ROWS]],
        "replaces": chosen.replaces.all(),
        "notices": chosen.notices.filter(seen_at__isnull=True).select_related("line__product"),
        "owns": chosen.customer.owner.person_id == user.person_id,
        "may_end": chosen.ended_on is None and state != AgreementState.EXPIRED and services.may_end(chosen, user),
        "form": form,
    }
    return render(request, "pricing/agreement.html", context, status=status)


def _visible(request: HttpRequest, number: str) -> PriceAgreement:
    rows = PriceAgreement.objects.visible_to(_user(request)).prefetch_related("lines__product")
    related = ("customer__unit", "customer__owner", "granted_by", "ended_by", "superseded_by")
    return get_object_or_404(rows.select_related(*related), number=number)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
