"""Part of the check of the trail: every issued document and published template is on file, and is the right one."""

from collections.abc import Iterator

from audit.models import Event
from audit.verify import Finding, register_cross_check
from contracts.models import Document, SignedCopy, State, TemplateVersion
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


@register_cross_check
def templates_are_as_published() -> Iterator[Finding]:
    """The stored Word file of every published version has the hash of its row and of its event."""
    events = Event.objects.filter(action="template.published").iterator()
    told = {event.object_id: event.content["object"].get("content_sha256", "") for event in events}
    rows = TemplateVersion.objects.filter(published_at__isnull=False).select_related("template")
    for version in rows.defer("clauses", "findings", "fields").iterator():
        name = f"{version.template.code} {version.template.language} v{version.number}"
        # The shipped first versions were published by nobody: one event tells of all of them.
        if version.created_by_id is not None and told.get(str(version.pk)) != version.sha256:
            yield _finding("template_event", name, "与发布事件不符", "does not match its event")
        yield from _check_file(name, version.sha256)


@register_cross_check
def signed_copies_are_as_filed() -> Iterator[Finding]:
    """Every signed copy of a contract has its event with the same hash, and its file."""
    events = Event.objects.filter(action="contract.copy_filed")
    filed = {event.object_id: event.content["object"].get("content_sha256", "") for event in events.iterator()}
    for contract, number, sha256 in SignedCopy.objects.values_list("contract_id", "contract__number", "sha256"):
        if filed.get(str(contract)) != sha256:
            yield _finding("signed_copy_event", number, "的签署件与归档事件不符", "has a signed copy unlike its event")
        yield from _check_file(number, sha256)


def _check_file(number: str, sha256: str) -> Iterator[Finding]:
    try:
        storage.get(sha256)
    except storage.BlobMissingError:
        yield _finding("document_file", number, "的文件缺失", "has lost its file")
    except storage.BlobCorruptError:
        yield _finding("document_file", number, "的文件已被改动", "has a file that was changed")


def _finding(kind: str, number: str, zh: str, en: str) -> Finding:
    return Finding(kind, f"文件 {number} {zh}。", f"Document {number} {en}.", "documents")
