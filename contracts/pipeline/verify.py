"""Checking a sealed PDF: is every byte as it was sealed, and was it sealed by this installation?"""

import io
import re
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from contracts.pipeline.waiting import wait_for
from contracts.pipeline.wrapping import as_we_write_it

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
MAX_FILE = 32 * 1024 * 1024


@dataclass
class Verification:
    """What a check found; `findings` are sentences in English, empty when everything holds."""

    sealed: bool = False
    intact: bool = False
    trusted: bool = False
    timestamped: bool = False
    covers_everything: bool = False
    signer: str = ""
    reason: str = ""
    signed_at: datetime | None = None
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings


def verify_pdf(pdf: bytes, root: x509.Certificate) -> Verification:
    """Check that a PDF carries exactly one seal, of this root, over all its bytes, and was not changed.

    root: the installation's root certificate. Never raises for a bad file: it says what is wrong.
    """
    result = Verification()
    if len(pdf) > MAX_FILE:
        result.findings.append("The file is larger than any document we issue.")
        return result
    try:
        _check(pdf, root, result)
    except BAD_FILES as error:
        result.findings.append(f"The file is not a readable sealed PDF ({type(error).__name__}).")
    return result


# A changed byte can break the file anywhere, and the readers below answer with their own errors.
BAD_FILES = (
    PdfError,
    SignatureValidationError,
    UnacceptableSignerError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    RecursionError,
    NotImplementedError,
    OSError,
)


def _check(pdf: bytes, root: x509.Certificate, result: Verification) -> None:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    seals = reader.embedded_regular_signatures
    if len(seals) != 1 or len(reader.embedded_signatures) != 1:
        result.findings.append(f"The file carries {len(reader.embedded_signatures)} signatures instead of one seal.")
        return
    result.sealed = True
    result.reason = str(seals[0].sig_object.get("/Reason", ""))
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    status = wait_for(
        async_validate_pdf_signature(seals[0], signer_validation_context=context, ts_validation_context=context)
    )
    _judge(status, result)
    if not _canonical(pdf):
        result.findings.append("The signature is not stored in the form in which we write it.")


def _judge(status: PdfSignatureStatus, result: Verification) -> None:
    stamp = status.timestamp_validity
    result.signer = _holder(status.signing_cert)
    result.intact = bool(status.intact and status.valid)
    result.trusted = bool(status.trusted)
    result.timestamped = bool(stamp and stamp.valid and stamp.intact and stamp.trusted)
    result.signed_at = stamp.timestamp if stamp else status.signer_reported_dt
    result.covers_everything = (
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level == ModificationLevel.NONE
        and bool(status.docmdp_ok)
    )
    for holds, sentence in (
        (result.intact, "The content was changed after it was sealed."),
        (result.trusted, "The seal was not set by this installation."),
        (result.timestamped, "The time of the seal cannot be confirmed."),
        (result.covers_everything, "Something was added to the file after it was sealed."),
    ):
        if not holds:
            result.findings.append(sentence)


def _holder(certificate: x509.Certificate) -> str:
    """The company of a seal with its credit code, as in 华辊轧辊制造有限公司 (91320400MA1XK7Q25T)."""
    subject = certificate.subject.native
    name, code = subject.get("common_name", ""), subject.get("serial_number", "")
    return f"{name} ({code})" if code else str(name)


def _canonical(pdf: bytes) -> bool:
    """Whether the signature's bytes are exactly one DER value in upper-case hex, padded with zeros.

    Readers ignore the padding, the case of letters and most of what is not signed, so a change there would
    go unseen without this.
    """
    match = next(iter(BYTE_RANGE.finditer(pdf)), None)
    if match is None:
        return False
    start, length, rest, tail = (int(group) for group in match.groups())
    gap = pdf[start + length : rest]
    if start != 0 or rest + tail != len(pdf) or not re.fullmatch(rb"<(?:[0-9A-F]{2})+>", gap):
        return False
    signature = bytes.fromhex(gap[1:-1].decode("ascii"))
    size = _der_length(signature)
    return not any(signature[size:]) and as_we_write_it(signature[:size])


def _der_length(data: bytes) -> int:
    """Length of the first DER value, header included."""
    if data[1] < 0x80:
        return 2 + data[1]
    size = data[1] & 0x7F
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")
