"""Segregation of duties, judged afterwards from what the trail says: rules S1 to S8 of the trust reference, 4.2.

It asks nothing of the services that were to keep the rules, so that it finds what they let through.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Final

ENOUGH: Final = 5  # so many approvals each way make a pair worth looking at


@dataclass(frozen=True)
class Sent:
    """A submission: who asked, who had written it, who looks after the customer (natural persons).

    Args:
        carried: steps whose approval of the round before still counts.
    """

    event: int
    request: str
    kind: str
    submitter: int
    editors: frozenset[int]
    owners: frozenset[int]
    carried: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Said:
    """A decision: accounts of who decided and for whom, 0 for none.

    Args:
        pool: the role of the people among whom the step was then; empty when the trail does not say.
    """

    event: int
    request: str
    at: datetime
    step: str
    verb: str
    role: str
    capacity: str
    actor: int
    principal: int
    reason: bool
    owner_role: str
    pool: str = ""


@dataclass(frozen=True)
class Again:
    """Steps whose decisions no longer count: taken back, or asked again.

    Args:
        all_but: every decision but those in `steps`: re-routed under another policy.
    """

    request: str
    steps: frozenset[str]
    all_but: bool = False


@dataclass(frozen=True)
class Given:
    """A step given to somebody by name."""

    event: int
    request: str
    step: str
    actor: int
    to: int


@dataclass(frozen=True)
class Seated:
    """The seats of a panel, each with the account to whom the policy gave it."""

    request: str
    seats: Mapping[str, int]


Happened = Sent | Said | Again | Given | Seated


@dataclass(frozen=True)
class Finding:
    """A breach: the rule, where, who (natural persons), and the events that show it."""

    rule: str
    request: str
    persons: tuple[int, ...]
    events: tuple[int, ...]
    detail: str = ""


@dataclass
class _Round:
    """What has happened in a request so far, for the round that is under way."""

    sent: Sent | None = None
    said: list[Said] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class People:
    """Who people are, and what they were allowed.

    Args:
        person: natural person of an account.
        held: whether an account held a role on the day of a moment.
        delegated: whether the account of the second acted for the first at a moment.
    """

    person: Mapping[int, int]
    held: Callable[[int, str, datetime], bool]
    delegated: Callable[[int, int, datetime], bool]


def breaches(happened: Iterable[Happened], people: People) -> list[Finding]:
    """Every breach of S1 to S5, S7 and S8, in the order of the trail.

    Args:
        happened: by request, in the order in which it happened.
    """
    rounds: dict[str, _Round] = {}
    found: list[Finding] = []
    for each in happened:
        now = rounds.setdefault(each.request, _Round())
        match each:
            case Sent():
                standing = [said for said in now.said if _base(said.step) in each.carried]
                rounds[each.request] = _Round(sent=each, said=standing)
                found += _of_carried(each, standing, people)
            case Again():
                now.said = [said for said in now.said if _counts(said.step, each)]
            case Given():
                now.given[each.step] = each.to
                found += _of_assignment(now, each, people)
            case Seated():
                now.given.update(each.seats)
            case Said():
                found += _of_decision(now, each, people)
                now.said.append(each)
    return found


def _counts(step: str, again: Again) -> bool:
    """Whether what was decided in a step still counts; a carried approval stands under the key of the plan."""
    return _base(step) in again.steps if again.all_but else step not in again.steps


def _base(step: str) -> str:
    """The key of the plan behind that of a copy."""
    return step.partition("~")[0]


def _of_carried(sent: Sent, standing: Iterable[Said], people: People) -> list[Finding]:
    """Whoever must stay apart from a revision has not approved it in an earlier round either."""
    return [
        Finding(_apart_by(sent), sent.request, (person,), (said.event, sent.event), "approved what he asks for now")
        for said in standing
        for person in sorted(_persons(said, people) & _apart(sent))
    ]


def _of_assignment(now: _Round, given: Given, people: People) -> list[Finding]:
    to, by = _person(given.to, people), _person(given.actor, people)
    if to == by or to in _apart(now.sent):
        return [Finding("S7", given.request, (by, to), (given.event,), "given to somebody who must stay apart")]
    return []


def _of_decision(now: _Round, said: Said, people: People) -> list[Finding]:
    if not said.actor:
        return [Finding("S8", said.request, (), (said.event,), "decided by nobody")]
    actor = _person(said.actor, people)
    persons = [actor] + ([_person(said.principal, people)] if said.principal else [])
    found = [finding for person in persons for finding in _of_person(now, said, person, people)]
    acting = said.principal and said.capacity == "delegate"
    if said.principal and not (acting and people.delegated(said.principal, said.actor, said.at)):
        found.append(Finding("S3", said.request, tuple(persons), (said.event,), "no delegation was in force"))
    if problem := _without_authority(now, said, people):
        found.append(Finding(problem[0], said.request, (actor,), (said.event,), problem[1]))
    return found


def _of_person(now: _Round, said: Said, person: int, people: People) -> list[Finding]:
    found = []
    if person in _apart(now.sent) and now.sent is not None:
        rule, events = _apart_by(now.sent), (now.sent.event, said.event)
        found.append(Finding(rule, said.request, (person,), events, "asked for it, wrote it or looks after it"))
    for before in now.said:
        if person in _persons(before, people):
            events = (before.event, said.event)
            found.append(Finding("S2", said.request, (person,), events, "two steps by one person"))
    return found


def _without_authority(now: _Round, said: Said, people: People) -> tuple[str, str] | None:
    if said.capacity == "override":
        if not said.reason or not people.held(said.actor, said.owner_role, said.at):
            return "S5", "override without a reason or without owning the policy"
    elif said.capacity == "assigned":
        if _given(now, said.step) != said.actor:
            return "S7", "decided by name without having been given the step"
    elif not _entitled(now, said, people):
        return "S5", "without the role"
    return None


def _entitled(now: _Round, said: Said, people: People) -> bool:
    """Whether whoever decided, or the one for whom he did, had the step: by his role, by its pool, or by name."""
    who = said.principal or said.actor
    if said.capacity == "delegate":
        roles = {said.role, said.pool} - {""}
        return _given(now, said.step) == who or any(people.held(who, role, said.at) for role in roles)
    if said.capacity == "escalated":
        return not said.pool or people.held(who, said.pool, said.at)
    return people.held(who, said.role, said.at)


def _given(now: _Round, step: str) -> int | None:
    """The account to which the step was given by name; a copy belongs to whoever had the first, unless given again."""
    return now.given.get(step, now.given.get(_base(step)))


def _apart(sent: Sent | None) -> frozenset[int]:
    return (sent.editors | sent.owners | {sent.submitter}) if sent else frozenset()


def _apart_by(sent: Sent) -> str:
    """The rule that keeps whoever asks apart: of a policy its own."""
    return "S4" if sent.kind == "policy" else "S1"


def _persons(said: Said, people: People) -> set[int]:
    """Natural persons who decided: the one who did, and for whom."""
    return {_person(account, people) for account in (said.actor, said.principal) if account}


def _person(account: int, people: People) -> int:
    return people.person.get(account, -account)


@dataclass(frozen=True)
class Held:
    """A role of a natural person on the days [start, end); no end: until further notice."""

    person: int
    role: str
    start: datetime
    end: datetime | None


def incompatible(held: Sequence[Held], pairs: Iterable[frozenset[str]]) -> list[Finding]:
    """S6: one person with two roles at a time that nobody may combine."""
    of: dict[int, list[Held]] = {}
    for each in held:
        of.setdefault(each.person, []).append(each)
    refused, found = set(pairs), []
    for person, roles in of.items():
        for one, two in combinations(roles, 2):
            together = (two.end is None or one.start < two.end) and (one.end is None or two.start < one.end)
            if together and frozenset({one.role, two.role}) in refused:
                names = " + ".join(sorted((one.role, two.role)))
                found.append(Finding("S6", "", (person,), (), names))
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Pair:
    """Two people who approve everything of each other."""

    one: int
    two: int
    approvals: int


def pairs_of_approvers(happened: Iterable[Happened], people: People, enough: int = ENOUGH) -> list[Pair]:
    """Pairs in which each decided at least `enough` requests of the other and never said no; a hint, not a breach."""
    submitter: dict[str, int] = {}
    said: dict[tuple[int, int], list[bool]] = {}
    for each in happened:
        if isinstance(each, Sent):
            submitter[each.request] = each.submitter
        elif isinstance(each, Said) and each.actor and each.request in submitter:
            key = (_person(each.actor, people), submitter[each.request])
            said.setdefault(key, []).append(each.verb == "approve")
    always = {key: len(answers) for key, answers in said.items() if len(answers) >= enough and all(answers)}
    return [
        Pair(one, two, always[one, two] + always[two, one])
        for one, two in sorted(always)
        if one < two and (two, one) in always
    ]
