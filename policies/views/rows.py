"""Writing in the grid of a table: single fields as they are left, whole grids, and rows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import access, roles
from accounts.models import User
from accounts.problems import Problem
from jobs.idempotency import key_of_form
from policies import editing, editing_tables
from policies.models import MAKERS
from policies.page_grid import SEPARATOR
from policies.views.drafts import user_of
from policies.views.tables import context, revision_of


@access(roles(*MAKERS))
@require_POST
def save(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Keep what was written: one field when it is left, or the whole grid."""
    try:
        editing.save_fields(number, code, _written(request), actor=user_of(request), revision=revision_of(request))
    except Problem as refusal:
        return _refused(request, number, code, refusal)
    return _answer(request, number, code, _("Saved."))


@access(roles(*MAKERS))
@require_POST
def change(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Add, copy, move or remove a row; what was written in the grid is kept first."""
    user, revision = user_of(request), revision_of(request)
    do, _mark, row = request.POST.get("do", "").partition(SEPARATOR)
    key = f"{key_of_form(request.POST)}:{do}:{row}"[:200]
    try:
        saved = editing.save_fields(number, code, _written(request), actor=user, revision=revision)
        seen = saved.revision if saved.changed else revision
        _change(do, number, code, row, user, key, seen)
    except Problem as refusal:
        return _refused(request, number, code, refusal)
    return _answer(request, number, code, _("Saved."))


def _change(do: str, number: int, code: str, row: str, user: User, key: str, revision: int | None) -> None:
    if do == "add":
        editing.add_row(number, code, actor=user, idempotency_key=key, after=row)
    elif do == "copy":
        editing.add_row(number, code, actor=user, idempotency_key=key, copy_of=row)
    elif do in ("up", "down"):
        editing.move_row(number, code, row, -1 if do == "up" else 1, actor=user, idempotency_key=key)
    elif do == "remove":
        editing.remove_row(number, code, row, actor=user, idempotency_key=key, revision=revision)
    elif do == "restore":
        editing_tables.restore_row(number, code, row, actor=user, idempotency_key=key)


def _written(request: HttpRequest) -> dict[tuple[str, str], str]:
    """(row, field) → text of every field of the grid that was sent."""
    found = {}
    for name, text in request.POST.items():
        parts = name.split(SEPARATOR)
        if parts[0] == "f" and len(parts) == 3:
            found[parts[1], parts[2]] = str(text)
    return found


def _answer(request: HttpRequest, number: int, code: str, said: str) -> HttpResponse:
    """One field, the grid, or the page again, whichever was asked for."""
    if not request.htmx:  # type: ignore[attr-defined]  # the middleware adds it
        messages.success(request, said)
        return redirect("policies:table", number=number, code=code)
    only = request.POST.get("only", "")
    shown = context(request, number, code)
    for row in shown["rows"] if only else ():
        for cell in (*row.cells, *row.words):
            if cell.name == only and cell.field.name != "code":
                return render(request, "policies/draft_cell_saved.html", {**shown, "row": row, "cell": cell})
    return render(request, "policies/draft_grid.html", shown)


def _refused(request: HttpRequest, number: int, code: str, refusal: Problem) -> HttpResponse:
    """The refusal at the field, or on top of the page as it is now."""
    if refusal.status in (403, 404) and refusal.code != "not_found":
        raise refusal
    if request.htmx and request.POST.get("only"):  # type: ignore[attr-defined]
        shown = {"refusal": refusal, "problem": refusal.title}
        return render(request, "policies/draft_cell_refused.html", shown, status=refusal.status)
    shown = context(request, number, code, refusal=refusal)
    name = "policies/draft_grid.html" if request.htmx else "policies/draft_table.html"  # type: ignore[attr-defined]
    return render(request, name, shown, status=refusal.status)
