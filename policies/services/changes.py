"""Asking for a version to be put in force: the letter of a policy change, from its draft to its effect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.problems import Problem
from accounts.queries import held_roles
from audit.clock import db_now
from policies.findings import findings
from policies.models import MAKERS, PolicyChange, PolicyVersion
from policies.services.drafts import check_may_write, locked, mark_checked, open_draft, reopened, write_about
from policies.services.timeline import begin_emergency, schedule
from policies.services.trail import note

State = PolicyVersion.State
OF_VERSION: Final = ("effective_from", "change_note")


@transaction.atomic
def begin_change(number: int, actor: User, *, emergency: bool = False) -> PolicyChange:
    """The letter that asks for a version: the open one where there is one, else a new one.

    Raises:
        Problem: no such version (404), the actor does not make policy (403), it is past its draft, or asked for already
            (409).
    """
    check_may_write(actor)
    version = locked(number)
    known = version.changes.filter(discarded_at__isnull=True).first()
    if known is not None and known.submitted:
        raise Problem("submitted", 409, _("This version has been asked for already."))
    if known is not None:
        return known
    if version.state not in (State.DRAFT, State.CHECKED):
        raise Problem("policy_not_draft", 409, _("This policy version is not a draft any more and cannot be changed."))
    letter = PolicyChange.objects.create(version=version, unit=unit_of(actor), emergency=emergency, created_by=actor)
    version.editors.add(actor)
    note("change_drafted", version, actor, after={"emergency": emergency})
    return letter


def unit_of(actor: User) -> Unit:
    """The company whose people decide: that of the maker's role, and nobody's choice.

    Of several it is the one that the group has had for longest; so it is for a role of the whole group.
    """
    places = {held.unit for held in held_roles(actor) if held.role in MAKERS}
    units = Unit.objects.all() if None in places else places
    return min((unit for unit in units if unit is not None), key=lambda unit: unit.pk)


@transaction.atomic
def save_change(letter: PolicyChange, values: Mapping[str, Any], actor: User) -> PolicyChange:
    """Keep what was written about a change: from when, whether in an emergency, what changes and why.

    The tables are not touched, so a checked version stays checked. Whose people decide is not written by anybody.

    Args:
        values: `effective_from`, `change_note`, `emergency`; None, or a name that is left out, keeps what stands there.

    Raises:
        Problem: the actor does not make policy (403), or it is under way (409).
    """
    check_may_write(actor)
    rows = PolicyChange.objects.select_for_update(of=("self", "version")).select_related("version", "unit")
    draft = rows.get(pk=letter.pk)
    if draft.discarded_at is not None or draft.submitted:
        raise Problem("submitted", 409, _("This request has been submitted and can no longer be edited."))
    said = {name: values[name] for name in OF_VERSION if values.get(name) is not None}
    changed = write_about(draft.version, said, actor)
    emergency = values.get("emergency")
    if emergency is not None and emergency != draft.emergency:
        was, draft.emergency, changed = draft.emergency, emergency, True
        draft.version.editors.add(actor)
        note("change_written", draft.version, actor, before={"emergency": was}, after={"emergency": emergency})
    if changed:
        draft.updated_at = db_now()
        draft.save(update_fields=["emergency", "updated_at"])
    return draft


@transaction.atomic
def discard_change(letter: PolicyChange, actor: User) -> None:
    """Do not ask for it; the version stays a draft."""
    check_may_write(actor)
    draft = PolicyChange.objects.select_for_update(of=("self",)).select_related("version").get(pk=letter.pk)
    if draft.submitted or draft.submitted_at is not None:
        raise Problem("returned", 409, _("A returned request is withdrawn, not discarded."))
    _discard(draft)
    note("change_discarded", draft.version, actor)


def mark_submitted(letter: PolicyChange, *, actor: User) -> None:
    """The version is asked for: it is checked, and stands still until it is decided.

    Raises:
        Problem: the actor does not make policy (403), or a check of its tables blocks it (422).
    """
    check_may_write(actor)
    version = letter.version
    if version.state == State.DRAFT:
        open_draft(version.number, actor)
        if any(finding.blocking for finding in findings(version)):
            raise Problem("policy_unsound", 422, _("The check of the tables found what has to be mended first."))
        mark_checked(version, actor)
    version.state = State.IN_REVIEW
    version.save(update_fields=["state"])
    letter.submitted, letter.submitted_at = True, db_now()
    letter.save(update_fields=["submitted", "submitted_at"])
    note("version_in_review", version, actor, reason=version.change_note, after={"state": version.state})


def reopen(letter: PolicyChange, *, actor: User | None) -> None:
    """It was returned: the version is a draft again, for the same request."""
    letter.submitted = False
    letter.save(update_fields=["submitted"])
    reopened(letter.version, actor)


def release(letter: PolicyChange, *, actor: User | None) -> None:
    """It was withdrawn: an ordinary draft again."""
    if letter.submitted:
        reopened(letter.version, actor)
    letter.submitted, letter.submitted_at = False, None
    letter.save(update_fields=["submitted", "submitted_at"])


def turn_down(letter: PolicyChange, *, actor: User | None) -> None:
    """It was rejected: the version may be changed, and be asked for with another letter."""
    reopened(letter.version, actor)
    _discard(letter)


def _discard(letter: PolicyChange) -> None:
    letter.discarded_at = db_now()
    letter.save(update_fields=["discarded_at"])


def put_in_force(letter: PolicyChange, *, request_no: str, today: date, actor: User) -> PolicyVersion:
    """Everybody agreed: an ordinary change is scheduled for its day, tomorrow at the earliest; an emergency begins.

    Raises:
        Problem: the policy that it would follow is no longer the one that it was drawn up from, or another version
            begins on its day (409): who decides returns it.
    """
    version = letter.version
    if letter.emergency:
        _check_base(version, today)
        return begin_emergency(version, actor, request_no=request_no)
    on = max(version.effective_from, today + timedelta(days=1))
    _check_base(version, on)
    return schedule(version, on, actor, request_no=request_no)


def _check_base(version: PolicyVersion, on: date) -> None:
    followed = PolicyVersion.objects.covering(on).first()
    if followed is None or version.based_on is None or followed.digest != version.based_on.digest:
        sentence = _(
            "Another version of the policy has come into force since this one was drawn up. Return it, so that "
            "nothing that was approved meanwhile is lost."
        )
        raise Problem("policy_base_changed", 409, sentence)
    if followed.effective_from == on and followed.restores_id is None:
        raise Problem("policy_day_taken", 409, _("Another version of the policy begins on that day. Return it."))
