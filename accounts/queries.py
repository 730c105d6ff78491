"""Reads about people: which roles they hold, who holds a role, what they may see."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Region, RoleAssignment, Unit, User
from accounts.roles import READS_EVERYTHING, READS_SCOPE


@dataclass(frozen=True)
class Visibility:
    """What a user may read by role: everything, whole units, single regions; his own comes on top.

    audits: what is confidential too (finance reviewers); a role for the whole group is not enough for that.
    """

    everything: bool
    unit_ids: frozenset[int]
    region_ids: frozenset[int]
    audits: bool = False


def business_today() -> date:
    """Today in the installation's business zone, whatever zone the reader has set for himself."""
    return datetime.now(ZoneInfo(settings.TIME_ZONE)).date()


def in_force(on: date | None = None) -> Q:
    """Half-open: valid_from counts, valid_to no longer does."""
    day = on or business_today()
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def held_roles(user: User, on: date | None = None) -> list[RoleAssignment]:
    """The role assignments of an active user on a day; none for an inactive one."""
    if not user.is_active:
        return []
    return list(RoleAssignment.objects.filter(in_force(on), user=user).select_related("unit", "region"))


def has_role(user: User, *roles: str, on: date | None = None) -> bool:
    """Whether the user holds one of the roles anywhere."""
    return user.is_active and RoleAssignment.objects.filter(in_force(on), user=user, role__in=roles).exists()


def covers(assignment: RoleAssignment, unit_id: int | None, region_id: int | None) -> bool:
    """Whether the assignment's scope includes the place."""
    if assignment.unit_id is None:
        return True
    if assignment.unit_id != unit_id:
        return False
    return assignment.region_id is None or assignment.region_id == region_id


def assignments_covering(unit: Unit, region: Region | None, on: date | None = None) -> QuerySet[RoleAssignment]:
    """All assignments of active people whose scope includes the unit and region."""
    scope = Q(unit__isnull=True) | Q(unit=unit, region__isnull=True)
    if region is not None:
        scope |= Q(unit=unit, region=region)
    return RoleAssignment.objects.filter(in_force(on), scope, user__is_active=True).select_related("user")


def holders(role: str, unit: Unit, region: Region | None = None, on: date | None = None) -> QuerySet[User]:
    """Active people who hold the role for the unit and region."""
    return User.objects.filter(pk__in=assignments_covering(unit, region, on).filter(role=role).values("user_id"))


def visibility(user: User, held: list[RoleAssignment] | None = None) -> Visibility:
    """What the user's roles let him read; superuser and staff flags count for nothing.

    Args:
        held: `held_roles(user)`, when the caller has read them already.
    """
    units: set[int] = set()
    regions: set[int] = set()
    everything = audits = False
    for row in held_roles(user) if held is None else held:
        audits = audits or row.role in READS_EVERYTHING
        if row.role in READS_EVERYTHING or (row.role in READS_SCOPE and row.unit_id is None):
            everything = True
        elif row.role in READS_SCOPE and row.region_id is not None:
            regions.add(row.region_id)
        elif row.role in READS_SCOPE and row.unit_id is not None:
            units.add(row.unit_id)
    return Visibility(everything, frozenset(units), frozenset(regions), audits)
