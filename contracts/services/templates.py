"""Drawing up new versions of contract templates: upload, check, describe, send for approval, publish."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.problems import Problem
from accounts.queries import covers, held_roles
from accounts.roles import Role
from audit.clock import db_now
from audit.services import record
from contracts import template_queries as queries
from contracts.models import ContractTemplate, TemplateState, TemplateVersion
from contracts.rules.clause_text import digest
from contracts.services.clauses import renew_clauses
from contracts.template_examination import Examined, examine
from jobs import storage

# Who draws templates up; whoever did so does not approve them.
MAY_WRITE: Final = (Role.LG, Role.SO, Role.PM, Role.CS)
LARGEST: Final = 10 * 1024 * 1024
WRITTEN: Final = ("change_note", "valid_from")


def may_write(unit: Unit, actor: User) -> bool:
    """Whether the person holds a role of the company that draws templates up."""
    return any(held.role in MAY_WRITE and covers(held, unit.pk, None) for held in held_roles(actor))


def check_may_write(unit: Unit, actor: User) -> None:
    """Refuse (403) who holds no role that draws up templates of this company."""
    if not may_write(unit, actor):
        raise Problem("not_permitted", 403, _("Your role does not draw up contract templates."))


@transaction.atomic
def create_template(
    unit: Unit, *, code: str, language: str, title_zh: str, title_en: str, actor: User
) -> ContractTemplate:
    """Begin a standard text in a language; it can be used once a version of it is published."""
    check_may_write(unit, actor)
    if ContractTemplate.objects.filter(unit=unit, code=code, language=language).exists():
        sentence = _("There is a template with this code in this language already.")
        raise Problem("template_exists", 409, sentence, errors=[{"field": "code", "message": sentence}])
    template = ContractTemplate.objects.create(
        unit=unit, code=code, language=language, title_zh=title_zh, title_en=title_en, created_by=actor
    )
    _tell("template.created", template, actor, after={"code": code, "language": language})
    return template


def upload(
    template: ContractTemplate, data: bytes, file_name: str, actor: User, version: TemplateVersion | None = None
) -> TemplateVersion:
    """Check a .docx and keep it as a draft, whatever was found: the findings tell what has to be mended.

    The check runs in a process of its own for up to ten seconds, before the transaction begins.

    Args:
        version: the draft whose file is replaced; None begins a new version.

    Raises:
        Problem: 403 without a writing role, 404 for an invisible draft, 409 when it is no draft any more,
            413 for a file above 10 MB.
    """
    check_may_write(template.unit, actor)
    if len(data) > LARGEST:
        raise Problem("too_large", 413, _("The file is larger than 10 MB."))
    examined = examine(data, template.language, queries.library(template.unit), at=db_now())
    return keep_upload(template, data, file_name, examined, actor, version)


@transaction.atomic
def keep_upload(
    template: ContractTemplate,
    data: bytes,
    file_name: str,
    examined: Examined,
    actor: User,
    version: TemplateVersion | None = None,
) -> TemplateVersion:
    """Keep what was uploaded with what was found in it; the bytes only when the file could be opened at all."""
    sha256 = storage.put(data) if examined.clauses else hashlib.sha256(data).hexdigest()
    ContractTemplate.objects.select_for_update().get(pk=template.pk)
    values: dict[str, Any] = {
        "base": queries.latest(template),
        "file_name": file_name[-200:],
        "sha256": sha256,
        "size": len(data),
        "preview_sha256": storage.put(examined.pdf) if examined.pdf else "",
        "pages": examined.pages,
        "findings": examined.findings,
        "clauses": examined.clauses,
        "fields": examined.fields,
        "last_edited_by": actor,
        "updated_at": db_now(),
    }
    if version is None:
        number = (template.versions.aggregate(last=Max("number"))["last"] or 0) + 1
        draft = TemplateVersion.objects.create(template=template, number=number, created_by=actor, **values)
    else:
        draft = open_draft(version.pk, actor)
        for name, value in values.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(values))
    draft.editors.add(actor)
    found = {"errors": _errors(examined), "findings": len(examined.findings)}
    _tell_version("template.uploaded", draft, actor, content_sha256=sha256, after={"file": file_name[-200:], **found})
    return draft


@transaction.atomic
def start_version(template: ContractTemplate, actor: User) -> TemplateVersion:
    """Begin a version with the published file, to be downloaded, edited and uploaded again.

    Raises:
        Problem: 403 without a writing role, 409 for a template that has no published version yet.
    """
    check_may_write(template.unit, actor)
    base = queries.latest(template)
    if base is None:
        raise Problem("no_version", 409, _("Upload the first version on the page of the template."))
    same = Examined(base.findings, base.clauses, base.fields, b"", base.pages)
    return keep_upload(template, storage.get(base.sha256), base.file_name, same, actor)


@transaction.atomic
def save_draft(version: TemplateVersion, values: Mapping[str, Any], actor: User) -> TemplateVersion:
    """Store what was written about a draft: what changes and why, and from when it is to hold."""
    draft = open_draft(version.pk, actor)
    changed = [name for name in WRITTEN if name in values and getattr(draft, name) != values[name]]
    if changed:
        for name in changed:
            setattr(draft, name, values[name])
        draft.last_edited_by, draft.updated_at = actor, db_now()
        draft.save(update_fields=[*changed, "last_edited_by", "updated_at"])
        draft.editors.add(actor)
    return draft


def open_draft(pk: int, actor: User) -> TemplateVersion:
    """The draft, locked. Refused with 404 when invisible, 403 without a role, 409 when it is no draft any more."""
    if not TemplateVersion.objects.visible_to(actor).filter(pk=pk).exists():
        raise Problem("not_found", 404, _("There is no such version."))
    locked = TemplateVersion.objects.select_for_update(of=("self",)).select_related("template__unit").get(pk=pk)
    check_may_write(locked.unit, actor)
    if locked.discarded_at is not None:
        raise Problem("discarded", 409, _("This draft has been discarded."))
    if locked.submitted:
        raise Problem("submitted", 409, _("This version has been submitted and can no longer be edited."))
    return locked


@transaction.atomic
def discard_draft(version: TemplateVersion, actor: User) -> None:
    """Throw a draft away; its number is not used again."""
    draft = open_draft(version.pk, actor)
    if draft.submitted_at is not None:
        raise Problem("returned", 409, _("A returned version is withdrawn, not discarded."))
    draft.discarded_at = db_now()
    draft.save(update_fields=["discarded_at"])
    _tell_version("template.discarded", draft, actor)


def mark_submitted(version: TemplateVersion, *, actor: User) -> None:
    """From now on the version is not edited: a request was made with it, in the same transaction."""
    check_may_write(version.unit, actor)
    version.state, version.submitted_at = TemplateState.IN_REVIEW, db_now()
    version.save(update_fields=["state", "submitted_at"])
    _tell_version("template.submitted", version, actor, content_sha256=version.sha256)


def reopen(version: TemplateVersion, *, actor: User) -> None:
    """Let the drafter revise a returned version; the next submission is a new revision."""
    version.state = TemplateState.DRAFT
    version.revision += 1
    version.save(update_fields=["state", "revision"])
    _tell_version("template.reopened", version, actor, after={"revision": version.revision})


def release(version: TemplateVersion, *, actor: User) -> None:
    """Make a withdrawn version an ordinary draft again, which may also be thrown away."""
    was_submitted = version.submitted
    version.state, version.submitted_at = TemplateState.DRAFT, None
    version.revision += was_submitted
    version.save(update_fields=["state", "submitted_at", "revision"])
    if was_submitted:
        _tell_version("template.reopened", version, actor, after={"revision": version.revision})


@transaction.atomic
def publish(version: TemplateVersion, *, request_no: str, today: date, actor: User | None) -> TemplateVersion:
    """Put an approved version in force from its day on; the one before it ends on that day.

    Clauses whose words changed become new versions of the library. Nothing published is ever edited.

    Args:
        today: the business date in the company's zone; a version never begins to hold in the past.
    """
    ContractTemplate.objects.select_for_update().get(pk=version.template_id)
    begins = max(version.valid_from or today, today)
    for earlier in version.template.versions.filter(published_at__isnull=False).exclude(pk=version.pk):
        ends = max(begins, earlier.valid_from) if earlier.valid_from else begins
        if earlier.retires_on is None or earlier.retires_on > ends:
            TemplateVersion.objects.filter(pk=earlier.pk).update(retires_on=ends)
            _tell_version("template.retired", earlier, actor, after={"retires_on": ends})
    version.state, version.valid_from, version.published_at = TemplateState.PUBLISHED, begins, db_now()
    version.request_no = request_no
    version.save(update_fields=["state", "valid_from", "published_at", "request_no"])
    _tell_version(
        "template.published",
        version,
        actor,
        content_sha256=version.sha256,
        after={"valid_from": begins, "text": digest(version.clauses)},
        request_no=request_no or None,
    )
    renew_clauses(version, actor=actor)
    return version


def _errors(examined: Examined) -> int:
    return sum(one["severity"] == "error" for one in examined.findings)


def _tell_version(action: str, version: TemplateVersion, actor: User | None, **facts: Any) -> None:
    record(
        action,
        stream=f"template:{version.template_id}",
        actor=actor,
        object_type="template_version",
        object_id=str(version.pk),
        object_label=f"{version.template.code} {version.template.language} v{version.number}",
        **facts,
    )


def _tell(action: str, template: ContractTemplate, actor: User | None, **facts: Any) -> None:
    record(
        action,
        stream=f"template:{template.pk}",
        actor=actor,
        object_type="contract_template",
        object_id=str(template.pk),
        object_label=f"{template.code} {template.language}",
        **facts,
    )
