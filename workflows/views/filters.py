"""The filters that somebody keeps for his queue: save, order, choose the one it opens with, delete."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.problems import Problem
from jobs.idempotency import key_of_form
from workflows.forms import FilterForm, queue_filter
from workflows.kinds import REGISTRY
from workflows.models import SavedFilter
from workflows.services import filters
from workflows.views.queue import role_words, user_of


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    wanted = queue_filter(request.GET)
    return _page(request, FilterForm(initial={"query": wanted.query}))


def in_words(query: str) -> str:
    """What a filter leaves in the queue and how it sorts it, as its chips and links are named."""
    wanted = queue_filter(QueryDict(query))
    said = [
        f"“{wanted.q}”" if wanted.q else "",
        REGISTRY[wanted.kind].name if wanted.kind else "",
        _("Overdue") if wanted.overdue else "",
        _("Resubmitted") if wanted.again else "",
        role_words(wanted.role) if wanted.role else "",
        {"amount": _("the largest amount first"), "risk": _("the highest risk first")}.get(wanted.sort, ""),
    ]
    return " · ".join(str(each) for each in said if each) or _("The whole queue, by due time")


@access(AUTHENTICATED)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is shown; then back to it."""
    form = FilterForm(request.POST)
    if form.is_valid():
        query = queue_filter(QueryDict(form.cleaned_data["query"])).query
        try:
            filters.save_filter(
                form.cleaned_data["name"],
                query,
                actor=user_of(request),
                default=form.cleaned_data["default"],
                idempotency_key=key_of_form(request.POST),
            )
        except Problem as refusal:
            form.add_error("name" if refusal.errors else None, refusal.title)
        else:
            messages.success(request, _("The filter is kept."))
            return redirect(reverse("workflows:queue") + "?" + (query or "all=1"))
    return _page(request, form, 422)


@access(AUTHENTICATED)
@require_http_methods(["POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Up, down, the one to begin with, or gone."""
    actor, key, verb = user_of(request), key_of_form(request.POST), request.POST.get("verb", "")
    match verb:
        case "up" | "down":
            filters.move_filter(pk, -1 if verb == "up" else 1, actor=actor, idempotency_key=key)
        case "default" | "no_default":
            filters.change_filter(pk, default=verb == "default", actor=actor, idempotency_key=key)
        case "remove":
            filters.remove_filter(pk, actor=actor, idempotency_key=key)
            messages.success(request, _("The filter is deleted."))
    return redirect("workflows:filters")


def _page(request: HttpRequest, form: FilterForm, status: int = 200) -> HttpResponse:
    kept = SavedFilter.objects.filter(user=user_of(request))
    context = {
        "form": form,
        "words": in_words(form["query"].value() or ""),
        "saved": [{"row": each, "words": in_words(each.query)} for each in kept],
        "most": filters.MOST,
    }
    return render(request, "workflows/queue_saved.html", context, status=status)
