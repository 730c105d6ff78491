"""My requests: one page for everything that one has asked for."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from workflows.kinds.pages import PAGES
from workflows.mine import mine


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        raise TypeError("the login middleware lets nobody else in")
    shown = mine(request.user, request.GET)
    return render(request, "workflows/mine.html", {**shown, "chips": _chips(shown)})


def _chips(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """All, and one chip for each kind that was ever asked for."""

    def chip(label: Any, kind: str, count: int) -> dict[str, Any]:
        query = urlencode({name: value for name, value in (("kind", kind), ("q", shown["q"])) if value})
        url = reverse("workflows:mine") + (f"?{query}" if query else "")
        return {"label": label, "url": url, "active": shown["kind"] == kind, "count": str(count)}

    counts: dict[str, int] = shown["counts"]
    kinds = [chip(pages.kind.name, code, counts[code]) for code, pages in PAGES.items() if code in counts]
    return [chip(_("All"), "", sum(counts.values())), *kinds]
