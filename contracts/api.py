"""REST resource documents: the same visibility and files as the pages."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from accounts.schemas import Cursor, Limit, Name, Page, Words, acting, keyset
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


class DocumentPage(Page):
    """Documents, newest first."""

    items: list[DocumentOut]


PDF = {"responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}}


@router.get("", response=DocumentPage, summary="List documents")
def list_documents(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, request_no: Words = "", kind: Words = ""
) -> dict[str, Any]:
    """Documents that you may see, newest first, by request and kind."""
    rows = queries.documents(_visible(request), kind=kind)
    if request_no:
        rows = rows.filter(request_no=request_no)
    page, following = keyset(rows, cursor, limit)
    return {"items": [_out(document) for document in page], "next_cursor": following}


@router.get("/{str:number}", response=DocumentOut, summary="Read a document")
def show_document(request: HttpRequest, number: Name) -> dict[str, Any]:
    """State, hash, seal and the address of its verification page."""
    return _out(get_object_or_404(_visible(request), number=number))


@router.get("/{str:number}/pdf", response={200: None}, summary="Download the sealed PDF", openapi_extra=PDF)
def document_pdf(request: HttpRequest, number: Name) -> HttpResponse:
    """The bytes whose hash the document names; 404 until it is issued."""
    return pdf_response(get_object_or_404(_visible(request), number=number, state=State.DONE))


def _visible(request: HttpRequest) -> QuerySet[Document]:
    return Document.objects.visible_to(acting(request)).select_related("customer")


def _out(document: Document) -> dict[str, Any]:
    return {
        "number": document.number,
        "kind": document.kind,
        "language": document.language,
        "request": document.request_no,
        "customer": document.customer.code if document.customer else "",
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
