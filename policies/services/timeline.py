"""Which version is in force when: put on its day, taken over from, brought back after an emergency.

Periods never overlap and leave no hole. What is in force on a day follows from the periods alone; the timer only
writes down in the states and in the trail what the calendar has done.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from policies.models import PolicyVersion
from policies.queries import content as content_of
from policies.rules.cells import PolicyError
from policies.services.drafts import draft_version, findings, next_number
from policies.services.trail import note

SUNSET: Final = timedelta(days=30)
State = PolicyVersion.State
WAITING_OR_IN_FORCE: Final = (State.SCHEDULED, State.ACTIVE)


@transaction.atomic
def activate(version: PolicyVersion, actor: User | None) -> PolicyVersion:
    """Put a draft in force from its effective date without a request: what is shipped, and nothing else.

    Raises PolicyError with every finding that a check of its tables made (`policies.rules.check`), IntegrityError when
    its period would overlap another version's.
    """
    wrong = [finding for finding in findings(version) if finding.blocking]
    if wrong:
        raise PolicyError("; ".join(finding.sentence for finding in wrong))
    return schedule(version, version.effective_from, actor)


@transaction.atomic
def schedule(
    version: PolicyVersion, on: date, actor: User | None, *, until: date | None = None, request_no: str = ""
) -> PolicyVersion:
    """Fix the period of a version; what was in force until then ends on its first day.

    A version that was to come back after an emergency gives way to it. One that was agreed for a later day stays, and
    ends it.

    Args:
        on: its first day.
        until: the first day on which it no longer holds; None leaves that to a successor.
        request_no: the request by which it was agreed.

    Raises IntegrityError when another version begins on that day.
    """
    ended = [each.number for each in _make_room(on, for_good=until is None)]
    following = PolicyVersion.objects.dated().filter(effective_from__gt=on).order_by("effective_from").first()
    if following is not None and (until is None or following.effective_from < until):
        until = following.effective_from
    version.state, version.effective_from, version.effective_to = State.SCHEDULED, on, until
    version.save(update_fields=["state", "effective_from", "effective_to"])
    after = {"state": version.state, "effective_from": on, "effective_to": until, "digest": version.digest}
    extra = ({"ended": ended} if ended else {}) | ({"request": request_no} if request_no else {})
    note("version_scheduled", version, actor, reason=version.change_note, after=after, extra=extra or None)
    activate_due()
    version.refresh_from_db()
    return version


def _make_room(on: date, *, for_good: bool) -> list[PolicyVersion]:
    """End what covers the day on that day; when another comes for good, drop what was to come back later.

    Returns:
        what was ended.
    """
    ended = []
    for other in _locked():
        comes_back = other.state == State.SCHEDULED and other.restores_id is not None
        if for_good and comes_back and other.effective_from >= on:
            other.state = State.SUPERSEDED
            other.save(update_fields=["state"])
            note("version_superseded", other, None)
        elif other.effective_from < on and (other.effective_to is None or other.effective_to > on):
            other.effective_to = on
            other.save(update_fields=["effective_to"])
            ended.append(other)
    return ended


def _locked() -> list[PolicyVersion]:
    """What waits for its day or is in force, locked: in one order, so that two who write never wait for each other."""
    rows = PolicyVersion.objects.select_for_update().filter(state__in=WAITING_OR_IN_FORCE)
    return list(rows.order_by("number"))


@transaction.atomic
def begin_emergency(version: PolicyVersion, actor: User, *, request_no: str) -> PolicyVersion:
    """Put a version in force at once for thirty days, and schedule the tables of before to come back after it.

    On a day on which another version began already it takes effect on the day after.

    Args:
        request_no: the request by which it was agreed.

    Raises:
        Problem: a version began today, and another one begins tomorrow (409).
    """
    today = business_today()
    # The number of what comes back is taken first: whoever writes on a draft locks that before the trail, too.
    next_number()
    dated = {each.effective_from for each in _locked()}
    on = today if _covering(today).effective_from < today else today + timedelta(days=1)
    if on > today and on in dated:
        raise Problem("policy_day_taken", 409, _("Another version of the policy begins on that day. Return it."))
    before = _covering(on)
    last = before.effective_to
    in_force = schedule(version, on, actor, until=on + SUNSET, request_no=request_no)
    sunset = in_force.effective_to or on + SUNSET
    # Another version may begin before, or the end of an earlier emergency be near: then that is what follows.
    if not PolicyVersion.objects.covering(sunset).exists():
        _bring_back(before, in_force, sunset, last)
    return in_force


def _covering(on: date) -> PolicyVersion:
    return PolicyVersion.objects.covering(on).get()


def _bring_back(before: PolicyVersion, emergency: PolicyVersion, on: date, until: date | None) -> None:
    """Schedule a version with the tables of before, for the end of the emergency."""
    words = f"{emergency} 到期，恢复 {before} / {emergency} has run out: {before} again"
    again = draft_version(next_number(), content_of(before), on, words, None, based_on=emergency)
    again.restores = before
    again.save(update_fields=["restores"])
    schedule(again, on, None, until=until)


@transaction.atomic
def activate_due(today: date | None = None) -> list[int]:
    """Write down what the calendar has done: scheduled versions whose day has come are in force, ended ones are not.

    May be called at any time and as often as one likes, also days late.

    Args:
        today: the business date; by default today's.

    Returns:
        the numbers of the versions that are in force or were, and were not marked so yet.
    """
    day = today or business_today()
    begun = []
    for version in sorted(_locked(), key=lambda each: each.effective_from):
        if version.state == State.SCHEDULED and version.effective_from <= day:
            version.state = State.ACTIVE
            version.save(update_fields=["state"])
            after = {"state": version.state, "effective_from": version.effective_from, "digest": version.digest}
            note("version_activated", version, None, reason=version.change_note, after=after)
            begun.append(version.number)
        if version.state == State.ACTIVE and version.effective_to is not None and version.effective_to <= day:
            version.state = State.RETIRED
            version.save(update_fields=["state"])
            note("version_retired", version, None, after={"state": version.state, "ended": version.effective_to})
    return begun
