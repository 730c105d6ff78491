"""REST resource documents: the same visibility and files as the pages."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from accounts.models import User
from accounts.schemas import page_size
from contracts import queries
from contracts.files import pdf_response
from contracts.models import Document, State
from contracts.production import verify_url

router = Router(tags=["documents"])


class DocumentOut(Schema):
    """A document; the hash, seal and verification address once it is issued."""

    number: str
    kind: str
    language: str
    request: str
    customer: str
    state: str
    created_at: datetime
    sealed_at: datetime | None
    seal: str
    pages: int | None
    size: int | None
    pdf_sha256: str
    snapshot_sha256: str
    verify_url: str
    failure: str


class DocumentPage(Schema):
    """A page of documents, newest first; pass next_cursor as cursor for the following one."""

    items: list[DocumentOut]
    next_cursor: str | None


@router.get("", response=DocumentPage)
def list_documents(
    request: HttpRequest, cursor: int | None = None, limit: int = 50, request_no: str = "", kind: str = ""
) -> dict[str, Any]:
    rows = queries.documents(_visible(request), kind=kind)
    if request_no:
        rows = rows.filter(request_no=request_no)
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    size = page_size(limit)
    found = list(rows.order_by("-pk")[: size + 1])
    shown = found[:size]
    return {
        "items": [_out(document) for document in shown],
        "next_cursor": str(shown[-1].pk) if len(found) > size else None,
    }


@router.get("/{str:number}", response=DocumentOut)
def show_document(request: HttpRequest, number: str) -> dict[str, Any]:
    return _out(get_object_or_404(_visible(request), number=number))


@router.get("/{str:number}/pdf", response={200: None}, openapi_extra={"summary": "The sealed PDF"})
def document_pdf(request: HttpRequest, number: str) -> HttpResponse:
    return pdf_response(get_object_or_404(_visible(request), number=number, state=State.DONE))


def _visible(request: HttpRequest) -> QuerySet[Document]:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return Document.objects.visible_to(request.user).select_related("customer")


def _out(document: Document) -> dict[str, Any]:
    return {
        "number": document.number,
        "kind": document.kind,
        "language": document.language,
        "request": document.request_no,
        "customer": document.customer.code,
        "state": document.shown_state,
        "created_at": document.created_at,
        "sealed_at": document.sealed_at,
        "seal": document.seal_subject,
        "pages": document.pages,
        "size": document.size,
        "pdf_sha256": document.pdf_sha256,
        "snapshot_sha256": document.snapshot_sha256,
        "verify_url": verify_url(document),
        "failure": document.failure,
    }
