"""Papers of an application: checked by content, kept by hash, never edited."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit.clock import db_now
from audit.services import record
from credit.choices import AttachmentKind
from credit.models import Attachment, CreditApplication
from credit.services.drafts import check_may_write, open_draft
from customers.services import store


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
    file = store(file_name, content)
    paper = Attachment.objects.create(
        application=draft,
        kind=kind,
        file_name=file.name,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
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
