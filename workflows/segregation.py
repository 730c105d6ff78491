"""The report on segregation of duties over the whole trail; it believes the trail, persons and roles, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from accounts.models import Person, RoleAssignment, User
from accounts.roles import INCOMPATIBLE
from audit.models import Event
from policies.queries import pinned_pack
from policies.rules.cells import PolicyError
from workflows.rules.delegation import Mandate, line_of
from workflows.rules.separation import (
    Again,
    Finding,
    Given,
    Happened,
    Held,
    Pair,
    People,
    Said,
    Seated,
    Sent,
    breaches,
    incompatible,
    pairs_of_approvers,
)

SENT: Final = ("request.submitted", "request.resubmitted")
GIVEN: Final = ("request.transferred", "request.approver_added")
SEATED: Final = "request.steps_added"
AGAIN: Final = ("request.asked_again", "request.taken_back", "request.rerouted")
READ: Final = (*SENT, *GIVEN, SEATED, *AGAIN, "request.decided")
DELEGATIONS: Final = ("delegation.given", "delegation.ended")
HOPS: Final = 2


@dataclass(frozen=True)
class Report:
    """What was found, in how many events and decisions; names of the persons it speaks of."""

    findings: list[Finding]
    pairs: list[Pair]
    decisions: int
    events: int
    names: dict[int, str]


def report() -> Report:
    """Judge every request in the trail: a constant number of statements, and one pass over the events."""
    happened = list(_happened())
    people = _people()
    findings = [*breaches(happened, people), *incompatible(_held(), INCOMPATIBLE)]
    pairs = pairs_of_approvers(happened, people)
    concerned = {person for found in findings for person in found.persons} | {p for x in pairs for p in (x.one, x.two)}
    names = dict(Person.objects.filter(pk__in=concerned).values_list("pk", "name"))
    decisions = sum(isinstance(each, Said) for each in happened)
    return Report(findings, pairs, decisions, len(happened), names)


def _happened() -> Iterator[Happened]:
    """The events that matter, by request in the order of its chain."""
    persons = dict(User.objects.values_list("pk", "person_id"))
    events = Event.objects.filter(action__in=READ).order_by("stream", "stream_seq")
    for event in events.only("pk", "body", "request_no", "action", "at", "actor_id").iterator():
        found = _of(event, event.content, persons)
        if found is not None:
            yield found


def _of(event: Event, body: dict[str, Any], persons: dict[int, int]) -> Happened | None:
    no, after, before = event.request_no, body.get("after") or {}, body.get("before") or {}
    actor = int((body.get("actor") or {}).get("id") or 0)
    if event.action in SENT:
        said = body.get("extra") or {}
        editors, owners = (frozenset(map(int, said.get(name, ()))) for name in ("editors", "owners"))
        carried = frozenset(str(each["step"]) for each in after.get("carried", ()))
        return Sent(event.pk, no, str(said.get("kind", "")), persons.get(actor, -actor), editors, owners, carried)
    if event.action in GIVEN:
        to = int(after.get("to") or after.get("assignee") or 0)
        return Given(event.pk, no, str(after.get("step", "")), actor, to) if to else None
    if event.action == SEATED:
        panel = (body.get("extra") or {}).get("panel")
        return Seated(no, {str(step): int(to) for step, to in panel.items()}) if panel else None
    if event.action == "request.rerouted":
        return Again(no, frozenset(map(str, after.get("carried", ()))), all_but=True)
    if event.action != "request.decided":
        steps = before.get("superseded") or [before.get("step", "")]
        return Again(no, frozenset(map(str, steps)))
    return Said(
        event.pk,
        no,
        event.at,
        str(after.get("step", "")),
        str(after.get("verb", "")),
        str(after.get("role", "")),
        str(after.get("capacity", "own")),
        actor,
        int((body.get("on_behalf_of") or {}).get("id") or 0),
        bool(body.get("reason")),
        _owner(body.get("policy") or {}),
        str(after.get("pool", "")).partition(":")[0],
    )


def _owner(policy: dict[str, Any]) -> str:
    """The role that owned the policy by which it was decided."""
    try:
        return pinned_pack(int(policy["number"]), str(policy["digest"])).parameters.policy_owner
    except (KeyError, LookupError, PolicyError):
        return ""


def _people() -> People:
    roles: dict[tuple[int, str], list[tuple[date, date | None]]] = {}
    for user, role, start, end in RoleAssignment.objects.values_list("user_id", "role", "valid_from", "valid_to"):
        roles.setdefault((user, role), []).append((start, end))

    def held(account: int, role: str, at: datetime) -> bool:
        # A day either way: roles begin and end with business days, which differ from those of UTC.
        day, slack = at.date(), timedelta(days=1)
        spans = roles.get((account, role), ())
        return any(start - slack <= day and (end is None or day <= end + slack) for start, end in spans)

    mandates = _mandates()

    def delegated(principal: int, actor: int, at: datetime) -> bool:
        now = [each for each in mandates if each.holds_at(at)]
        ends = {principal}
        for _hop in range(HOPS):
            ends |= {each.delegate for each in now if each.delegator in ends}
        return actor in ends and line_of(principal, now, lambda _pk: True, HOPS) != (principal,)

    return People(dict(User.objects.values_list("pk", "person_id")), held, delegated)


def _mandates() -> list[Mandate]:
    """The delegations as the trail tells them, each until it was ended."""
    given: dict[str, Mandate] = {}
    events = Event.objects.filter(action__in=DELEGATIONS).order_by("pk")
    for event in events.iterator():
        if event.action == "delegation.ended":
            if found := given.get(event.object_id):
                given[event.object_id] = Mandate(found.delegator, found.delegate, found.start, event.at)
            continue
        terms = event.content.get("after") or {}
        start, end = (datetime.fromisoformat(str(terms[name])) for name in ("valid_from", "valid_to"))
        start = max(start, event.at)  # what was given afterwards makes nothing right that was decided before
        given[event.object_id] = Mandate(int(terms["delegator"]), int(terms["delegate"]), start, end)
    return list(given.values())


def _held() -> list[Held]:
    rows = RoleAssignment.objects.values_list("user__person_id", "role", "valid_from", "valid_to")
    return [
        Held(person, role, _midnight(start), _midnight(end) if end is not None else None)
        for person, role, start, end in rows
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
