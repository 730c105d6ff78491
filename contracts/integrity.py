"""Part of the check of the trail: every issued document is on file, and is the one that was issued."""

from collections.abc import Iterator

from audit.models import Event
from audit.verify import Finding, register_cross_check
from contracts.models import Document, State
from jobs import storage


@register_cross_check
def documents_are_as_issued() -> Iterator[Finding]:
    """The stored PDF has the hash of its row and of its event, and no issued document has gone."""
    issued = {
        event.object_id: event.content["object"].get("content_sha256", "")
        for event in Event.objects.filter(action="document.issued").iterator()
    }
    rows = Document.objects.filter(state=State.DONE).values_list("pk", "number", "pdf_sha256")
    for pk, number, sha256 in rows.iterator():
        if issued.pop(str(pk), None) != sha256:
            yield _finding("document_event", number, "与签发事件不符", "does not match its event")
        yield from _check_file(number, sha256)
    for pk in issued:
        yield _finding("document_missing", f"#{pk}", "已不存在", "was issued, but its record is gone")


def _check_file(number: str, sha256: str) -> Iterator[Finding]:
    try:
        storage.get(sha256)
    except storage.BlobMissingError:
        yield _finding("document_file", number, "的文件缺失", "has lost its file")
    except storage.BlobCorruptError:
        yield _finding("document_file", number, "的文件已被改动", "has a file that was changed")


def _finding(kind: str, number: str, zh: str, en: str) -> Finding:
    return Finding(kind, f"文件 {number} {zh}。", f"Document {number} {en}.", "documents")
