"""Who may change customer files and import trade data (reading is `visible_to`, in the models)."""

from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Region, Unit, User
from accounts.problems import Problem
from accounts.queries import covers, held_roles
from accounts.roles import Role
from customers.models import Customer

EDITORS: Final = frozenset({Role.CS, Role.SM})
IMPORTERS: Final = frozenset({Role.CS, Role.SO, Role.CC, Role.FM})
FLAGGERS: Final = frozenset({Role.CS, Role.CC, Role.LG})


def holds(user: User, roles: frozenset[Role], unit_id: int, region_id: int | None) -> bool:
    """Whether the user holds one of the roles for the place today."""
    return any(held.role in roles and covers(held, unit_id, region_id) for held in held_roles(user))


def may_create(user: User, unit: Unit, region: Region) -> bool:
    """Customer service, sales managers and representatives of the place open files."""
    return holds(user, EDITORS | {Role.REP}, unit.pk, region.pk)


def may_edit(user: User, customer: Customer) -> bool:
    """The owner, customer service and the sales manager of the place change the file."""
    if not user.is_active:
        return False
    return customer.owner_id == user.pk or may_reassign(user, customer)


def may_reassign(user: User, customer: Customer) -> bool:
    """Customer service and the sales manager give a customer to another representative or region."""
    return holds(user, EDITORS, customer.unit_id, customer.region_id)


def may_flag(user: User, customer: Customer) -> bool:
    """Customer service, credit control and legal counsel keep the legal record."""
    return holds(user, FLAGGERS, customer.unit_id, customer.region_id)


def may_import(user: User, unit: Unit) -> bool:
    """Customer service, sales operations, credit control and finance bring in trade data."""
    return any(held.role in IMPORTERS and held.unit_id in (None, unit.pk) for held in held_roles(user))


def importable_units(user: User) -> QuerySet[Unit]:
    """Units for which the user may import."""
    held = [assignment for assignment in held_roles(user) if assignment.role in IMPORTERS]
    if any(assignment.unit_id is None for assignment in held):
        return Unit.objects.all()
    return Unit.objects.filter(pk__in=[assignment.unit_id for assignment in held])


def require(allowed: bool, code: str) -> None:
    """Refuse with a reason when `allowed` is false.

    Raises:
        Problem: 403.
    """
    if not allowed:
        raise Problem(code, 403, _("Your roles do not include this for this customer or unit."))
