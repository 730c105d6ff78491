"""Signing: the house's seal is registered, the other side's copy is examined and filed, paper seals are noted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import covers, held_roles
from accounts.roles import Role
from contracts.models import Contract, Document, SealEntry, SealType, SignedCopy
from contracts.pipeline.countersign import NotPdfError, check_countersigned, page_texts
from contracts.production import root_certificate
from contracts.rules.signing import CopyMatch, Signer, compare, signer_refusal
from contracts.services.contracts import tell
from contracts.services.documents import void_document
from customers.rules.papers import NotAPaperError, clean_name, media_type
from jobs import storage
from policies.rules.calendar import business_date

# Who keeps the seals on paper and the register.
KEEPERS: Final = (Role.LG, Role.CC)
# Who may say of a scan that it shows our text: nobody who sells.
READERS: Final = (Role.LG, Role.CC, Role.CS)
MAX_COPIES: Final = 99


@dataclass(frozen=True)
class Examined:
    """What was found in a file that shall be the other side's signed copy.

    method: signature | text | person, or "" when it is refused; then `refusal` says why in a sentence.
    match: the comparison page by page; None for a file that is built on ours.
    """

    method: str
    pages: int
    signers: tuple[str, ...] = ()
    match: CopyMatch | None = None
    refusal: str = ""


@transaction.atomic
def register_house_seal(document: Document) -> None:
    """The paper of a contract was made and sealed: the contract is sealed by us, and the register says so.

    The paper of a contract that was given up in the meantime is void.
    """
    contract = (
        Contract.objects.select_for_update(of=("self",))
        .select_related("customer", "terminated_by")
        .get(document=document)
    )
    if contract.terminated_at:
        void_document(document, actor=contract.terminated_by, reason=contract.termination_reason)
        return
    Contract.objects.filter(pk=contract.pk, sealed_at__isnull=True).update(sealed_at=document.sealed_at)
    contract.refresh_from_db()
    entry = SealEntry.objects.create(
        contract=contract,
        seal=SealType.ELECTRONIC,
        document_number=document.number,
        document_sha256=document.pdf_sha256,
        copies=1,
    )
    _note(entry, contract, None)


@transaction.atomic
def register_paper_seal(contract: Contract, *, seal: str, copies: int, note: str, actor: User) -> SealEntry:
    """Note that a seal was set on printed copies by hand.

    Raises:
        Problem: 403 for anyone who keeps no seals, 409 before the house's own paper is sealed, 422 for other values.
    """
    if not holds(actor, contract, *KEEPERS):
        raise Problem("no_keeper", 403, _("Only legal and credit control keep the seals."))
    if contract.sealed_at is None or contract.document is None or contract.terminated_at:
        raise Problem("not_sealed", 409, _("There is no sealed paper of this contract yet."))
    if seal not in (SealType.CONTRACT, SealType.COMPANY) or not 1 <= copies <= MAX_COPIES:
        sentence = _("Say which seal was set, and on how many copies.")
        raise Problem("seal", 422, sentence, errors=[{"field": "copies", "message": sentence}])
    entry = SealEntry.objects.create(
        contract=contract,
        seal=seal,
        document_number=contract.document.number,
        document_sha256=contract.document.pdf_sha256,
        keeper=actor,
        copies=copies,
        note=note.strip()[:300],
    )
    _note(entry, contract, actor)
    return entry


def examine(contract: Contract, data: bytes) -> Examined:
    """Hold a file against the paper that we sealed; nothing is written.

    A file that is ours with a further valid signature is the paper itself. Anything else is compared page by page,
    by its text and by a person: the text does not say who signed.

    Raises:
        Problem: 409 when our own paper is not sealed yet, 422 when the file is no readable PDF.
    """
    if contract.sealed_at is None or contract.document is None:
        raise Problem("not_sealed", 409, _("Our own paper is not sealed yet."))
    ours = storage.get(contract.document.pdf_sha256)
    found = check_countersigned(ours, data, root_certificate())
    if found is not None and found.ok:
        return Examined("signature", contract.document.pages or 0, tuple(found.signers))
    if found is not None:
        return Examined("", contract.document.pages or 0, refusal=_refused(found.findings[0]))
    texts = page_texts(ours)
    try:
        match = compare(texts, page_texts(data, len(texts)))
    except NotPdfError as error:
        sentence = _("The file cannot be read as a PDF.")
        raise Problem("not_pdf", 422, sentence, errors=[{"field": "file", "message": sentence}]) from error
    if match.verdict == "different":
        return Examined("", match.their_pages, match=match, refusal=_different(match))
    return Examined("person" if match.verdict == "needs_person" else "text", match.their_pages, match=match)


def _refused(code: str) -> str:
    sentences = {
        "own_file": _("This is our own file: the other side has not signed it."),
        "no_signature": _("Something was added to our file, but no signature."),
        "signature_broken": _("The signature on our file does not hold: it was changed after they signed."),
    }
    return sentences.get(code) or _("The file is our paper, but it was changed after we sealed it.")


def _different(match: CopyMatch) -> str:
    if match.our_pages != match.their_pages:
        said = {"ours": match.our_pages, "theirs": match.their_pages}
        return _("Our paper has %(ours)s pages, this file has %(theirs)s.") % said
    pages = ", ".join(str(page.number) for page in match.pages if page.verdict == "different")
    return _("The text differs from the paper that we sealed, on page %(pages)s.") % {"pages": pages}


@transaction.atomic
def file_copy(
    contract: Contract,
    *,
    name: str,
    data: bytes,
    signed_on: date,
    today: date,
    actor: User,
    confirmed: Collection[int] = (),
    reason: str = "",
) -> SignedCopy:
    """File the other side's signed copy after every check; the contract counts as signed once its request says so.

    Args:
        signed_on: the day on which they signed; the signer's authority has to cover it.
        confirmed: pages of a scan that the actor has compared; all that have no text.

    Raises:
        Problem: 422 when the copy or the day is refused, with the place; 403 when a person who sells compares a
            scan; 409 when the contract does not wait for a signature.
    """
    locked = (
        Contract.objects.select_for_update(of=("self",))
        .select_related("customer__unit", "document")
        .get(pk=contract.pk)
    )
    existing = SignedCopy.objects.filter(contract=locked).first()
    if locked.terminated_at or locked.signed_at or existing:
        raise Problem("not_waiting", 409, _("The contract is not waiting for a signature."))
    file_name = _checked_name(name, data)
    _check_day(locked, signed_on, today)
    found = examine(locked, data)
    if not found.method:
        raise Problem("copy_differs", 422, found.refusal, errors=[{"field": "file", "message": found.refusal}])
    if found.method != "signature":
        _check_reading(locked, found, actor, confirmed, reason)
    copy = SignedCopy.objects.create(
        contract=locked,
        method=found.method,
        file_name=file_name,
        sha256=storage.put(data),
        size=len(data),
        pages=found.pages,
        signed_on=signed_on,
        signers=list(found.signers),
        pages_confirmed=sorted(confirmed) if found.method != "signature" else [],
        reason=reason.strip()[:500] if found.method != "signature" else "",
        filed_by=actor,
    )
    after = {"method": copy.method, "signed_on": signed_on, "pages": copy.pages, "signers": copy.signers}
    tell("contract.copy_filed", locked, actor, content_sha256=copy.sha256, after=after, reason=copy.reason)
    return copy


def _checked_name(name: str, data: bytes) -> str:
    try:
        cleaned = clean_name(name)
        media = media_type(cleaned, data)
    except NotAPaperError:
        cleaned, media = "", ""
    if media != "application/pdf":
        sentence = _("Please choose a PDF file of at most 20 MB; scan all pages into one file.")
        raise Problem("not_pdf", 422, sentence, errors=[{"field": "file", "message": sentence}])
    return cleaned


def _check_day(contract: Contract, signed_on: date, today: date) -> None:
    sentence = ""
    if signed_on > today:
        sentence = _("The day of signing is in the future.")
    elif contract.sealed_at is None or signed_on < business_date(
        contract.approved_at, contract.customer.unit.time_zone
    ):
        sentence = _("They cannot have signed before the contract was approved.")
    else:
        signer = Signer(
            contract.signer_name, contract.signer_legal_rep, contract.authority_no, contract.authority_valid_to, True
        )
        if signer_refusal(signer, signed_on, signed_on):
            said = {"name": contract.signer_name, "day": contract.authority_valid_to}
            sentence = _("The authority of %(name)s ended on %(day)s, before the signing.") % said
    if sentence:
        raise Problem("signing_day", 422, sentence, errors=[{"field": "signed_on", "message": sentence}])


def _check_reading(contract: Contract, found: Examined, actor: User, confirmed: Collection[int], reason: str) -> None:
    """A scan is read by somebody who does not sell: every page, and he says so.

    So is a copy with the same text: nothing but the eye tells whether it is signed, and what its pictures show.
    """
    unread = found.match.by_eye if found.match else ()
    if not holds(actor, contract, *READERS):
        sentence = _("A copy without an electronic signature is compared by legal, credit control or customer service.")
        raise Problem("scan_reader", 403, sentence)
    missing = [str(page) for page in unread if page not in confirmed]
    errors = []
    if missing:
        said = _("Please compare page %(pages)s with our paper.") % {"pages": ", ".join(missing)}
        errors.append({"field": "confirmed", "message": said})
    if not reason.strip():
        errors.append({"field": "reason", "message": _("Please say how you compared the pages.")})
    if errors:
        raise Problem("needs_person", 422, errors[0]["message"], errors=errors)


def holds(user: User, contract: Contract, *wanted: str) -> bool:
    """Whether the user holds one of the roles for the contract's customer."""
    place = contract.customer
    return any(held.role in wanted and covers(held, place.unit_id, place.region_id) for held in held_roles(user))


def _note(entry: SealEntry, contract: Contract, actor: User | None) -> None:
    after = {"seal": entry.seal, "copies": entry.copies, "document": entry.document_number}
    tell("contract.sealed", contract, actor, content_sha256=entry.document_sha256, after=after)
