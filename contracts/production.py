"""Making one document: data to Word to PDF, checked, sealed, verified and stored, outside any transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from asn1crypto import x509  # type: ignore[import-untyped]
from django.conf import settings

from audit.clock import db_now
from contracts import rules
from contracts.letters.context import Identity
from contracts.models import Document, Kind
from contracts.pipeline import engines, fonts
from contracts.pipeline.check import CheckError, check
from contracts.pipeline.countersign import NotPdfError, page_texts
from contracts.pipeline.drawing import raster
from contracts.pipeline.keys import Authority
from contracts.pipeline.produce import ProductionError, produce
from contracts.pipeline.qr import qr_png
from contracts.pipeline.seal import certificate, seal
from contracts.pipeline.verify import verify_pdf
from contracts.rules.amounts import disagreements, stated_amounts
from contracts.rules.signing import bare
from jobs import storage

# The engine of a document whose PDF came from somebody else.
PAPER = "paper"


@dataclass(frozen=True)
class Draft:
    """The unsealed letter; the same document always gives the same one."""

    docx: bytes
    pdf: bytes
    pages: int


@dataclass(frozen=True)
class Sealed:
    """What was made of a document, before it counts."""

    pdf_sha256: str
    docx_sha256: str
    size: int
    pages: int
    engine_version: str
    fonts_sha256: str
    seal_subject: str
    sealed_at: datetime


def authority() -> Authority:
    """The keys of this installation."""
    return Authority(Path(settings.COUNTERSIGN_DATA) / "keys")


def root_certificate() -> x509.Certificate:
    """The root that everybody who checks our seals has to trust."""
    return _root(authority().directory)


@cache
def _root(directory: Path) -> x509.Certificate:
    return certificate(Authority(directory).root())


def verify_url(document: Document) -> str:
    """Where the QR code leads."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/v/{document.verify_code}"


def draft(document: Document) -> Draft:
    """Render and convert the document from its frozen data and template; a customer's own paper is taken as it is.

    Raises ProductionError when there is no PDF, CheckError when it doesn't say what the data say.
    """
    if document.engine == PAPER:
        return foreign(storage.get(document.template_sha256))
    printed, drawings = undrawn(document.snapshot)
    context = {**printed, "document": _identity(document)}
    made = produce(
        storage.get(document.template_sha256),
        context,
        pictures={"qr": qr_png(verify_url(document)), **drawings},
        engine=document.engine,
        created_at=document.created_at,
    )
    pages = check(made.pdf, _to_check(document, context)).pages
    check_amounts(made.pdf, document.snapshot)
    return Draft(made.docx, made.pdf, pages)


def _to_check(document: Document, context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What has to be on the paper: everything, but a contract's template need not print its own number and day."""
    if document.kind != Kind.CONTRACT:
        return context
    identity = {name: text for name, text in context["document"].items() if name not in ("number", "issued_on")}
    return {**context, "document": identity}


def undrawn(snapshot: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The data without their drawings, which are no text to print, and the drawings as pictures by their place."""
    drawn = snapshot.get("pictures")
    if not drawn:
        return dict(snapshot), {}
    (drawing,) = drawn
    printed = {name: text for name, text in drawing.items() if name != "svg"}
    return {**snapshot, "pictures": [printed]}, {"picture": raster(drawing["svg"])}


def foreign(pdf: bytes) -> Draft:
    """Somebody else's finished PDF, to be sealed as it is. Raises ProductionError when it cannot be."""
    try:
        pages = len(page_texts(pdf))
    except NotPdfError as error:
        raise ProductionError("not_pdf", str(error)) from error
    return Draft(b"", pdf, pages)


def check_amounts(pdf: bytes, snapshot: Mapping[str, Any]) -> None:
    """Figures and capitals say the same on the finished paper. Raises CheckError naming the first that do not."""
    amounts = stated_amounts(snapshot)
    if amounts and (found := disagreements(bare("".join(page_texts(pdf))), amounts)):
        raise CheckError("capitals", found[0])


def issue(document: Document) -> Sealed:
    """Make, seal, verify and store the document; nothing counts before services.mark_issued.

    Raises ProductionError, CheckError.
    """
    letter = draft(document)
    now = db_now()
    pdf = _seal(document, letter.pdf, now)
    found = verify_pdf(pdf, root_certificate())
    if not found.ok:
        raise ProductionError("seal", "; ".join(found.findings))
    return Sealed(
        pdf_sha256=storage.put(pdf),
        docx_sha256=storage.put(letter.docx) if letter.docx else "",
        size=len(pdf),
        pages=letter.pages,
        engine_version=engines.version(document.engine),
        fonts_sha256=fonts.fingerprint(),
        seal_subject=found.signer[:300],
        sealed_at=now,
    )


def _seal(document: Document, pdf: bytes, now: datetime) -> bytes:
    unit = document.unit
    keys = authority()
    return seal(
        pdf,
        organisation=keys.seal(unit.code, unit.name_zh or unit.name_en, unit.uscc),
        timestamps=keys.timestamps(),
        at=now,
        reason=f"{document.number}; data sha256:{document.snapshot_sha256}",
        to_countersign=document.kind == Kind.CONTRACT,
    )


def _identity(document: Document) -> Identity:
    zone = ZoneInfo(document.unit.time_zone)
    return {
        "number": document.number,
        "issued_on": document.created_at.astimezone(zone).date().isoformat(),
        "snapshot_sha256": document.snapshot_sha256,
        "verify_code": rules.spaced(document.verify_code),
        "verify_url": verify_url(document),
    }
