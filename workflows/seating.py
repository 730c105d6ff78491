"""The seats of a panel: made with the round, given to people when the panel's turn comes."""

from collections.abc import Collection, Sequence
from typing import Final

from accounts.models import User
from policies.queries import pinned_pack
from policies.rules.plan import PlanStep
from workflows import rules
from workflows.engine import Round, close
from workflows.models import PanelMode, Request, Step, Submission, personal_key
from workflows.sla import hours_of
from workflows.staffing import duties
from workflows.trail import note

# What a seat takes over from the first one of its panel, and a step from the one that it replaces.
SAME: Final = (
    "request", "submission", "stage", "role", "mode", "reasons", "sla_hours", "panel", "panel_mode", "needed",
    "reject_policy", "origin", "added_by",
)  # fmt: skip


def steps_of(request: Request, submission: Submission, planned: PlanStep, stage: int) -> list[Step]:
    """The steps of one planned approval: one, or the seats of a vote.

    Of a panel in which everybody has to agree this is the first seat; the others follow when its turn comes, because
    people come and go meanwhile.
    """
    policy = pinned_pack(submission.policy_number, submission.policy_digest)
    first = Step(
        request=request,
        submission=submission,
        key=planned.key,
        stage=stage,
        role=planned.role,
        mode=planned.mode,
        reasons=[reason.to_json() for reason in planned.reasons],
        sla_hours=hours_of(policy, planned.sla_hours, request.customer),
        status="waiting",
    )
    if planned.panel is None:
        return [first]
    first.panel, first.panel_mode = planned.key, planned.panel.mode
    first.needed, first.reject_policy = planned.panel.needed or 1, planned.panel.reject_policy
    return [first, *(_seat(first, place) for place in range(1, planned.panel.seats))]


def take_seats(round_: Round, opens: Collection[int]) -> bool:
    """Give the panels among the steps that are about to open their people; whether anything changed.

    A vote asks no more people than there are; where all have to agree, everybody of the pool gets a seat of his own.
    Whoever has had his say in the round, or alone can take another step, gets none.
    """
    changed = False
    for panel in dict.fromkeys(step.panel for step in round_.steps if step.pk in opens and step.panel):
        seats = [step for step in round_.steps if step.panel == panel and step.status not in rules.GONE]
        if any(seat.status != "waiting" for seat in seats):
            continue
        if seats[0].panel_mode == PanelMode.VOTE:
            changed |= _drop_surplus(round_, seats)
        elif len(seats) == 1 and seats[0].assignee_id is None:
            changed |= _seat_everybody(round_, seats[0])
    return changed


def _drop_surplus(round_: Round, seats: Sequence[Step]) -> bool:
    surplus = seats[rules.seats_to_keep(seats[0].needed, len(seats), len(_free(round_, seats[0]))) :]
    for seat in surplus:
        close(seat, round_)
    return bool(surplus)


def _seat_everybody(round_: Round, first: Step) -> bool:
    people = _free(round_, first)
    if not people:
        return False  # somebody of the pool may come yet; the step is never passed by nobody
    more = [_seat(first, place) for place in range(1, len(people))]
    for seat, person in zip([first, *more], people, strict=True):
        seat.assignee, seat.queue_key = person, personal_key(person.pk)
    Step.objects.bulk_create(more)
    round_.touch(first)
    round_.add(more)
    asked = {seat.key: seat.assignee_id for seat in (first, *more)}
    note(round_, "request.steps_added", after={"steps": [seat.key for seat in more]}, extra={"panel": asked})
    return True


def _seat(first: Step, place: int) -> Step:
    seat = Step(**{name: getattr(first, name) for name in SAME}, key=f"{first.panel}.{place}", status="waiting")
    seat.queue_key = first.queue_key
    return seat


def _free(round_: Round, first: Step) -> list[User]:
    """Members of the pool who can take a seat, so that every other step still has somebody of its own."""
    staff = round_.staff
    if staff is None:
        return []
    gone = duties(round_).decided
    ahead = [step for step in round_.steps if step.status in ("waiting", "open") and step.panel != first.panel]
    pools = {step.key: staff.persons(step) for step in ahead}
    feasible = _seatable(pools, gone)
    free: dict[int, User] = {}
    for member in staff.pool(first.role).members:
        person = member.person_id
        if person in gone or person in free:
            continue
        if not feasible or _seatable(pools, gone | free.keys() | {person}):
            free[person] = member
    return list(free.values())


def _seatable(pools: dict[str, frozenset[int]], gone: Collection[int]) -> bool:
    return rules.seat({key: persons.difference(gone) for key, persons in pools.items()}) is not None
