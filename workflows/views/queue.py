"""The manager's queue: a list on the left, the decision panel beside it; on the phone one after the other."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.roles import Role
from audit.clock import db_now
from workflows import queries_queue as queries
from workflows.delegations import on_behalf
from workflows.forms import DecisionForm, queue_filter
from workflows.kinds import REGISTRY
from workflows.models import Request, SavedFilter, Step
from workflows.queries import waiting_count
from workflows.queries_pages import hours_until
from workflows.queries_queue import QueueFilter
from workflows.summaries import SHOWN
from workflows.summaries import lines as lines_shown
from workflows.views import shown


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list; without anything asked for, as the filter says that one begins with."""
    saved = queries.saved_filters(user_of(request))
    first = next((each.query for each in saved if each.is_default), "")
    if first and not request.GET:
        return redirect(f"{reverse('workflows:queue')}?{first}")
    return page(request, queue_filter(request.GET), saved=saved)


@access(AUTHENTICATED)
@require_GET
@vary_on_headers("HX-Request")
def panel(request: HttpRequest, step: int) -> HttpResponse:
    """One step to decide; htmx gets the panel alone, everybody else the list with it."""
    user, wanted = user_of(request), queue_filter(request.GET)
    found = visible_step(user, step)
    if request.headers.get("HX-Request") == "true":
        context = {**shown.panel(found.request, found, user), "query": query_of(wanted)}
        return render(request, "workflows/_panel.html", context)
    return page(request, wanted, found)


def visible_step(user: User, pk: int) -> Step:
    """The step, of a request that the user may see; 404 otherwise."""
    rows = Request.objects.visible_to(user).filter(steps=pk)
    found = get_object_or_404(
        rows.select_related("customer__unit", "customer__owner", "unit", "region", "owner", "submitter")
    )
    step = get_object_or_404(Step, pk=pk, request=found)
    step.request = found
    return step


def page(
    request: HttpRequest,
    wanted: QueueFilter,
    step: Step | None = None,
    form: DecisionForm | None = None,
    status: int = 200,
    saved: list[SavedFilter] | None = None,
) -> HttpResponse:
    """The queue as it is filtered, and the panel of a step when one is open."""
    user = user_of(request)
    after = queries.place_at(request.GET.get("after", ""))
    steps, more = queries.queue_page(user, wanted, after=after)
    if after is not None and not steps:  # an old address, whose rows have been decided since
        steps, more = queries.queue_page(user, wanted)
    counts, rows = queries.queue_counts(user), rows_of(steps, user)
    context: dict[str, Any] = {
        "rows": rows,
        "bulk": any(row["bulk"] for row in rows),
        "several_roles": len(counts.roles) > 1,
        "more": queries.cursor_of(queries.place_of(steps[-1], wanted.sort)) if more else "",
        "chips": _chips(wanted, counts),
        "saved": _saved(queries.saved_filters(user) if saved is None else saved, wanted),
        "wanted": wanted,
        "filtered": wanted.restricts,
        "sorts": _sorts(wanted),
        "window": counts.capped and bool(wanted.sort) and queries.COUNTED,
        "query": query_of(wanted),
        "counts_url": _counts_url(wanted, db_now()),
    }
    if step is not None:
        context |= shown.panel(step.request, step, user, form)
        context["open_step"] = step.pk
    return render(request, "workflows/queue.html", context, status=status)


@access(AUTHENTICATED)
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """The chips as they count now, and how many items are new since the list was drawn; asked for again and again."""
    wanted, since = queue_filter(request.GET), moment(request.GET.get("since", ""))
    found = queries.queue_counts(user_of(request), since)
    context = {
        "chips": _chips(wanted, found),
        "newer": found.newer,
        "query": query_of(wanted),
        "counts_url": _counts_url(wanted, since) if since else "",
    }
    return render(request, "workflows/queue_chips.html", context)


@access(AUTHENTICATED)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The number at the queue in the navigation; every page asks for it again and again."""
    return render(request, "components/waiting.html", {"count": waiting_count(user_of(request)), "both": True})


def _counts_url(wanted: QueueFilter, since: datetime) -> str:
    query = query_of(wanted)
    at = f"since={since.timestamp():.6f}"
    return f"{reverse('workflows:queue-counts')}?{query}{'&' if query else ''}{at}"


def moment(text: str) -> datetime | None:
    """Seconds since 1970 as this page wrote them; None for anything else."""
    whole, _dot, fraction = text.partition(".")
    if not (text.isascii() and whole.isdigit() and fraction.isdigit() and len(whole) < 12 and len(fraction) < 7):
        return None
    return datetime.fromtimestamp(float(text), UTC)


def rows_of(steps: list[Step], user: User | None = None) -> list[dict[str, Any]]:
    """What the table shows, from rows that were loaded together.

    Args:
        user: whose queue it is; rows that he has from somebody else say so.
    """
    now, principals = db_now(), on_behalf(user, steps) if user is not None and steps else {}
    lines = lines_shown((step.request, {name: getattr(step, name) for name in SHOWN}) for step in steps)
    return [
        {
            "step": step,
            "request": step.request,
            "customer": step.request.customer,
            "role": Role(step.role).label,
            "kind": REGISTRY[step.request.kind].name,
            "line": lines[step.request_id],
            "hours": hours_until(step.request, step.due_at, now),
            "for_whom": principals.get(step.pk),
            "bulk": REGISTRY[step.request.kind].bulk and not step.request.confidential,
        }
        for step in steps
    ]


def query_of(wanted: QueueFilter) -> str:
    """The filter as the query of an address, without what does not restrict."""
    return wanted.query


def _chip(label: Any, wanted: QueueFilter, *, active: bool, count: str) -> dict[str, Any]:
    query = query_of(wanted)
    url = f"{reverse('workflows:queue')}?{query or 'all=1'}"
    return {"label": label, "url": url, "active": active, "count": count}


def _chips(wanted: QueueFilter, counts: queries.QueueCounts) -> list[dict[str, Any]]:
    """All, late, second rounds, then one chip per kind and per role where there is a choice."""

    def counted(number: int) -> str:
        return f"{number}+" if counts.capped else str(number)

    everything = QueueFilter(q=wanted.q, sort=wanted.sort)
    chips = [
        _chip(_("All"), everything, active=wanted == everything, count=counted(counts.total)),
        _chip(
            _("Overdue"),
            replace(wanted, overdue=not wanted.overdue),
            active=wanted.overdue,
            count=counted(counts.overdue),
        ),
        _chip(
            _("Resubmitted"),
            replace(wanted, again=not wanted.again),
            active=wanted.again,
            count=counted(counts.again),
        ),
    ]
    for code, number in sorted(counts.kinds.items()):
        chosen = wanted.kind == code
        target = replace(wanted, kind="" if chosen else code)
        chips.append(_chip(REGISTRY[code].name, target, active=chosen, count=counted(number)))
    for role, number in sorted(counts.roles.items()):
        if len(counts.roles) < 2 and wanted.role != role:
            continue
        chosen = wanted.role == role
        target = replace(wanted, role="" if chosen else role)
        chips.append(_chip(role_words(role), target, active=chosen, count=counted(number)))
    return chips


def role_words(role: str) -> str:
    """In which role, or that it was given to the reader by name."""
    return _("Given to me") if role == queries.PERSONAL else _("as %(role)s") % {"role": Role(role).label}


def _sorts(wanted: QueueFilter) -> list[dict[str, Any]]:
    """What the list can be sorted by, as links."""
    words = {"": _("Due"), "amount": _("Amount"), "risk": _("Risk")}
    return [
        _chip(words[sort], replace(wanted, sort=sort), active=wanted.sort == sort, count="")
        for sort in ("", *queries.SORTS)
    ]


def _saved(saved: list[SavedFilter], wanted: QueueFilter) -> list[dict[str, Any]]:
    """The filters that one keeps, as chips."""
    url = reverse("workflows:queue")
    return [
        {"label": each.name, "url": f"{url}?{each.query or 'all=1'}", "active": each.query == wanted.query, "count": ""}
        for each in saved
    ]


def user_of(request: HttpRequest) -> User:
    """Who is logged in."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    return user
