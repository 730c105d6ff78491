"""Who can act in a step, here and now: pools of people by role and scope, those who act for them, duties kept apart."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Region, RoleAssignment, Unit, User
from accounts.queries import assignments_covering
from policies.rules.pack import Pack
from workflows.models import Capacity, Delegation, Step, allowed_hops, queue_key
from workflows.rules.delegation import line_of, outranks
from workflows.rules.seats import ladder


@dataclass(frozen=True)
class Pool:
    """The people of a role nearest to the customer: of the region, else of the unit, else of the group."""

    queue_key: str
    members: tuple[User, ...]

    @property
    def persons(self) -> frozenset[int]:
        """Natural persons of the members."""
        return frozenset(member.person_id for member in self.members)


@dataclass(frozen=True)
class Matter:
    """What is to be decided, as far as it says who may.

    Args:
        policy: whose ladder and owner count.
        amount: the headline amount of the request.
        at_home: it is in the company's own currency.
        at: the moment, by the database's clock.
        decided: natural persons who have had their say in the round.
        assigned: accounts to whom steps were given by name.
    """

    policy: Pack
    kind: str
    amount: Decimal
    at: datetime
    at_home: bool = True
    decided: frozenset[int] = frozenset()
    assigned: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Standing:
    """In which capacity somebody may act in a step; with a principal when he acts for him."""

    capacity: Capacity
    principal: User | None = None


@dataclass(frozen=True)
class Acting:
    """Somebody who could decide now, and for whom."""

    user: User
    principal: User | None = None

    @property
    def name(self) -> str:
        """B (for A)."""
        if self.principal is None:
            return self.user.display_name
        names = {"name": self.user.display_name, "principal": self.principal.display_name}
        return _("%(name)s (for %(principal)s)") % names


class Staff:
    """Everybody who holds one of some roles for a unit and region today, and their superiors; one statement.

    A second one, when it is asked for, reads who acts for whom.

    Args:
        barred: natural persons who may not decide (submitter, owner, editors).
        matter: None where delegations and superiors do not matter.
    """

    def __init__(
        self,
        roles: Iterable[str],
        unit: Unit,
        region: Region | None,
        on: date,
        barred: Collection[int],
        matter: Matter | None = None,
    ) -> None:
        self.matter = matter
        self._barred = frozenset(barred)
        wanted = set(roles) - {""}
        wanted.update(above for role in tuple(wanted) for above in self.superiors(role))
        rows = assignments_covering(unit, region, on).filter(role__in=wanted).order_by("is_deputy", "pk")
        self._by_role: dict[str, list[RoleAssignment]] = {}
        for row in rows:
            self._by_role.setdefault(row.role, []).append(row)

    def superiors(self, role: str) -> tuple[str, ...]:
        """Who takes the place of a role that nobody holds, in order: its ladder, then the policy owner."""
        if self.matter is None:
            return ()
        policy = self.matter.policy
        places = {code: (rule.function, rule.level) for code, rule in policy.roles.items()}
        return ladder(role, places, policy.parameters.policy_owner)

    def holds(self, user: User, role: str) -> bool:
        """Whether this account holds the role for the place, at this moment."""
        return any(row.user_id == user.pk for row in self._by_role.get(role, ()))

    def pool(self, role: str) -> Pool:
        """The nearest scope that has somebody who may decide; its members are only those who may.

        Of a role that nobody holds, the nearest superior's pool; at last the policy owner's, even when it is empty:
        a request waits where somebody will look, and is never approved by nobody (approval reference 1C).
        """
        return self._first_of(role, self._barred)

    def refuge(self, step: Step) -> Pool:
        """Where a step goes that nobody of its pool may decide any more: as `pool`, without those who decided."""
        return self._first_of(step.role, self._barred | self._decided)

    def _first_of(self, role: str, apart: frozenset[int]) -> Pool:
        ladder_ = (role, *self.superiors(role))
        for each in ladder_:
            if rows := self._nearest(each, apart):
                key = queue_key(each, rows[0].unit_id, rows[0].region_id)
                return Pool(key, tuple({row.user_id: row.user for row in rows}.values()))
        return Pool(queue_key(ladder_[-1], None, None), ())

    def stands_in(self, role: str) -> str:
        """The role whose people take the place of a role that nobody holds; empty when there is no need."""
        found = self.pool(role).queue_key.split(":")[0]
        return "" if found == role else found

    def persons(self, step: Step) -> frozenset[int]:
        """Natural persons who could decide the step in their own right."""
        return frozenset(user.person_id for user in self.principals(step))

    def principals(self, step: Step) -> tuple[User, ...]:
        """The people whose step it is: the one to whom it was given, else those of its pools."""
        if step.assignee is not None:
            return (step.assignee,) if step.assignee.is_active else ()
        role = step.home_key.split(":")[0]
        members = {member.pk: member for member in self.pool(step.role).members}
        if step.status == "open" and role not in ("", step.role):  # escalated
            rows = self._nearest(role, self._barred)
            members = {row.user_id: row.user for row in rows} | members
        return tuple(members.values())

    def acting(self, step: Step) -> tuple[Acting, ...]:
        """Who would decide now: for each of its people whoever acts for him."""
        return tuple({found.user.pk: found for found in self._acting(self.principals(step))}.values())

    def acting_in(self, role: str) -> tuple[Acting, ...]:
        """Who would decide a step of this role now."""
        return tuple({found.user.pk: found for found in self._acting(self.pool(role).members)}.values())

    def standing(self, step: Step, user: User) -> Standing | None:
        """In which capacity this account may act in the step; what was delegated may still be done by oneself.

        Whoever is not barred comes first among those for whom the user acts.
        """
        own = self._own(step, user)
        if own is not None:
            return Standing(own)
        for_whom = [principal for principal in self._holders(step) if self._line(principal)[-1].pk == user.pk]
        apart = self._barred | self._decided
        for_whom.sort(key=lambda principal: principal.person_id in apart)
        return Standing(Capacity.DELEGATE, for_whom[0]) if for_whom else None

    def may_take(self, user: User, step: Step) -> bool:
        """Whether the step may be transferred to this account: it holds the role, or a higher one of its function."""
        if self.matter is None:
            return self.holds(user, step.role)
        policy = self.matter.policy
        places = {code: (rule.function, rule.level) for code, rule in policy.roles.items()}
        above = [role for role in self.superiors(step.role) if outranks(role, step.role, places)]
        return any(self.holds(user, role) for role in (step.role, *above))

    def may_be_given(self, step: Step) -> list[User]:
        """Everybody to whom the step may be transferred, as far as authority goes."""
        users = {row.user_id: row.user for rows in self._by_role.values() for row in rows}
        found = (user for user in users.values() if self.may_take(user, step))
        return sorted(found, key=lambda user: user.display_name)

    def beyond(self, step: Step, user: User) -> Decimal | None:
        """The ceiling of a delegation that would let this account act if the request were smaller."""
        principals = {principal.pk for principal in self._holders(step)}
        found = (each for each in self._delegations if each.delegate_id == user.pk and each.delegator_id in principals)
        fitting = (each for each in found if self.matter and (not each.kinds or self.matter.kind in each.kinds))
        return next((each.ceiling for each in fitting if not self._covers(each)), None)

    def _own(self, step: Step, user: User) -> Capacity | None:
        if step.assignee_id is not None:
            if step.assignee_id != user.pk:
                return None
            # A seat in a panel has a name on it, but is taken in one's own role.
            return Capacity.OWN if step.panel and self.holds(user, step.role) else Capacity.ASSIGNED
        if self.holds(user, step.role):
            return Capacity.OWN
        return Capacity.ESCALATED if self.holds(user, step.home_key.split(":")[0]) else None

    def _holders(self, step: Step) -> list[User]:
        """As `principals`, those who are barred included: the refusal says why."""
        if step.assignee is not None:
            return [step.assignee] if step.assignee.is_active else []
        roles = (step.role, step.home_key.split(":")[0])
        rows = [row for role in roles for row in self._by_role.get(role, ())]
        return list({row.user_id: row.user for row in rows}.values())

    def _acting(self, people: Iterable[User]) -> Iterator[Acting]:
        for principal in people:
            line = self._line(principal)
            yield Acting(line[-1], principal if len(line) > 1 else None)

    def _nearest(self, role: str, apart: frozenset[int]) -> list[RoleAssignment]:
        rows = [row for row in self._by_role.get(role, ()) if row.user.person_id not in apart]
        nearest = min(map(_distance, rows), default=0)
        return [row for row in rows if _distance(row) == nearest]

    @property
    def _decided(self) -> frozenset[int]:
        return self.matter.decided if self.matter else frozenset()

    @cached_property
    def _delegations(self) -> list[Delegation]:
        """Delegations in force of these people, and of those to whom they delegated."""
        if self.matter is None:
            return []
        people = {row.user_id for rows in self._by_role.values() for row in rows} | self.matter.assigned
        now = Delegation.objects.in_force(self.matter.at)
        near = Q(delegator__in=people) | Q(delegator__in=now.filter(delegator__in=people).values("delegate"))
        return list(now.filter(near).select_related("delegator", "delegate").order_by("pk"))

    @cached_property
    def _hops(self) -> int:
        """By the policy of today, as in the queue: who acts for whom is looked at when it is asked."""
        return allowed_hops(self._delegations)

    def _covers(self, delegation: Delegation) -> bool:
        matter = self.matter
        mandate = delegation.mandate()
        return matter is not None and mandate.covers(matter.kind, matter.amount, at_home=matter.at_home)

    def _line(self, principal: User) -> list[User]:
        """The principal, and whoever acts for him here and now: the last one."""
        matter = self.matter
        if matter is None or not self._delegations:
            return [principal]
        covering = [each for each in self._delegations if self._covers(each)]
        users = {each.delegate_id: each.delegate for each in covering} | {principal.pk: principal}
        apart = self._barred | self._decided

        def may(pk: int) -> bool:
            return users[pk].is_active and users[pk].person_id not in apart

        found = line_of(principal.pk, [each.mandate() for each in covering], may, self._hops)
        return [users[pk] for pk in found]


def _distance(row: RoleAssignment) -> int:
    if row.region_id is not None:
        return 0
    return 1 if row.unit_id is not None else 2
