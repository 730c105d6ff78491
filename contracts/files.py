"""The sealed file as an answer of the pages and of the REST API."""

from django.http import HttpResponse

from contracts.models import Document
from jobs import storage


def pdf_response(document: Document) -> HttpResponse:
    """The sealed file, checked against its hash as it is read."""
    response = HttpResponse(storage.get(document.pdf_sha256), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{document.pdf_sha256}"'
    return response
