"""A version while it is written: drafted, changed, checked, and back to the draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today, has_role
from policies.findings import findings as findings_and_vacancies
from policies.findings import findings_of
from policies.models import MAKERS, DecisionTable, PolicyVersion, TableRow
from policies.queries import content as content_of
from policies.queries import version_in_force
from policies.rules.check import Finding
from policies.rules.pack import build_pack, content_digest
from policies.services.trail import note

State = PolicyVersion.State


def check_may_write(actor: User) -> None:
    """Refuse (403) who does not make policy: sales operations and credit control do, and nobody who sells."""
    if not has_role(actor, *MAKERS):
        raise Problem("not_permitted", 403, _("Only sales operations and credit control draw up policy."))


@transaction.atomic
def draft_version(
    number: int,
    content: Mapping[str, Any],
    effective_from: date,
    change_note: str,
    actor: User | None,
    *,
    based_on: PolicyVersion | None = None,
) -> PolicyVersion:
    """Store the tables of a new version as a draft.

    Args:
        content: in the stored form, ``{"tables": [...]}``.
        based_on: the version that it was drawn up from; by default the one that it would take over from.

    Raises PolicyError naming what cannot be read.
    """
    pack = build_pack(number, content)
    version = PolicyVersion.objects.create(
        number=number,
        effective_from=effective_from,
        digest=pack.digest,
        change_note=change_note,
        based_on=based_on or PolicyVersion.objects.covering(effective_from).first(),
        created_by=actor,
    )
    tables = DecisionTable.objects.bulk_create(
        DecisionTable(version=version, position=position, **{key: table[key] for key in table if key != "rows"})
        for position, table in enumerate(content["tables"])
    )
    TableRow.objects.bulk_create(
        TableRow(table=table, position=position, **row)
        for table, stored in zip(tables, content["tables"], strict=True)
        for position, row in enumerate(stored["rows"])
    )
    if actor is not None:
        version.editors.add(actor)
    return version


@transaction.atomic
def start_draft(actor: User, *, effective_from: date | None = None, change_note: str = "") -> PolicyVersion:
    """Begin a version with the tables that are in force today, to be changed and then asked for.

    Args:
        effective_from: the first day it is meant for; by default the day after today, where policy begins at all.

    Raises:
        Problem: the actor does not make policy (403).
        NoPolicyError: nothing is in force that could be changed.
    """
    check_may_write(actor)
    today = business_today()
    base = version_in_force(today)
    first_day = effective_from or date.fromordinal(today.toordinal() + 1)
    version = draft_version(next_number(), content_of(base), first_day, change_note, actor, based_on=base)
    note("draft_started", version, actor, reason=change_note, after={"based_on": base.number, "from": first_day})
    return version


def next_number() -> int:
    """The number of the next version; the caller's insert is refused when another took it meanwhile."""
    PolicyVersion.objects.select_for_update().order_by("-number").values_list("pk", flat=True)[:1].first()
    latest = PolicyVersion.objects.aggregate(latest=Max("number"))["latest"]
    return (latest or 0) + 1


def open_draft(number: int, actor: User, revision: int | None = None) -> PolicyVersion:
    """The draft, locked until the transaction ends, for a change of its tables.

    Args:
        revision: of the draft that the actor had before him; None does not ask.

    Raises:
        Problem: no such version (404), the actor does not make policy (403), it is no draft any more, or somebody
            changed it meanwhile (409 ``policy_stale``, with the revision of now).
    """
    check_may_write(actor)
    version = locked(number)
    if version.state != State.DRAFT:
        raise Problem("policy_not_draft", 409, _("This policy version is not a draft any more and cannot be changed."))
    if revision is not None and revision != version.revision:
        sentence = _("Somebody else has changed this draft meanwhile. Look at it again, then make your change.")
        raise Problem("policy_stale", 409, sentence, extra={"revision": version.revision})
    return version


def locked(number: int) -> PolicyVersion:
    """The version with a number, locked until the transaction ends. Raises Problem (404) for none."""
    version = PolicyVersion.objects.select_for_update().filter(number=number).first()
    if version is None:
        raise Problem("not_found", 404, _("There is no such policy version."))
    return version


def write_about(version: PolicyVersion, values: Mapping[str, Any], actor: User) -> bool:
    """Keep what a locked version is for: its first day, what changes and why. The tables stay as they are.

    Args:
        values: names of fields of the version, each with what is to stand there.

    Returns:
        whether anything differs; then the revision counts it and the trail says what it was.
    """
    before = {name: getattr(version, name) for name in values if getattr(version, name) != values[name]}
    if not before:
        return False
    for name in before:
        setattr(version, name, values[name])
    version.revision += 1
    version.save(update_fields=[*before, "revision"])
    version.editors.add(actor)
    after = {name: values[name] for name in before}
    note("draft_changed", version, actor, before=before, after=after, extra={"revision": version.revision})
    return True


def touched(version: PolicyVersion, actor: User) -> PolicyVersion:
    """The tables of a locked draft were changed: digest and revision follow, and the actor is one of its editors."""
    version.digest = content_digest(content_of(version))
    version.revision += 1
    version.save(update_fields=["digest", "revision"])
    version.editors.add(actor)
    return version


@transaction.atomic
def check_version(number: int, actor: User, revision: int | None = None) -> tuple[PolicyVersion, list[Finding]]:
    """Look for everything that is wrong with a draft; when nothing blocks it, it is checked and its tables stand still.

    Raises:
        Problem: as `open_draft`.
    """
    version = open_draft(number, actor, revision)
    found = findings_and_vacancies(version)
    if not any(finding.blocking for finding in found):
        mark_checked(version, actor, len(found))
    return version, found


def findings(version: PolicyVersion) -> list[Finding]:
    """What a check says about the tables of a version alone; what cannot be read is a finding too."""
    return findings_of(content_of(version), version.number)[0]


def mark_checked(version: PolicyVersion, actor: User | None, notes: int = 0) -> None:
    """A locked draft passed its check."""
    version.state = State.CHECKED
    version.save(update_fields=["state"])
    note("version_checked", version, actor, after={"state": version.state, "notes": notes})


@transaction.atomic
def back_to_draft(number: int, actor: User, reason: str = "") -> PolicyVersion:
    """A checked version may be changed again.

    Raises:
        Problem: no such version (404), the actor does not make policy (403), or it is not merely checked (409).
    """
    check_may_write(actor)
    version = locked(number)
    if version.state != State.CHECKED:
        raise Problem("policy_not_checked", 409, _("Only a checked policy version goes back to the draft."))
    return reopened(version, actor, reason)


def reopened(version: PolicyVersion, actor: User | None, reason: str = "") -> PolicyVersion:
    """A locked version that was not agreed, or not asked for, is a draft again."""
    version.state, version.revision = State.DRAFT, version.revision + 1
    version.save(update_fields=["state", "revision"])
    note("version_reopened", version, actor, reason=reason, after={"state": version.state})
    return version
