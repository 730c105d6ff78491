"""Pools of people: their names, which ones somebody belongs to, and which ones others have entrusted to him."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from accounts.models import RoleAssignment, User
from accounts.queries import business_today, held_roles, in_force
from policies.queries import pack, version_in_force
from workflows.models.delegations import Delegation

# No policy may allow more (approval reference 1C).
MOST_HOPS: Final = 2


def queue_key(role: str, unit_id: int | None, region_id: int | None) -> str:
    """The name of a pool of people: role and the scope that its members were given."""
    return f"{role}:{unit_id or '*'}:{region_id or '*'}"


def personal_key(user_id: int) -> str:
    """The pool of one person: what was given to him by name."""
    return f"@{user_id}"


def keys_of(user_id: int, held: Iterable[RoleAssignment]) -> list[str]:
    """The pools of an account with these roles, his own among them."""
    pools = {queue_key(row.role, row.unit_id, row.region_id) for row in held}
    return [*sorted(pools), personal_key(user_id)]


def queue_keys(user: User) -> list[str]:
    """The pools that the user belongs to today, his own among them."""
    return keys_of(user.pk, held_roles(user))


@dataclass(frozen=True)
class Entrusted:
    """The pools of somebody for whom this user acts.

    Args:
        line: the delegations from that person to the user, in order; each must cover the request.
    """

    principal: User
    line: tuple[Delegation, ...]
    keys: tuple[str, ...]

    def covered(self, request: str = "request__") -> Q:
        """The requests that every delegation of the line covers."""
        found = Q()
        for each in self.line:
            found &= each.covered(request)
        return found


def allowed_hops(delegations: Iterable[Delegation]) -> int:
    """How often something may be passed on today; the policy is asked only where that matters."""
    rows = list(delegations)
    if not {row.delegator_id for row in rows} & {row.delegate_id for row in rows}:
        return 1
    return min(MOST_HOPS, pack(version_in_force(business_today())).parameters.delegation_hops)


def entrusted(user: User, around: Iterable[Delegation], hops: int | None = None) -> list[Entrusted]:
    """What others have entrusted to the user; one statement when there is anything, else none.

    Args:
        around: `Delegation.objects.around(user)`.
        hops: `allowed_hops(around)`, when the caller has asked already.
    """
    around = list(around)
    received = [each for each in around if each.delegate_id == user.pk]
    lines: list[tuple[Delegation, ...]] = [(each,) for each in received]
    before = [each for each in around if each.delegate_id != user.pk and each.delegator_id != user.pk]
    passed_on = [(one, two) for two in received for one in before if one.delegate_id == two.delegator_id]
    if passed_on and (hops or allowed_hops(around)) > 1:
        lines += passed_on
    principals = {line[0].delegator for line in lines if line[0].delegator.is_active}
    if not principals:
        return []
    held: dict[int, list[RoleAssignment]] = {}
    for row in RoleAssignment.objects.filter(in_force(), user__in=principals):
        held.setdefault(row.user_id, []).append(row)
    return [
        Entrusted(line[0].delegator, line, tuple(keys_of(line[0].delegator_id, held.get(line[0].delegator_id, []))))
        for line in lines
        if line[0].delegator in principals and all(each.delegator.is_active for each in line)
    ]
