"""Who acts for whom, read for many steps at once: a constant number of statements, however many wait."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery

from accounts.models import RoleAssignment, User
from accounts.queries import held_roles, in_force
from workflows.models import Decision, Delegation, Request, Step, allowed_hops, entrusted, keys_of, queue_key
from workflows.people import Acting
from workflows.rules import GONE
from workflows.rules.delegation import line_of


def branches(user: User) -> list[tuple[str, Q]]:
    """The pools on which the user works, each with the steps of it that are his: one statement for most people.

    His own pools without what he has delegated away, and the pools of those who delegated to him as far as the
    delegation goes; where a delegate may not decide, the step stays with the delegator.
    """
    around = list(Delegation.objects.around(user)) if user.is_active else []
    away = _away(around, user)
    found = {key: ~away if away else Q() for key in keys_of(user.pk, held_roles(user))}
    if not around:
        return list(found.items())
    hops = allowed_hops(around)
    for each in entrusted(user, around, hops):
        goes_on = ~away if away and len(each.line) < hops else Q()
        between = [step.delegator for step in each.line]
        mine = each.covered() & _free(between) & goes_on
        for key in each.keys:
            found[key] = (found[key] | mine if found[key] else Q()) if key in found else mine
    return list(found.items())


def _away(around: Iterable[Delegation], user: User) -> Q:
    """What the user has delegated to somebody who may decide it."""
    found = Q()
    for each in around:
        if each.delegator_id == user.pk and each.delegate.is_active:
            found |= each.covered() & _free([each.delegate])
    return found


def _free(people: Iterable[User]) -> Q:
    """Steps of requests in which none of these people must stay apart or has had his say."""
    found = Q()
    for person in (user.person_id for user in people):
        quiet = unsaid(Q(person_id=person) | Q(on_behalf_of__person_id=person))
        found &= ~Q(request__submitter__person_id=person) & ~Q(submission__editors__contains=[person])
        found &= ~Q(request__owner__person_id=person) & quiet
    return found


def unsaid(whose: Q) -> Q:
    """Steps in whose round none of these decisions counts: neither made in it nor carried over into it.

    Asked per step, by index: a list of all decisions of a person would grow with his years of service. So nothing is
    carried in a first round, and the decision behind a carried step is looked at as a value, not joined: else the
    database begins with everything that the person ever decided.

    Args:
        whose: decisions of somebody, as a condition on `Decision`.
    """
    made = Decision.objects.filter(whose, submission_id=OuterRef("submission_id")).exclude(step__status__in=GONE)
    his = ExpressionWrapper(whose, output_field=BooleanField())
    carried = Step.objects.filter(
        Subquery(Decision.objects.filter(pk=OuterRef("carried_from")).values_list(his)),
        submission_id=OuterRef("submission_id"),
        status="carried",
    )
    return ~Exists(made) & (Q(request__round=1) | ~Exists(carried))


def on_behalf(user: User, steps: Iterable[Step]) -> dict[int, User]:
    """For whom the user would decide each of these steps; his own steps are not in it. One statement as a rule.

    Args:
        steps: with their requests and units.
    """
    around = list(Delegation.objects.around(user))
    others = entrusted(user, around)
    if not others:
        return {}
    own = set(keys_of(user.pk, held_roles(user)))
    found: dict[int, User] = {}
    for step in steps:
        if step.queue_key in own:
            continue
        request = step.request
        fitting = (each for each in others if step.queue_key in each.keys)
        for each in fitting:
            if all(_covers(row, request) for row in each.line):
                found.setdefault(step.pk, each.principal)
    return found


def _covers(delegation: Delegation, request: Request) -> bool:
    at_home = request.currency == request.unit.currency
    return delegation.mandate().covers(request.kind, request.amount, at_home=at_home)


def acting(steps: Iterable[Step]) -> dict[int, tuple[Acting, ...]]:
    """Who would decide each open step now: the people of its pool, or whoever acts for them; two to four statements.

    Args:
        steps: with request (submitter, owner, customer's owner, unit) and submission.
    """
    steps = list(steps)
    pools = _people_of({step.queue_key for step in steps})
    delegations = _delegations_of({user.pk for people in pools.values() for user in people})
    said = have_said({step.submission_id for step in steps}) if delegations else {}
    hops = allowed_hops(delegations) if delegations else 0
    found = {}
    for step in steps:
        apart = _apart(step)
        free = [user for user in pools.get(step.queue_key, ()) if user.person_id not in apart]
        covering = [row for row in delegations if _covers(row, step.request)]
        barred = apart | said.get(step.submission_id, set())
        rows = (_acting(user, covering, barred, hops) for user in free)
        found[step.pk] = tuple({row.user.pk: row for row in rows}.values())
    return found


def stranded(steps: Iterable[Step]) -> list[int]:
    """The open steps that nobody may decide now; four statements as a rule.

    Args:
        steps: as `acting`.
    """
    steps = list(steps)
    found = acting(steps)
    said = have_said({step.submission_id for step in steps})

    def may(step: Step, row: Acting) -> bool:
        persons = {row.user.person_id} | ({row.principal.person_id} if row.principal else set())
        return row.user.is_active and not persons & said.get(step.submission_id, set())

    return [step.pk for step in steps if not any(may(step, row) for row in found[step.pk])]


def _acting(principal: User, delegations: Sequence[Delegation], barred: Collection[int], hops: int) -> Acting:
    users = {row.delegate_id: row.delegate for row in delegations} | {principal.pk: principal}
    line = line_of(
        principal.pk,
        [row.mandate() for row in delegations],
        lambda pk: users[pk].is_active and users[pk].person_id not in barred,
        hops,
    )
    return Acting(users[line[-1]], principal if len(line) > 1 else None)


def _apart(step: Step) -> set[int]:
    request = step.request
    owners = (request.owner, request.customer.owner if request.customer else None)
    persons = {request.submitter.person_id, *step.submission.editors}
    return persons | {owner.person_id for owner in owners if owner is not None}


def _people_of(keys: Collection[str]) -> dict[str, list[User]]:
    """Everybody in these pools today, by the pool's key; one statement, and one for those with a name."""
    named = [int(key[1:]) for key in keys if key.startswith("@")]
    roles = {key.split(":")[0] for key in keys if not key.startswith("@")}
    pools: dict[str, list[User]] = {}
    if named:
        people = User.objects.filter(pk__in=named, is_active=True)
        pools = {f"@{user.pk}": [user] for user in people}
    rows = RoleAssignment.objects.filter(in_force(), role__in=roles, user__is_active=True)
    for row in rows.select_related("user").order_by("is_deputy", "pk"):
        pools.setdefault(queue_key(row.role, row.unit_id, row.region_id), []).append(row.user)
    return pools


def _delegations_of(people: Collection[int]) -> list[Delegation]:
    now = Delegation.objects.in_force()
    near = Q(delegator__in=people) | Q(delegator__in=now.filter(delegator__in=people).values("delegate"))
    return list(now.filter(near).select_related("delegator", "delegate").order_by("pk"))


def have_said(submissions: Collection[int]) -> Mapping[int, set[int]]:
    """Natural persons who have had their say, by submission; in this round, or in the one it was carried over from."""
    rows = Step.objects.filter(submission__in=submissions).exclude(status__in=GONE)
    ways = ("decision", "carried_from")
    persons = [f"{way}__{path}" for way in ways for path in ("person_id", "on_behalf_of__person_id")]
    found: dict[int, set[int]] = {}
    for submission, *said in rows.order_by().values_list("submission_id", *persons):
        found.setdefault(submission, set()).update(person for person in said if person is not None)
    return found
