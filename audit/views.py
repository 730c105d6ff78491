from datetime import date
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import access, roles
from accounts.models import User
from accounts.problems import Problem
from audit import canonical, exports, queries, spreadsheets, words
from audit.forms import FilterForm
from audit.models import READERS, Event, PiiValue

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FINANCE = roles(*READERS)


@access(FINANCE)
@require_GET
def explorer(request: HttpRequest) -> HttpResponse:
    return _explorer(request, FilterForm(request.GET))


@access(FINANCE)
@require_GET
def event(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Event.objects.visible_to(_user(request)), pk=pk)
    held = set(PiiValue.objects.filter(event=found).values_list("field", flat=True))
    context = {
        "event": found,
        "content": found.content,
        "channel": words.channel(found.content.get("origin", {}).get("channel", "")),
        "proof": queries.proof(found),
        "changes": _changes(found),
        "rules": [_shown(rule) for rule in found.content.get("rules", [])],
        "pii": [(ref["field"], ref["field"] in held) for ref in found.content.get("pii", [])],
        "trail": queries.trail_state(),
    }
    return render(request, "audit/event.html", context)


@access(FINANCE)
@require_GET
def timeline(request: HttpRequest, number: str) -> HttpResponse:
    events = queries.timeline(Event.objects.visible_to(_user(request)), number)
    if not events:
        get_object_or_404(Event.objects.none())
    for found in events:
        found.changes = _changes(found)  # type: ignore[attr-defined]
    context = {"number": number, "events": events, "trail": queries.trail_state()}
    return render(request, "audit/timeline.html", context)


@access(FINANCE)  # type: ignore[arg-type]  # a file is a response, too
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    form = FilterForm(request.POST)
    file_format = "xlsx" if request.POST.get("format") == "xlsx" else "csv"
    if not form.is_valid():
        return _explorer(request, form, status=422)
    try:
        rows = exports.export(form.wanted(), file_format=file_format, actor=_user(request))
    except Problem as problem:
        return _explorer(request, form, status=problem.status, refusal=problem.title)
    name = f"audit-{timezone.localdate():%Y%m%d}.{file_format}"
    if file_format == "xlsx":
        return FileResponse(spreadsheets.xlsx_file(rows), as_attachment=True, filename=name, content_type=XLSX)
    response = StreamingHttpResponse(spreadsheets.csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _explorer(request: HttpRequest, form: FilterForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    valid = form.is_valid()
    events = Event.objects.visible_to(_user(request))
    page = queries.Page([], None, None)
    if valid:
        page = queries.page(
            form.wanted().apply(events), before=_cursor(request, "before"), after=_cursor(request, "after")
        )
    context = {
        "form": form,
        "page": page,
        "rows": [(found, _changes(found)) for found in page.events],
        "trail": queries.trail_state(),
        "filtered": valid and bool(form.wanted().to_json()),
        "hidden": [(name, _plain(value)) for name, value in form.cleaned_data.items() if value] if valid else [],
        "refusal": refusal,
        "limit": exports.LIMIT,
    }
    return render(request, "audit/explorer.html", context, status=status if valid else 422)


def _changes(event: Event) -> list[dict[str, Any]]:
    """Fields with what they were and what they became."""
    before, after = event.content.get("before", {}), event.content.get("after", {})
    return [
        {
            "field": name,
            "label": words.field(name),
            "before": _shown(before.get(name)),
            "before_words": words.value(name, before.get(name)),
            "after": _shown(after.get(name)),
            "after_words": words.value(name, after.get(name)),
        }
        for name in sorted(before.keys() | after.keys())
    ]


def _shown(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return canonical.dumps(value)


def _cursor(request: HttpRequest, name: str) -> int | None:
    """A number of an event; anything else means the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the access declaration guarantees it
    return user
