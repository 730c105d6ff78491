"""REST resource contract-templates: versions of the standard texts, their files, and the clause library."""

from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Router
from ninja.files import UploadedFile

from accounts.models import User
from accounts.schemas import Words, acting, idempotency_key
from contracts import template_queries as queries
from contracts.models import Clause, ContractTemplate, TemplateVersion
from contracts.services import templates
from contracts.views.templates import docx_response, sample_response
from customers.models import Customer
from jobs.idempotency import once
from workflows.kinds.contract_template_pages import PAGES
from workflows.letter_api import Letter, letter_router
from workflows.schemas_contract_template import (
    ClauseOut,
    TemplateChange,
    TemplateIn,
    TemplateVersionOut,
    clause_out,
    shown,
)

FILE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


def rows(user: User) -> Any:
    """Versions that the user may see, published ones too."""
    around = TemplateVersion.objects.visible_to(user).filter(discarded_at__isnull=True)
    return around.select_related("template__unit", "base", "created_by")


def save(customer: Customer | None, values: dict[str, Any], user: User, version: TemplateVersion | None) -> Any:
    """Begin a version with the published file, or change what is said about one."""
    if version is None:
        wanted = {"code": values["code"], "language": values["language"]}
        visible = ContractTemplate.objects.visible_to(user).filter(**wanted)
        if values.get("unit"):
            visible = visible.filter(unit__code=values["unit"])
        template = get_object_or_404(visible.select_related("unit").order_by("pk")[:1])
        version = templates.start_version(template, user)
    return templates.save_draft(version, values, user)


LETTER = Letter(
    pages=PAGES,
    name="contract template",
    model=TemplateVersion,
    begin=TemplateIn,
    change=TemplateChange,
    out=TemplateVersionOut,
    shown=shown,
    rows=rows,
    save=save,
    inside=frozenset({"code", "language", "unit"}),
)
template_letters = letter_router(LETTER)
clause_library = Router(tags=["contract templates"])


@template_letters.post(
    "/{int:pk}/file", response=TemplateVersionOut, summary="Put another file in place of a draft's",
    operation_id="contract_template_upload",
)  # fmt: skip
def upload_file(request: HttpRequest, pk: int, file: File[UploadedFile]) -> dict[str, Any]:
    """The file is checked at once, within ten seconds; the findings are in the answer."""
    user, version = acting(request), LETTER.get(request, pk)
    data, name = file.read(), file.name or ""

    def run() -> dict[str, Any]:
        templates.upload(version.template, data, name, user, version)
        return LETTER.answer(request, pk)

    return once(user, idempotency_key(request), ["template-file", pk, sha256(data).hexdigest()], run)[0]


@template_letters.get(
    "/{int:pk}/file", response={200: None}, summary="Download the Word file",
    operation_id="contract_template_file", openapi_extra={"responses": {200: FILE}},
)  # fmt: skip
def download_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes whose hash the version names; 404 for a file that could not be opened."""
    return docx_response(LETTER.get(request, pk))


@template_letters.get(
    "/{int:pk}/sample", response={200: None}, summary="Download the PDF with sample values",
    operation_id="contract_template_sample", openapi_extra={"responses": {200: FILE}},
)  # fmt: skip
def download_sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Marked as not valid on every page, not sealed."""
    return sample_response(LETTER.get(request, pk))


@clause_library.get("", response=list[ClauseOut], summary="Read the clause library")
def list_clauses(request: HttpRequest, q: Words = "", category: Words = "", owner: Words = "") -> list[dict[str, Any]]:
    """The newest wording of every clause that you may see, by words, subject and owner role."""
    visible = Clause.objects.visible_to(acting(request))
    return [clause_out(version) for version in queries.clauses(visible, text=q, category=category, owner=owner)]
