"""Pools of people: their names, which ones somebody belongs to, and which ones others have entrusted to him."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from accounts.models import RoleAssignment, User
from accounts.queries import held_roles, in_force
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


def entrusted(user: User, around: Iterable[Delegation], hops: int = MOST_HOPS) -> list[Entrusted]:
    """What others have entrusted to the user; one statement when there is anything, else none.

    Args:
        around: `Delegation.objects.around(user)`.
    """
    received = [each for each in around if each.delegate_id == user.pk]
    lines: list[tuple[Delegation, ...]] = [(each,) for each in received]
    if hops > 1:
        before = [each for each in around if each.delegate_id != user.pk and each.delegator_id != user.pk]
        lines += [(one, two) for two in received for one in before if one.delegate_id == two.delegator_id]
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
