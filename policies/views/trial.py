"""The panel that tries a version: facts in, the plan under it and under the version in force beside each other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import AUTHENTICATED, access
from accounts.queries import business_today
from policies import trial
from policies.findings import findings_of
from policies.page_grid import Draft
from policies.page_kinds import KINDS
from policies.views.drafts import bar, version_of


@access(AUTHENTICATED)
@require_GET
def page(request: HttpRequest, number: int) -> HttpResponse:
    """A form of facts; a counter-example of the check report comes filled in."""
    draft = Draft(version_of(number), business_today())
    base = findings_of(draft.base_content, draft.base.number)[1] if draft.base else None
    packs = [pack for pack in (draft.pack, base) if pack is not None]
    kinds = list(dict.fromkeys(kind for pack in packs for kind in pack.kinds))
    given = {key: str(value)[:60] for key, value in request.GET.items()}
    table = draft.table(given.pop("table", "")) or {}
    routing = table.get("routing", {})
    kind = given.pop("kind", "") or routing.get("request_kind", "")
    kind = kind if kind in kinds else next(iter(kinds), "")
    if routing.get("only"):
        given.setdefault(routing["only"], "true")
    fill = given.pop("fill", "1") == "1"
    fields, facts = trial.read(packs, kind, given, fill=fill)
    asked = bool(given)
    context = {
        **bar(request, draft),
        "kinds": [(code, KINDS.get(code, code)) for code in kinds],
        "kind": kind,
        "fields": fields,
        "fill": fill,
        "asked": asked,
        "new": trial.outcome(draft.pack, kind, facts) if asked else None,
        "old": trial.outcome(base, kind, facts) if asked and draft.base else None,
    }
    return render(request, "policies/draft_try.html", context)
