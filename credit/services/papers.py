"""Papers of an application: checked by content, kept by hash, never edited."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit.clock import db_now
from audit.services import record
from credit.choices import AttachmentKind
from credit.models import Attachment, CreditApplication
from credit.rules.papers import NotAPaperError, clean_name, media_type
from credit.services.drafts import check_may_write, open_draft
from jobs import storage


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


@transaction.atomic
def add_attachment(
    application: CreditApplication, kind: str, file_name: str, content: bytes, actor: User
) -> Attachment:
    """Add a paper to a draft.

    Args:
        kind: an `AttachmentKind`; most are document codes of the policy.
        content: at most 20 MB of PDF, PNG, JPG, XLSX or DOCX.

    Raises:
        Problem: 403, 404, 409 as for editing; 413 too large; 422 with the reason for any other refusal.
    """
    draft = open_draft(application.pk, actor)
    check_may_write(draft.customer, actor)
    if kind not in AttachmentKind.values:
        raise Problem("kind", 422, _("Say what kind of document this is."))
    try:
        name = clean_name(file_name)
        found = media_type(name, content)
    except NotAPaperError as error:
        sentence = refusal(error.code)
        status = 413 if error.code == "too_large" else 422
        raise Problem(error.code, status, sentence, errors=[{"field": "file", "message": sentence}]) from error
    sha256 = storage.put(content)
    paper = Attachment.objects.create(
        application=draft,
        kind=kind,
        file_name=name,
        sha256=sha256,
        size=len(content),
        media_type=found,
        uploaded_by=actor,
    )
    paper.refresh_from_db()
    draft.editors.add(actor)
    _note("credit.attachment_added", draft, paper, actor)
    return paper


@transaction.atomic
def remove_attachment(attachment: Attachment, actor: User) -> None:
    """Take a paper out of a draft; row and bytes stay for the trail."""
    draft = open_draft(attachment.application_id, actor)
    check_may_write(draft.customer, actor)
    removed = Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=db_now())
    if removed:
        draft.editors.add(actor)
        _note("credit.attachment_removed", draft, attachment, actor)


def _note(action: str, draft: CreditApplication, paper: Attachment, actor: User) -> None:
    record(
        action,
        stream=f"customer:{draft.customer_id}",
        actor=actor,
        object_type="attachment",
        object_id=str(paper.pk),
        object_label=paper.file_name,
        customer_id=draft.customer_id,
        customer_label=draft.customer.name,
        content_sha256=paper.sha256,
        after={"application": draft.pk, "kind": paper.kind, "size": paper.size},
    )
