"""What can be done with papers: documents are ordered, issued and voided."""

from contracts.services.documents import (
    JOB,
    DocumentStateError,
    mark_failed,
    mark_issued,
    order_document,
    retry_document,
    void_document,
)

__all__ = [
    "JOB",
    "DocumentStateError",
    "mark_failed",
    "mark_issued",
    "order_document",
    "retry_document",
    "void_document",
]
