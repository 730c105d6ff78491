"""Importing trade data: check first, see what would happen, then confirm."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import access, roles
from accounts.language import pick
from accounts.models import User
from accounts.problems import Problem
from customers import feed_templates, services
from customers.authority import IMPORTERS, importable_units
from customers.forms import ImportForm
from customers.models import FeedBatch, FeedKind
from customers.rules.feed import COLUMNS
from jobs import storage

WHO: Final = roles(*IMPORTERS)
SALT: Final = "customers.import"
DAY: Final = 24 * 60 * 60
SHOWN_ERRORS: Final = 200


@access(WHO)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The form; POST checks the file without writing and offers to confirm."""
    user = _user(request)
    units = importable_units(user)
    initial = {"unit": units.first(), "data_as_of": timezone.localtime().replace(second=0, microsecond=0)}
    form = ImportForm(request.POST or None, request.FILES or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _check(request, user, form)
    return _page(request, form, status=422 if form.errors else 200)


def _check(request: HttpRequest, user: User, form: ImportForm) -> HttpResponse:
    asked = form.cleaned_data
    data, name = asked["file"].read(), asked["file"].name or ""
    try:
        result = services.import_feed(
            asked["unit"], asked["kind"], data, name, data_as_of=asked["data_as_of"], actor=user, dry_run=True
        )
    except Problem as problem:
        form.add_error("data_as_of" if problem.code == "data_as_of_in_future" else None, problem.title)
        return _page(request, form, status=problem.status)
    if result.errors:
        return _page(request, form, result=result, file_name=name, status=422)
    ticket = {
        "sha256": storage.put(data), "unit": asked["unit"].pk, "kind": asked["kind"], "name": name[:200],
        "as_of": asked["data_as_of"].isoformat(), "user": user.pk,
    }  # fmt: skip
    signed = signing.dumps(ticket, salt=SALT)
    return _page(request, form, result=result, file_name=name, ticket=signed, asked=asked)


@access(WHO)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Import the file that was checked; pressing twice imports once (same file, same time)."""
    user = _user(request)
    try:
        ticket = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=DAY)
    except signing.BadSignature:
        messages.error(request, _("This check is too old. Please choose the file again."))
        return redirect("customers:import")
    if ticket["user"] != user.pk:
        raise Http404
    unit = get_object_or_404(importable_units(user), pk=ticket["unit"])
    try:
        result = services.import_feed(
            unit, ticket["kind"], storage.get(ticket["sha256"]), ticket["name"],
            data_as_of=datetime.fromisoformat(ticket["as_of"]), actor=user,
        )  # fmt: skip
    except Problem as problem:
        context = {"problem": problem, "back": request.path}
        return render(request, "problem.html", context, status=problem.status)
    if result.errors:
        # The world has moved since the check (a customer closed, newer data came in): nothing was written.
        form = ImportForm(units=importable_units(user), initial={"unit": unit, "kind": ticket["kind"]})
        return _page(request, form, result=result, file_name=ticket["name"], status=422)
    messages.success(request, _done(result))
    return redirect("customers:import")


def _done(result: services.ImportResult) -> str:
    text = ngettext(
        "%(rows)d row imported: %(inserted)d new, %(updated)d changed, %(unchanged)d unchanged.",
        "%(rows)d rows imported: %(inserted)d new, %(updated)d changed, %(unchanged)d unchanged.",
        result.rows,
    )
    counts = ("rows", "inserted", "updated", "unchanged")
    return text % {name: getattr(result, name) for name in counts}


@access(WHO)
@require_GET
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """An empty file with the right headings in the reader's language."""
    if kind not in COLUMNS or form not in feed_templates.MEDIA_TYPES:
        raise Http404
    response = HttpResponse(feed_templates.build(kind, form), content_type=feed_templates.MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{kind}.{form}"'
    return response


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the declarations let nobody else in)
    return request.user


def _page(request: HttpRequest, form: ImportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    result = more.get("result")
    batches = FeedBatch.objects.filter(unit__in=importable_units(_user(request)))
    context = {
        "form": form,
        "shown_errors": result.errors[:SHOWN_ERRORS] if result else [],
        "kinds": [(kind, label, _columns(kind)) for kind, label in FeedKind.choices],
        "batches": batches.select_related("unit", "actor")[:20],
        **more,
    }
    return render(request, "customers/import.html", context, status=status)


def _columns(kind: str) -> list[dict[str, Any]]:
    return [
        {
            "label": pick(column.zh, column.en),
            "name": column.name,
            "required": column.required,
            "choices": [(code, pick(*names)) for code, names in column.choices.items()],
        }
        for column in COLUMNS[kind]
    ]
