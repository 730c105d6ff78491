"""What happens to documents: ordered with the decision, issued by a job, failed, retried, voided."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import Unit, User
from audit.services import record
from contracts import rules
from contracts.letters import templates
from contracts.letters.context import fit
from contracts.models import Document, DocumentUserObjectPermission, Kind, State
from contracts.production import Sealed
from customers.models import Customer
from jobs import storage
from jobs.services import enqueue

JOB = "contracts.issue"
# The month of the company's calendar, by the database's clock, and the number after the last one.
_NEXT_NUMBER = """
INSERT INTO contracts_numberseries AS s (series, last)
VALUES (%s || to_char(statement_timestamp() AT TIME ZONE %s, 'YYYYMM'), 1)
ON CONFLICT (series) DO UPDATE SET last = s.last + 1
RETURNING right(s.series, 6), s.last
"""


class DocumentStateError(Exception):
    """The document is not in the state that this needs."""


@transaction.atomic
def order_document(
    kind: str,
    *,
    language: str,
    request_no: str,
    customer: Customer | None,
    unit: Unit | None = None,
    snapshot: Mapping[str, Any],
    actor: User | None,
    confidential: bool = False,
    viewers: Iterable[User] = (),
) -> Document:
    """Freeze the data of a letter, give it a number and have it made and sealed by a job.

    Ordering the same content again returns the document that is there. Seven statements for a new one.

    Args:
        kind: "decision_notice" or "approval_sheet"; snapshot: its TypedDict of letters.context.
        unit: the company that issues it, for a letter about no customer.
        language: "zh-hans" or "en"; confidential: only `viewers` (and who reads everything) may see it.

    Raises:
        SnapshotError: naming the field, when the data don't have the letter's shape.
    """
    template = templates.load(kind, language)
    return _order(
        kind,
        language=language,
        request_no=request_no,
        customer=customer,
        unit=unit,
        snapshot=fit(kind, snapshot),
        template=template.data,
        engine=template.engine,
        actor=actor,
        confidential=confidential,
        viewers=viewers,
    )


@transaction.atomic
def order_filled(
    kind: str,
    *,
    language: str,
    request_no: str,
    customer: Customer | None,
    unit: Unit | None = None,
    snapshot: Mapping[str, Any],
    template: bytes,
    engine: str,
    actor: User | None,
    confidential: bool = False,
    viewers: Iterable[User] = (),
) -> Document:
    """The same with a template of one's own, such as a contract's; the caller has checked the data.

    Args:
        template: the .docx to fill, or for `production.PAPER` the finished PDF of somebody else.
    """
    return _order(
        kind,
        language=language,
        request_no=request_no,
        customer=customer,
        unit=unit,
        snapshot=snapshot,
        template=template,
        engine=engine,
        actor=actor,
        confidential=confidential,
        viewers=viewers,
    )


def _order(
    kind: str,
    *,
    language: str,
    request_no: str,
    customer: Customer | None,
    unit: Unit | None = None,
    snapshot: Mapping[str, Any],
    template: bytes,
    engine: str,
    actor: User | None,
    confidential: bool,
    viewers: Iterable[User],
) -> Document:
    digest = hashlib.sha256(_canonical(snapshot)).hexdigest()
    same = {"kind": kind, "language": language, "request_no": request_no, "snapshot_sha256": digest}
    existing = Document.objects.filter(**same).first()
    if existing is not None:
        return existing
    place = customer.unit if customer else unit
    if place is None:
        raise ValueError("a document is about a customer or a company")
    document = Document.objects.create(
        **same,
        number=_next_number(kind, place.time_zone),
        unit=place,
        customer=customer,
        confidential=confidential,
        ordered_by=actor,
        snapshot=dict(snapshot),
        template_sha256=storage.put(template),
        engine=engine,
        verify_code=rules.new_verify_code(),
    )
    if confidential:
        _open_to(document, viewers)
    _tell("document.ordered", document, actor, after={"kind": kind, "language": language})
    enqueue(JOB, f"doc:{document.pk}", {"document": document.pk})
    return document


@transaction.atomic
def mark_issued(document: Document, sealed: Sealed) -> None:
    """Keep what was made of a queued document: from now on it is issued and never changes.

    Raises DocumentStateError when it isn't queued any more.
    """
    _advance(document, State.QUEUED, state=State.DONE, failure="", **vars(sealed))
    _tell(
        "document.issued",
        document,
        None,
        content_sha256=sealed.pdf_sha256,
        after={"pages": sealed.pages, "seal": sealed.seal_subject, "sealed_at": sealed.sealed_at},
    )


@transaction.atomic
def mark_failed(document: Document, reason: str) -> None:
    """Say why a document can't be made; somebody has to look at it and may retry.

    Raises DocumentStateError when it isn't queued any more.
    """
    _advance(document, State.QUEUED, state=State.FAILED, failure=reason[:500])
    _tell("document.failed", document, None, reason=reason)


@transaction.atomic
def retry_document(document: Document, *, actor: User) -> None:
    """Have a failed document made again, a letter with the template as it is now; a contract keeps its own.

    Raises DocumentStateError when it hasn't failed.
    """
    now: dict[str, str] = {}
    if document.kind != Kind.CONTRACT:
        template = templates.load(document.kind, document.language)
        now = {"template_sha256": storage.put(template.data), "engine": template.engine}
    _advance(document, State.FAILED, state=State.QUEUED, failure="", tries=document.tries + 1, **now)
    _tell("document.retried", document, actor)
    enqueue(JOB, f"doc:{document.pk}:{document.tries + 1}", {"document": document.pk})


@transaction.atomic
def void_document(document: Document, *, actor: User | None, reason: str) -> None:
    """Say that an issued document no longer holds; the sealed file stays as it is, its page says void.

    Raises DocumentStateError when it isn't issued or is void already, ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a document is voided for a reason")
    changed = Document.objects.filter(pk=document.pk, state=State.DONE, voided_at__isnull=True).update(
        voided_at=Now(), voided_by=actor, void_reason=reason.strip()[:500]
    )
    if not changed:
        raise DocumentStateError(f"{document.number} is not in force")
    _tell("document.voided", document, actor, reason=reason)


def _canonical(snapshot: Mapping[str, Any]) -> bytes:
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _next_number(kind: str, time_zone: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER, [f"{rules.SERIES[kind]}-", time_zone])
        month, counter = cursor.fetchone()
    return rules.document_number(kind, month, counter)


def _open_to(document: Document, viewers: Iterable[User]) -> None:
    permission = Permission.objects.get(content_type__app_label="contracts", codename="view_document")
    DocumentUserObjectPermission.objects.bulk_create(
        [
            DocumentUserObjectPermission(user_id=pk, permission=permission, content_object=document)
            for pk in sorted({viewer.pk for viewer in viewers})
        ]
    )


def _advance(document: Document, was: str, **values: Any) -> None:
    if not Document.objects.filter(pk=document.pk, state=was).update(**values):
        raise DocumentStateError(f"{document.number} is not {was}")


def _tell(action: str, document: Document, actor: User | None, **facts: Any) -> None:
    record(
        action,
        stream=f"request:{document.request_no}",
        actor=actor,
        object_type="document",
        object_id=str(document.pk),
        object_label=document.number,
        request_no=document.request_no,
        customer_id=document.customer_id,
        customer_label=document.customer.name if document.customer else "",
        **facts,
    )
