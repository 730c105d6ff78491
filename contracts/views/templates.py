"""The pages of contract templates: list, versions with findings, preview and redline, upload."""

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import access, roles
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from audit.clock import db_now
from contracts import template_presentation as presentation
from contracts import template_queries as queries
from contracts.models import ContractTemplate, TemplateVersion
from contracts.models.clauses import readable_units
from contracts.services import templates as services
from contracts.template_examination import examine
from contracts.template_forms import TemplateForm, UploadForm
from jobs import storage

KIND = "contract_template"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@access("authenticated")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All templates with the version in force and what is being drawn up."""
    user, today = _user(request), business_today()
    slim = Prefetch("versions", TemplateVersion.objects.defer("clauses", "findings", "fields"))
    rows: list[dict[str, Any]] = [
        {
            "template": template,
            "versions": [(version, presentation.state(version, today)) for version in template.versions.all()],
        }
        for template in ContractTemplate.objects.visible_to(user).select_related("unit").prefetch_related(slim)
    ]
    for row in rows:
        row["in_force"] = next((version for version, state in row["versions"] if state == "effective"), None)
        row["planned"] = [version for version, state in row["versions"] if state == "approved"]
        row["open"] = [(version, state) for version, state in row["versions"] if state in ("draft", "in_review")]
    context = {"rows": rows, "may_write": any(services.may_write(unit, user) for unit in readable_units(user))}
    return render(request, "contracts/templates.html", context)


@access("authenticated")
@require_GET
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """One template: its versions, and the upload of a new one."""
    found = get_object_or_404(ContractTemplate.objects.visible_to(_user(request)).select_related("unit"), pk=pk)
    return _template(request, found, UploadForm())


def _template(request: HttpRequest, found: ContractTemplate, form: UploadForm, status: int = 200) -> HttpResponse:
    today = business_today()
    versions = found.versions.select_related("created_by").filter(discarded_at__isnull=True)
    context = {
        "template": found,
        "versions": [(version, presentation.state(version, today)) for version in versions],
        "form": form,
        "may_write": services.may_write(found.unit, _user(request)),
    }
    return render(request, "contracts/template.html", context, status=status)


@access(roles(*services.MAY_WRITE))
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Begin a standard text that does not exist yet."""
    user = _user(request)
    units = readable_units(user)
    form = TemplateForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            made = services.create_template(values.pop("unit"), actor=user, **values)
        except Problem as problem:
            form.add_error("code" if problem.errors else None, problem.title)
        else:
            return redirect("contracts:template", made.pk)
    return render(request, "contracts/template_new.html", {"form": form}, status=422 if form.errors else 200)


@access(roles(*services.MAY_WRITE))
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Check a file and keep it as a draft, or as the new file of a draft; findings are shown on the draft."""
    user = _user(request)
    found = get_object_or_404(ContractTemplate.objects.visible_to(user).select_related("unit"), pk=pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _template(request, found, form, status=422)
    name, data = form.cleaned_data["file"]
    draft = None
    if form.cleaned_data["version"]:
        draft = get_object_or_404(_versions(request), pk=form.cleaned_data["version"], template=found)
    try:
        made = services.upload(found, data, name, user, draft)
    except Problem as problem:
        return render(request, "problem.html", {"problem": problem}, status=problem.status)
    if made.is_sound and made.clauses:
        messages.success(request, _("The file was checked: nothing stands against it."))
    else:
        messages.error(request, _("The file was checked: errors have to be mended before it can be sent."))
    return redirect("workflows:draft", KIND, made.pk)


@access("authenticated")
@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: findings, redline against the one before it, clauses with their owners."""
    found = get_object_or_404(_versions(request), pk=pk)
    known = queries.clause_versions(found.unit)
    owners = {code: one.owners for code, one in known.items()}
    changes = [change.to_json() for change in presentation.against(found, found.base)] if found.base else []
    context = {
        "version": found,
        "template": found.template,
        "state": presentation.state(found, business_today()),
        "redline": presentation.redline(changes, owners),
        "clauses": presentation.clauses(found, known),
        "errors": [one for one in found.findings if one["severity"] == "error"],
        "may_write": services.may_write(found.unit, _user(request)) and not found.submitted and not found.discarded_at,
        "has_file": bool(found.clauses),
    }
    return render(request, "contracts/template_version.html", context)


@access("authenticated")
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The version with sample values: marked on every page, not sealed."""
    return sample_response(get_object_or_404(_versions(request), pk=pk))


@access("authenticated")
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The Word file of a version; one that failed the check of its package was never kept."""
    return docx_response(get_object_or_404(_versions(request), pk=pk))


def sample_response(found: TemplateVersion) -> HttpResponse:
    """The sample PDF; 404 for a version that has errors."""
    if not found.is_sound or not found.clauses:
        raise Http404
    pdf = storage.get(found.preview_sha256) if found.preview_sha256 else _sample(found)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_file_name(found)}-sample.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def docx_response(found: TemplateVersion) -> HttpResponse:
    """The Word file; 404 when it could not be opened and was not kept."""
    if not found.clauses:
        raise Http404
    response = HttpResponse(storage.get(found.sha256), content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.docx"'
    response["Cache-Control"] = "private, no-store"
    return response


def _sample(found: TemplateVersion) -> bytes:
    """The shipped versions were kept without their sample: it is made when it is first asked for."""
    key = f"template-sample:{found.sha256}"
    known = cache.get(key)
    if known and storage.exists(known):
        return storage.get(known)
    examined = examine(storage.get(found.sha256), found.template.language, queries.library(found.unit), at=db_now())
    if not examined.pdf:
        raise Http404
    cache.set(key, storage.put(examined.pdf), timeout=None)
    return examined.pdf


def _file_name(found: TemplateVersion) -> str:
    return f"{found.template.code}-{found.template.language}-v{found.number}"


def _versions(request: HttpRequest) -> QuerySet[TemplateVersion]:
    around = ("template__unit", "base", "created_by", "last_edited_by")
    return TemplateVersion.objects.visible_to(_user(request)).select_related(*around)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
