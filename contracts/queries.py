"""Reads about documents: a page of the list, one by its code, what an uploaded file is."""

import hashlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from contracts import rules
from contracts.models import Document, Kind
from contracts.pipeline.countersign import check_countersigned
from contracts.pipeline.verify import Verification, verify_pdf
from contracts.production import root_certificate
from jobs import storage

PAGE = 50


Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of documents or contracts, newest first, with the cursors of its neighbours."""

    rows: list[Row]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Comparison:
    """What an uploaded file is beside a document: the same, another of ours, or not as we sealed it.

    signers: who signed a contract further, as the certificates in the file say.
    """

    verdict: str
    sha256: str
    verification: Verification
    signers: tuple[str, ...] = ()


def documents(visible: QuerySet[Document], *, text: str = "", kind: str = "") -> QuerySet[Document]:
    """Documents whose number, request or customer contains the text."""
    if text:
        visible = visible.filter(
            Q(number__icontains=text)
            | Q(request_no__icontains=text)
            | Q(customer__name__icontains=text)
            | Q(customer__code__icontains=text)
        )
    return visible.filter(kind=kind) if kind else visible


def page(found: QuerySet[Row], *, before: int | None = None, after: int | None = None) -> Page[Row]:
    """One page by cursor: rows below `before`, or above `after`, else the newest."""
    rows = found.select_related("customer")
    if after is not None:
        nearest = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        shown = nearest[:PAGE][::-1]
        return Page(shown, shown[-1].pk if shown else None, shown[0].pk if len(nearest) > PAGE else None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    listed = list(rows.order_by("-pk")[: PAGE + 1])
    shown = listed[:PAGE]
    older = shown[-1].pk if len(listed) > PAGE else None
    return Page(shown, older, shown[0].pk if before is not None and shown else None)


def by_code(typed: str) -> Document | None:
    """The issued document with this verification code, however it was typed."""
    code = rules.read_verify_code(typed)
    return Document.objects.filter(verify_code=code, state="done").select_related("unit", "customer").first()


def compare(document: Document, data: bytes) -> Comparison:
    """Say whether a file is the issued document: "same", "signed" (a contract with the other side's signature on it),
    "other" (ours, but another one) or "changed".
    """
    sha256 = hashlib.sha256(data).hexdigest()
    found = verify_pdf(data, root_certificate())
    if sha256 == document.pdf_sha256 and found.ok:
        return Comparison("same", sha256, found)
    if document.kind == Kind.CONTRACT and not found.ok:
        added = check_countersigned(storage.get(document.pdf_sha256), data, root_certificate())
        if added is not None and added.ok:
            return Comparison("signed", sha256, found, tuple(added.signers))
    return Comparison("other" if found.ok else "changed", sha256, found)
