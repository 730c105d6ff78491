"""Who hears of what. Nobody hears of what he may not see, and nobody of what he did himself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import RoleAssignment, User
from accounts.queries import in_force
from accounts.roles import Role
from workflows import rules
from workflows.delegations import acting
from workflows.engine import Round
from workflows.models import Decision, Request, Step
from workflows.notices.words import NUMBER_ONLY, TO_DECIDE
from workflows.queries_pages import current_round, may_decide


@dataclass(frozen=True)
class Told:
    """One piece of news with what it is about.

    Args:
        extra: `to`, the ids of people addressed by name; the row of what was said; more by the kind of news.
    """

    what: str
    request: Request | None
    step: Step | None
    actor: User | None
    extra: Mapping[str, Any]


def recipients(told: Told) -> list[User]:
    """Everybody who is told this, each once, in a stable order."""
    found = {user.pk: user for user in _ADDRESSED.get(told.what, _by_name)(told)}
    if told.actor is not None:
        found = {pk: user for pk, user in found.items() if user.person_id != told.actor.person_id}
    blind = told.what in NUMBER_ONLY
    return [user for _pk, user in sorted(found.items()) if user.is_active and (blind or _sees(user, told.request))]


def who_may_act(request: Request, step: Step) -> list[User]:
    """The people who would decide the open step at this moment: its pool, or whoever acts for them.

    While it is out for an opinion, still those who had it before.
    """
    round_ = current_round(request)
    mine = next((each for each in round_.steps if each.pk == step.pk), None)
    if mine is None or mine.status != "open":
        return []
    mine.request, mine.submission, mine.queue_key = request, round_.submission, mine.home_key
    return [row.user for row in acting([mine])[mine.pk] if _may(round_, mine, row.user)]


def _may(round_: Round, step: Step, user: User) -> bool:
    verbs = rules.VERBS_OF.get(step.mode, ())
    return bool(verbs) and may_decide(round_, step, user, verbs[-1]) is None


def _by_name(told: Told) -> list[User]:
    """Those whom the news names."""
    return list(User.objects.filter(pk__in=told.extra.get("to", ()), is_active=True))


def _to_decide(told: Told) -> list[User]:
    if told.request is None or told.step is None:
        return []
    return who_may_act(told.request, told.step)


def _followers(told: Told) -> list[User]:
    """Who asked, who looks after the customer, and who is kept informed."""
    request = told.request
    if request is None:
        return []
    watching = User.objects.filter(watched__request=request, watched__ended_at__isnull=True)
    owner = [request.owner] if request.owner else []
    return [request.submitter, *owner, *watching]


def _everybody_concerned(told: Told) -> list[User]:
    """The followers, those who have decided in this round, and those who were asked to.

    Re-routing begins a round: it concerns the people of the one before.
    """
    request = told.request
    if request is None:
        return []
    since = request.round - (told.what == "rerouted")
    decided = Decision.objects.filter(request=request, submission__round__gte=since).select_related("actor")
    had_it = User.objects.filter(
        notifications__request=request,
        notifications__what__in=TO_DECIDE,
        notifications__step__submission__round__gte=since,
    )
    return [*_followers(told), *(decision.actor for decision in decided), *had_it, *_by_name(told)]


def _released(told: Told) -> list[User]:
    """Those whom the news names, and those who had been asked to decide the step."""
    asked = User.objects.filter(notifications__step=told.step, notifications__what__in=TO_DECIDE)
    return [*_by_name(told), *(asked if told.step and "to" not in told.extra else ())]


def _submitter(told: Told) -> list[User]:
    return [told.request.submitter] if told.request else []


def _stranded(told: Told) -> list[User]:
    """Whoever can give the role to somebody, and the submitter, who waits."""
    keepers = RoleAssignment.objects.filter(in_force(), role=Role.SO, user__is_active=True).select_related("user")
    unit = told.request.unit_id if told.request else None
    near = [row.user for row in keepers if row.unit_id in (None, unit)]
    return [*near, *_submitter(told)]


_ADDRESSED: Final[Mapping[str, Callable[[Told], list[User]]]] = {
    **dict.fromkeys(("opened", "reminded", "due_soon", "overdue", "escalated"), _to_decide),
    **dict.fromkeys(("decided", "returned", "approved", "rejected", "effective", "commented"), _followers),
    **dict.fromkeys(("voided", "overridden", "rerouted", "withdrawn", "taken_back", "undone"), _everybody_concerned),
    "released": _released,
    "question": _submitter,
    "orphaned": _stranded,
}


def _sees(user: User, request: Request | None) -> bool:
    return request is None or Request.objects.visible_to(user).filter(pk=request.pk).exists()


def still_to_decide(what: str, user: User, request: Request | None, step: Step | None) -> bool:
    """Whether news that asks for a decision still does; any other news stays what it is."""
    if what not in TO_DECIDE or request is None or step is None:
        return True
    round_ = current_round(request)
    mine = next((each for each in round_.steps if each.pk == step.pk), None)
    return mine is not None and any(_may(round_, each, user) for each in round_.same_seats(mine))
