"""The tables of a version as files: out, in again with what they would change, and applied when that is agreed to."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import AUTHENTICATED, access, roles
from accounts.problems import Problem
from accounts.queries import business_today
from jobs.idempotency import key_of_form
from policies import editing_tables, table_files, workbook
from policies.forms import TableFileForm
from policies.models import MAKERS
from policies.page_grid import Draft
from policies.rules.diff import table_diff
from policies.views.drafts import bar, user_of, version_of

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SALT: Final = "policies.workbook"
_MINUTES: Final = 60


@access(AUTHENTICATED)
@require_GET
def export(request: HttpRequest, number: int) -> HttpResponse:
    """All tables of a version as a workbook."""
    version = version_of(number)
    answer = HttpResponse(workbook.export(version), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="policy-v{version.number}-{version.digest_short}.xlsx"'
    return answer


@access(AUTHENTICATED)
@require_GET
def export_dmn(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """One table of a version as a DMN 1.3 file, for the tools of others."""
    version = version_of(number)
    answer = HttpResponse(table_files.export_dmn(version, code), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="policy-v{version.number}-{code}.dmn"'
    return answer


@access(roles(*MAKERS))
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, number: int) -> HttpResponse:
    """Take a workbook or DMN file and show what it would change; nothing is changed yet."""
    draft = Draft(version_of(number), business_today())
    shown: dict[str, Any] = {**bar(request, draft), "form": TableFileForm()}
    if request.method != "POST":
        return render(request, "policies/draft_import.html", shown)
    shown["form"] = form = TableFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "policies/draft_import.html", shown, status=422)
    file = form.cleaned_data["file"]
    try:
        tables = table_files.read(file.read(table_files.LARGEST + 1), draft.version)
    except Problem as refusal:
        shown["refusal"] = refusal
        return render(request, "policies/draft_import.html", shown, status=refusal.status)
    before = {table["code"]: table for table in draft.content["tables"]}
    changed = [table for table in tables if table_diff(before[table["code"]], table)]
    shown["changes"] = [table_diff(before[table["code"]], table) for table in changed]
    said = {"number": number, "digest": draft.version.digest, "name": file.name[:120], "tables": changed}
    shown["token"] = signing.dumps(said, salt=f"{_SALT}.{user_of(request).pk}", compress=True)
    return render(request, "policies/draft_import.html", shown)


@access(roles(*MAKERS))
@require_POST
def apply(request: HttpRequest, number: int) -> HttpResponse:
    """Put the tables of the file that was shown in place of those of the draft."""
    user = user_of(request)
    try:
        salt = f"{_SALT}.{user.pk}"
        said = signing.loads(request.POST.get("token", ""), salt=salt, max_age=_MINUTES * 60)
    except signing.BadSignature:
        said = {}
    if said.get("number") != number:
        messages.error(request, _("The import has expired. Choose the file again."))
        return redirect("policies:import", number=number)
    try:
        saved = editing_tables.replace_tables(
            number, said["tables"], digest=said["digest"], reason=said["name"], actor=user,
            idempotency_key=key_of_form(request.POST),
        )  # fmt: skip
    except Problem as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.title)
        return redirect("policies:import", number=number)
    messages.success(request, _("Imported: %(tables)s.") % {"tables": ", ".join(saved.changed) or "–"})
    return redirect("policies:tables", number=number)
