"""Papers of letters of every kind: checked by content, kept by hash, never edited."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit.clock import db_now
from audit.services import record
from customers.models import Customer, Paper
from customers.papers import letters
from customers.rules.papers import NotAPaperError, clean_name, media_type
from jobs import storage


@dataclass(frozen=True)
class StoredFile:
    """A file that passed the checks and lies in the store. `size` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str


def refusal(code: str) -> str:
    """Why a file was refused, in words."""
    sentences = {
        "empty": _("The file is empty."),
        "too_large": _("The file is larger than 20 MB."),
        "name": _("The file has no usable name."),
        "extension": _("Only PDF, PNG, JPG, XLSX and DOCX files are accepted."),
        "content": _("The content of the file is not what its name says."),
    }
    return sentences[code]


def store(file_name: str, content: bytes) -> StoredFile:
    """Check an upload by its bytes and keep it by its hash.

    Args:
        content: at most 20 MB of PDF, PNG, JPG, XLSX or DOCX.

    Raises:
        Problem: 413 too large; 422 with the reason for any other refusal, both naming the field `file`.
    """
    try:
        name = clean_name(file_name)
        found = media_type(name, content)
    except NotAPaperError as error:
        sentence = refusal(error.code)
        status = 413 if error.code == "too_large" else 422
        raise Problem(error.code, status, sentence, errors=[{"field": "file", "message": sentence}]) from error
    return StoredFile(name, found, len(content), storage.put(content))


def papers_of(letter_kind: str, letter_id: int) -> QuerySet[Paper]:
    """The papers that a letter has now, oldest first. The caller has checked who asks."""
    return Paper.objects.present().filter(letter_kind=letter_kind, letter_id=letter_id)


@transaction.atomic
def add_paper(letter_kind: str, letter_id: int, kind: str, name: str, data: bytes, actor: User) -> Paper:
    """Add a paper to a letter that is not asked for yet.

    Args:
        kind: what the paper is, one of the words of its kind of letter.
        data: at most 20 MB of PDF, PNG, JPG, XLSX or DOCX.

    Raises:
        Problem: 403, 404, 409 as the letter says; 413 too large; 422 with the reason for any other refusal.
    """
    rules = letters(letter_kind)
    customer = rules.may_write(actor, letter_id)
    if not kind or len(kind) > 30 or (rules.kinds and kind not in rules.kinds):
        sentence = _("Say what kind of document this is.")
        raise Problem("kind", 422, sentence, errors=[{"field": "kind", "message": sentence}])
    file = store(name, data)
    paper = Paper.objects.create(
        letter_kind=letter_kind,
        letter_id=letter_id,
        kind=kind,
        file_name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        added_by=actor,
    )
    paper.refresh_from_db(fields=["added_at"])
    _note("customers.paper_added", paper, customer, actor)
    return paper


@transaction.atomic
def remove_paper(paper: Paper, actor: User) -> None:
    """Take a paper out of a letter; row and bytes stay for the trail.

    Raises:
        Problem: 403, 404, 409 as the letter says.
    """
    customer = letters(paper.letter_kind).may_write(actor, paper.letter_id)
    changed = Paper.objects.filter(pk=paper.pk, removed_at=None).update(removed_at=db_now(), removed_by=actor)
    if changed:
        _note("customers.paper_removed", paper, customer, actor)


def _note(action: str, paper: Paper, customer: Customer | None, actor: User) -> None:
    record(
        action,
        stream=f"customer:{customer.pk}" if customer else f"letter:{paper.letter_kind}:{paper.letter_id}",
        actor=actor,
        object_type="paper",
        object_id=str(paper.pk),
        object_label=paper.file_name,
        customer_id=customer.pk if customer else None,
        customer_label=customer.name if customer else "",
        content_sha256=paper.sha256,
        after={"letter": f"{paper.letter_kind}:{paper.letter_id}", "kind": paper.kind, "size": paper.size},
    )
