"""Who can act in a step, here and today: pools of people by role and scope, duties kept apart."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Region, RoleAssignment, Unit, User
from accounts.queries import assignments_covering
from workflows.models import queue_key


@dataclass(frozen=True)
class Pool:
    """The people of a role nearest to the customer: of the region, else of the unit, else of the group."""

    queue_key: str
    members: tuple[User, ...]

    @property
    def persons(self) -> frozenset[int]:
        """Natural persons of the members."""
        return frozenset(member.person_id for member in self.members)


class Staff:
    """Everybody who holds one of some roles for a unit and region today; one statement.

    Args:
        barred: natural persons who may not decide (submitter, owner, editors).
    """

    def __init__(
        self, roles: Iterable[str], unit: Unit, region: Region | None, on: date, barred: Collection[int]
    ) -> None:
        rows = assignments_covering(unit, region, on).filter(role__in=set(roles)).order_by("is_deputy", "pk")
        self._by_role: dict[str, list[RoleAssignment]] = {}
        for row in rows:
            self._by_role.setdefault(row.role, []).append(row)
        self._barred = frozenset(barred)

    def holds(self, user: User, role: str) -> bool:
        """Whether this account holds the role for the place, at this moment."""
        return any(row.user_id == user.pk for row in self._by_role.get(role, ()))

    def pool(self, role: str) -> Pool:
        """The nearest scope that has somebody who may decide; its members are only those who may."""
        rows = [row for row in self._by_role.get(role, ()) if row.user.person_id not in self._barred]
        if not rows:
            return Pool(queue_key(role, None, None), ())
        nearest = min(_distance(row) for row in rows)
        near = [row for row in rows if _distance(row) == nearest]
        members = {row.user_id: row.user for row in near}
        return Pool(queue_key(role, near[0].unit_id, near[0].region_id), tuple(members.values()))


def _distance(row: RoleAssignment) -> int:
    if row.region_id is not None:
        return 0
    return 1 if row.unit_id is not None else 2
