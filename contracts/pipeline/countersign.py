"""Whether a file is our sealed contract with the other side's signature on it, or a copy with the same text."""

import io
from dataclasses import dataclass, field

import pypdfium2
from asn1crypto import x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from contracts.pipeline.check import MAX_PAGES
from contracts.pipeline.verify import BAD_FILES
from contracts.pipeline.waiting import wait_for

# What a further signature needs: its own field and its validation data.
ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


class NotPdfError(ValueError):
    """The file cannot be read as a PDF."""


@dataclass
class Countersigned:
    """A file that begins with ours: the holders of the further certificates, and what is wrong, as codes:
    own_file, no_signature, signature_broken, seal_broken, changed, unreadable.

    Whether anybody trusts those certificates is not ours to say; only that the signatures hold.
    """

    signers: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """At least one further signature, everything intact, nothing else added."""
        return bool(self.signers) and not self.findings


def check_countersigned(ours: bytes, theirs: bytes, root: x509.Certificate) -> Countersigned | None:
    """Check the signatures that were added to our sealed file; None when the file is not built on ours.

    Signing adds to the end of a file: the first bytes are ours, bit by bit, or it is another file.
    """
    if not theirs.startswith(ours):
        return None
    result = Countersigned()
    if len(theirs) == len(ours):
        result.findings.append("own_file")
        return result
    try:
        _check(theirs, root, result)
    except BAD_FILES:
        result.findings.append("unreadable")
    return result


def _check(pdf: bytes, root: x509.Certificate, result: Countersigned) -> None:
    signatures = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_regular_signatures
    if len(signatures) < 2:
        result.findings.append("no_signature")
        return
    seal = _status(signatures[0], root)
    if not (seal.intact and seal.valid and seal.trusted):
        result.findings.append("seal_broken")
    if seal.modification_level not in ALLOWED or not seal.docmdp_ok:
        result.findings.append("changed")
    for position, signature in enumerate(signatures[1:], start=2):
        # their certificate is taken as it is: only whether the signature holds is asked
        status = _status(signature, signature.signer_cert)
        result.signers.append(_holder(status.signing_cert))
        if not (status.intact and status.valid):
            result.findings.append("signature_broken")
        last = position == len(signatures)
        if last and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            result.findings.append("changed")


def _status(signature: EmbeddedPdfSignature, trusted: x509.Certificate) -> PdfSignatureStatus:
    context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
    return wait_for(
        async_validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=context)
    )


def _holder(certificate: x509.Certificate) -> str:
    subject = certificate.subject.native
    return str(subject.get("common_name") or subject.get("organization_name") or certificate.subject.human_friendly)


def page_texts(pdf: bytes, pages: int | None = None) -> list[str]:
    """The text of each page; as many empty texts as there are pages when their number is not the expected one.

    pages: how many are expected; a file with another number of pages is not read any further.
    Raises NotPdfError when the file or one of its pages cannot be opened.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise NotPdfError(str(error)) from error
    try:
        count = len(document)
        if count > MAX_PAGES or (pages is not None and count != pages):
            return [""] * count
        return [page.get_textpage().get_text_range() for page in document]
    except pypdfium2.PdfiumError as error:
        raise NotPdfError(str(error)) from error
    finally:
        document.close()
