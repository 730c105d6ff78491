"""The clause library: every clause with wording in both languages, owners and history."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.access import access
from accounts.models import User
from contracts import template_presentation as presentation
from contracts import template_queries as queries
from contracts.models import Clause, ClauseVersion
from contracts.rules import redline
from contracts.template_forms import ClauseFilterForm


@access("authenticated")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The newest wording of all clauses, by words, subject and owner."""
    form = ClauseFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.clauses(
        Clause.objects.visible_to(_user(request)),
        text=wanted.get("q", ""),
        category=wanted.get("category", ""),
        owner=wanted.get("owner", ""),
    )
    rows = [_shown(version) for version in found]
    several = len({version.clause.unit_id for version in found}) > 1
    context = {"form": form, "rows": rows, "several": several, "filtered": any(wanted.values())}
    return render(request, "contracts/clauses.html", context)


@access("authenticated")
@require_GET
def clause(request: HttpRequest, pk: int) -> HttpResponse:
    """One clause: every version with what it changed."""
    found = get_object_or_404(Clause.objects.visible_to(_user(request)).select_related("unit"), pk=pk)
    versions = list(found.versions.order_by("-number"))
    history = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        history.append({"version": newer, "changes": _changes(older, newer) if older else []})
    return render(request, "contracts/clause.html", {"clause": found, "shown": _shown(versions[0]), "history": history})


def _changes(older: ClauseVersion, newer: ClauseVersion) -> list[dict[str, object]]:
    """The changed lines in both languages."""
    lines = [
        line
        for old, new in ((older.text_zh, newer.text_zh), (older.text_en, newer.text_en))
        for line in redline.lines(old.splitlines(), new.splitlines())
    ]
    return presentation.folded([[vars(piece) for piece in line] for line in lines])


def _shown(version: ClauseVersion) -> dict[str, object]:
    owners = presentation.roles(version.owners)
    final = presentation.roles([version.final_owner]) if version.final_owner else ""
    return {"version": version, "clause": version.clause, "owners": owners, "final_owner": final}


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
