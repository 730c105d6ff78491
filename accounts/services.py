"""Changing people, roles and tokens; every change leaves an event."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tokens, trail
from accounts.models import ApiToken, Person, Region, RoleAssignment, Unit, User
from accounts.queries import business_today
from accounts.roles import INCOMPATIBLE, Role


def _stream(user: User) -> dict[str, Any]:
    return {
        "stream": f"auth:{user.pk}",
        "object_type": "user",
        "object_id": str(user.pk),
        "object_label": user.display_name,
    }


@transaction.atomic
def create_user(
    email: str,
    *,
    display_name: str,
    password: str | None,
    language: str = "zh-hans",
    reports_to: User | None = None,
    person: Person | None = None,
    actor: User | None = None,
    **fields: Any,
) -> User:
    """Open an account; give `person` when this natural person already has another account.

    Raises:
        ValidationError: e-mail taken or malformed, reporting line circular.
    """
    user = User.objects.create_user(
        email,
        password,
        display_name=display_name,
        language=language,
        reports_to=reports_to,
        person=person,
        **fields,
    )
    trail.record("accounts.user_created", actor=actor, pii={"email": user.email}, **_stream(user))
    return user


@transaction.atomic
def assign_role(
    user: User,
    role: str,
    *,
    unit: Unit | None = None,
    region: Region | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    is_deputy: bool = False,
    actor: User | None = None,
) -> RoleAssignment:
    """Give a role in a scope from a day on, until (excluding) a day.

    Raises:
        ValidationError: dates reversed, region of another unit, duties that nobody may combine, or a role
            that somebody gives to himself.
    """
    # The person and not the account: two accounts of one person could each be given one half of a pair.
    Person.objects.select_for_update().get(pk=user.person_id)
    assignment = RoleAssignment(
        user=user,
        role=Role(role),
        unit=unit,
        region=region,
        valid_from=valid_from or business_today(),
        valid_to=valid_to,
        is_deputy=is_deputy,
    )
    check_assignment(assignment, actor)
    assignment.full_clean()
    assignment.save()
    trail.record("accounts.role_assigned", actor=actor, after=_facts(assignment), **_stream(user))
    return assignment


def check_assignment(assignment: RoleAssignment, actor: User | None) -> None:
    """Refuse what no role may be: of another company's region, given to oneself, or against another duty.

    Raises:
        ValidationError: with the field.
    """
    user, region = assignment.user, assignment.region
    if region is not None and region.unit_id != assignment.unit_id:
        raise ValidationError({"region": _("This region belongs to another company.")}, code="region_of_unit")
    if actor is not None and actor.person_id == user.person_id:
        raise ValidationError({"user": _("Nobody gives a role to himself; ask another operator.")}, code="own_role")
    _refuse_incompatible(user, assignment.role, assignment.valid_from, assignment.valid_to)


def _refuse_incompatible(user: User, role: str, start: date, end: date | None) -> None:
    """Duties are incompatible for the natural person on any day, whatever account holds them."""
    meanwhile = Q(valid_to__isnull=True) | Q(valid_to__gt=start)
    if end is not None:
        meanwhile &= Q(valid_from__lt=end)
    same_person = RoleAssignment.objects.filter(meanwhile, user__person_id=user.person_id)
    for other in sorted(set(same_person.values_list("role", flat=True))):
        if frozenset({other, role}) in INCOMPATIBLE:
            raise ValidationError(
                {
                    "role": _("%(person)s already holds %(other)s, which nobody may combine with %(role)s.")
                    % {"person": user.display_name, "other": Role(other).label, "role": Role(role).label}
                },
                code="incompatible_roles",
            )


def _refuse_person(user: User) -> None:
    """The account goes to another natural person: its roles must go with those that he holds already."""
    Person.objects.select_for_update().get(pk=user.person_id)  # roles of the person are given one after another
    for held in RoleAssignment.objects.filter(user=user):
        try:
            _refuse_incompatible(user, held.role, held.valid_from, held.valid_to)
        except ValidationError as error:
            raise ValidationError({"person": error.messages}, code="incompatible_roles") from error


def _facts(assignment: RoleAssignment) -> dict[str, Any]:
    return {
        "role": assignment.role,
        "unit": assignment.unit.code if assignment.unit else None,
        "region": assignment.region.code if assignment.region else None,
        "valid_from": assignment.valid_from,
        "valid_to": assignment.valid_to,
        "deputy": assignment.is_deputy,
    }


@transaction.atomic
def end_role(
    assignment: RoleAssignment, *, on: date | None = None, reason: str = "", actor: User | None = None
) -> None:
    """End a role assignment as of a day (default today: it no longer counts from this moment)."""
    assignment = (
        RoleAssignment.objects.select_for_update(of=("self",))
        .select_related("user", "unit", "region")
        .get(pk=assignment.pk)
    )
    before = _facts(assignment)
    day = on or business_today()
    if assignment.valid_from >= day:
        # Never in force: keep the row (people and roles are never deleted) with an empty-as-possible period.
        assignment.valid_from = day - timedelta(days=1)
    assignment.valid_to = day
    assignment.save(update_fields=["valid_from", "valid_to"])
    trail.record(
        "accounts.role_ended",
        actor=actor,
        before=before,
        after=_facts(assignment),
        reason=reason,
        **_stream(assignment.user),
    )


@transaction.atomic
def set_active(user: User, active: bool, *, reason: str = "", actor: User | None = None) -> None:
    """Close or reopen an account; closing ends its API tokens. Sessions die with `is_active`."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active == active:
        return
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=timezone.now())
    action = "accounts.user_activated" if active else "accounts.user_deactivated"
    trail.record(action, actor=actor, reason=reason, **_stream(user))


@transaction.atomic
def change_user(user: User, *, actor: User | None = None, **changes: Any) -> User:
    """Change address, name, language, time zone, person or reporting line.

    Raises:
        ValidationError: the reporting line would be a circle, a value is refused, or the person holds a role by
            another account that nobody may combine with one of this account.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    before, addresses = _shown(user, changes), {"email_before": user.email}
    for name, value in changes.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    if "person" in changes:
        _refuse_person(user)
    user.save(update_fields=list(changes))
    after, addresses = _shown(user, changes), {**addresses, "email": user.email}
    pii = addresses if "email" in changes else None
    trail.record("accounts.user_changed", actor=actor, before=before, after=after, pii=pii, **_stream(user))
    return user


def _shown(user: User, names: Iterable[str]) -> dict[str, Any]:
    """What the trail shows for ever; an address can be erased, so only its hash enters the chain."""
    return {name: _plain(getattr(user, name)) for name in names if name != "email"}


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, User | Person) else value


@transaction.atomic
def issue_token(user: User, *, name: str, expires_at: datetime | None = None, actor: User | None = None) -> str:
    """Make an API token and return it, once."""
    token = tokens.create_token(user, name=name, expires_at=expires_at)
    trail.record("accounts.token_issued", actor=actor, after={"name": name, "expires_at": expires_at}, **_stream(user))
    return token


@transaction.atomic
def change_password(user: User, password: str, *, actor: User | None = None) -> User:
    """Set a new password, already validated by the form; every other session of the account ends with it."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    trail.record("accounts.password_changed", actor=actor, **_stream(user))
    return user


@transaction.atomic
def save_structure(place: Unit | Region, changed: Iterable[str], *, actor: User) -> None:
    """Store a company or a region as the operator has filled it in.

    Args:
        changed: the names of the fields that differ from before.
    """
    kind, names = type(place), [name for name in changed if name != "unit"]
    stored = kind.objects.select_for_update(of=("self",)).filter(pk=place.pk).first() if place.pk else None
    before = {name: getattr(stored, name) for name in names} if stored else None
    place.save()
    trail.record(
        "accounts.structure_changed",
        actor=actor,
        stream="system",
        object_type=kind.__name__.lower(),
        object_id=str(place.pk),
        object_label=place.name,
        before=before,
        after={name: getattr(place, name) for name in names},
    )
