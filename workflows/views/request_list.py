"""The list of requests: filters, chips with counts, who has each one now and until when."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.templatetags.states import look
from audit.clock import db_now
from workflows import queries_pages as queries
from workflows.forms import ListFilterForm
from workflows.kinds import REGISTRY
from workflows.models import Request, State
from workflows.summaries import lines_of


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All requests that the reader may see, newest first."""
    form = ListFilterForm(request.GET)
    wanted = form.wanted()
    fitting = wanted.of(Request.objects.visible_to(_user(request)), settings.TIME_ZONE)
    counts = queries.state_counts(fitting)
    chosen = fitting.filter(state=wanted.state) if wanted.state else fitting
    found = queries.request_page(chosen, before=_cursor(request, "before"), after=_cursor(request, "after"))
    holders, now, lines = queries.holders_now(found.rows), db_now(), lines_of(found.rows)
    context = {
        "form": form,
        "page": found,
        "rows": [{**_row(row, holders.get(row.pk, []), now), "line": lines.get(row.pk)} for row in found.rows],
        "chips": _chips(request.GET, wanted.state, counts),
        "filtered": any((wanted.q, wanted.state, wanted.kind, wanted.start, wanted.end)),
        "state": wanted.state,
    }
    return render(request, "workflows/requests.html", context)


def _row(found: Request, holders: list[queries.Holder], now: datetime) -> dict[str, Any]:
    due_at = min((holder.due_at for holder in holders if holder.due_at), default=None)
    return {
        "request": found,
        "kind": REGISTRY[found.kind].name,
        "holders": holders,
        "due": due_at,
        "hours": queries.hours_until(found, due_at, now),
    }


def _chips(params: QueryDict, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """All states with their counts; the other filters stay."""
    kept = {name: value for name in ("q", "start", "end", "kind") if (value := params.get(name))}

    def chip(label: Any, value: str, count: int) -> dict[str, Any]:
        query = urlencode({**kept, "state": value} if value else kept)
        url = reverse("workflows:requests") + (f"?{query}" if query else "")
        return {"label": label, "url": url, "active": state == value, "count": str(count)}

    states = [chip(look(value).label, value, counts.get(value, 0)) for value in State.values]
    return [chip(_("All"), "", sum(counts.values())), *states]


def _cursor(request: HttpRequest, name: str) -> int | None:
    """A number of a request; anything else means the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    return user
