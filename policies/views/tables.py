"""One table of a version as a grid: its rows to be read or written, how it is read, which facts it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access, roles
from accounts.language import pick
from accounts.problems import Problem
from accounts.queries import business_today
from policies import editing_tables
from policies.editing import Saved
from policies.forms import SettingsForm
from policies.models import MAKERS
from policies.page_grid import Draft, grid
from policies.views.drafts import bar, user_of, version_of


@access(AUTHENTICATED)
@require_GET
def page(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The grid; `?columns=all` shows those that no row asks for, too."""
    return render(request, "policies/draft_table.html", context(request, number, code))


def context(request: HttpRequest, number: int, code: str, **more: Any) -> dict[str, Any]:
    """Everything that the page of a table, and its grid alone, show."""
    draft = Draft(version_of(number), business_today())
    table = draft.table(code)
    if table is None:
        raise Http404
    everything = "all" in (request.GET.get("columns"), request.POST.get("columns"))
    routing = table.get("routing", {})
    initial = {"hit_policy": table["hit_policy"], "ladder": " < ".join(routing.get("ladder") or []),
               "cap": routing.get("cap")}  # fmt: skip
    return {
        **bar(request, draft),
        **grid(draft, code, everything=everything),
        "settings": SettingsForm(initial=initial, use=routing.get("use", "")),
        "facts": [
            {"key": key, "label": pick(each["zh"], each["en"])}
            for key, each in sorted(editing_tables.known_facts(draft.content, code).items())
        ],
        "asked": [each for each in table["columns"] if not any(row["cells"].get(each["key"]) for row in table["rows"])],
        "tables": [(each["code"], pick(each["title_zh"], each["title_en"])) for each in draft.content["tables"]],
        **more,
    }


@access(roles(*MAKERS))
@require_POST
def settings(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Keep how a table is read."""
    table = get_object_or_404(version_of(number).tables, code=code)
    form = SettingsForm(request.POST, use=table.routing.get("use", ""))
    if not form.is_valid():
        messages.error(request, _("Not saved: look at what you entered."))
        return redirect("policies:table", number=number, code=code)
    said = form.cleaned_data
    return _done(request, number, code, lambda: editing_tables.save_settings(
        number, code, hit_policy=said["hit_policy"], ladder=said.get("ladder", ""), cap=said.get("cap"),
        actor=user_of(request), revision=revision_of(request)))  # fmt: skip


@access(roles(*MAKERS))
@require_POST
def columns(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Add a fact that the table may ask for, or take one away that no row asks for."""
    write = editing_tables.remove_column if request.POST.get("do") == "remove" else editing_tables.add_column
    fact = request.POST.get("fact", "")[:80]
    return _done(request, number, code, lambda: write(
        number, code, fact, actor=user_of(request), revision=revision_of(request)))  # fmt: skip


def _done(request: HttpRequest, number: int, code: str, write: Callable[[], Saved]) -> HttpResponse:
    """Write, say so or why not, and back to the table."""
    try:
        write()
    except Problem as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.title)
    else:
        messages.success(request, _("Saved."))
    return redirect("policies:table", number=number, code=code)


def revision_of(request: HttpRequest) -> int | None:
    """The revision that the page was made of."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
