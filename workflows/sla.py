"""The clock of open steps: when it rings first, and the sweep that does what is due, however much that is.

Working hours of the company's calendar; after an outage a step climbs one rung at a time, each with its own period.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from accounts.models import RoleAssignment
from accounts.queries import covers, in_force
from audit.clock import db_now
from audit.services import Occurrence, record_each
from customers.models import Customer
from jobs import services as jobs
from policies.queries import pinned_pack
from policies.rules.calendar import add_working_hours
from policies.rules.pack import Pack
from workflows.delegations import have_said
from workflows.models import Handover, Request, Step, personal_key, queue_key
from workflows.rules.seats import ladder
from workflows.rules.sla import Rung, next_rung
from workflows.trail import about, policy_of

# One sweep takes so many at once; the next one goes on.
BATCH: Final = 500


def hours_of(policy: Pack, planned: int, customer: Customer | None) -> int:
    """Working hours of a step: the green channel of four-star customers and key accounts shortens them.

    Fewer hours, never fewer approvers (requirements Q5; defaults 2(d), SLA).
    """
    if customer is None or not (customer.key_account or (customer.tier == 4 and not customer.tier_provisional)):
        return planned
    return max(1, int((planned * policy.parameters.green_channel_share).to_integral_value()))


def first_ring(step: Step, policy: Pack, zone: str, calendar: str) -> datetime | None:
    """When the people of a step that has just opened are reminded."""
    if step.opened_at is None:
        return None
    hours = Decimal(step.sla_hours) * policy.parameters.reminder_share
    return add_working_hours(step.opened_at, hours, zone, calendar)


@dataclass
class Roster:
    """Everybody who holds one of some roles today; one statement for all steps of a sweep."""

    rows: list[RoleAssignment]

    @classmethod
    def of(cls, roles: Iterable[str]) -> "Roster":
        """Read it."""
        rows = RoleAssignment.objects.filter(in_force(), role__in=set(roles), user__is_active=True)
        return cls(list(rows.select_related("user").order_by("pk")))

    def nearest_pool(self, role: str, request: Request, barred: frozenset[int]) -> str:
        """The pool of the role nearest to the customer that has somebody who may decide; empty when there is none."""
        found = [
            row
            for row in self.rows
            if row.role == role and row.user.person_id not in barred and covers(row, request.unit_id, request.region_id)
        ]
        if not found:
            return ""
        near = min(found, key=lambda row: (row.region_id is None, row.unit_id is None))
        return queue_key(role, near.unit_id, near.region_id)


@transaction.atomic
def sweep() -> int:
    """Do what time asks of open steps; returns how many it took. A constant number of statements.

    Requests that somebody is deciding at this moment are left for the next sweep.
    """
    now = db_now()
    steps = _due(now)
    if not steps:
        return 0
    policies = {step.pk: pinned_pack(step.submission.policy_number, step.submission.policy_digest) for step in steps}
    needed = _needed_elsewhere(steps)
    above = {step.pk: _superiors(step, policies[step.pk], needed[step.submission_id]) for step in steps}
    roster = Roster.of(role for roles in above.values() for role in roles)
    said = have_said({step.submission_id for step in steps})
    done: list[tuple[Step, Rung]] = []
    handovers: list[Handover] = []
    for step in steps:
        apart = _barred(step) | said.get(step.submission_id, set())  # one person decides once
        pools = (roster.nearest_pool(role, step.request, apart) for role in above[step.pk])
        done.append((step, _climb(step, policies[step.pk], next(filter(None, pools), ""), now, handovers)))
    Step.objects.bulk_update(steps, ["next_at", "reminded_at", "escalated", "queue_key", "assignee"])
    Handover.objects.bulk_create(handovers)
    _record(done, now)
    _tell(done, now, handovers)
    return len(steps)


def _due(now: datetime) -> list[Step]:
    """Open steps whose clock rings, their requests locked with them; each with the pool that gave it out last."""
    people = ("submitter", "owner", "customer__owner", "unit")
    given = Handover.objects.filter(step=OuterRef("pk"), verb="delegate").order_by("-pk")
    return list(
        Step.objects.select_for_update(of=("self", "request"), skip_locked=True)
        .select_related(*(f"request__{each}" for each in people), "submission")
        .defer("submission__content", "submission__plan")
        .annotate(given_out_by=Subquery(given.values("from_key")[:1]))
        .filter(status="open", next_at__lte=now, paused_at__isnull=True)
        .order_by("next_at", "id")[:BATCH]
    )


def _needed_elsewhere(steps: Iterable[Step]) -> dict[int, set[str]]:
    """For each submission the roles that have a step of their own to decide: one person decides once."""
    needed: dict[int, set[str]] = {step.submission_id: set() for step in steps}
    rows = Step.objects.filter(submission__in=needed, status__in=("waiting", "open")).order_by()
    for submission, role in rows.values_list("submission_id", "role"):
        needed[submission].add(role)
    return needed


def _superiors(step: Step, policy: Pack, needed: Collection[str]) -> tuple[str, ...]:
    """Roles above the one that has the step now, without those who have to decide the request anyway."""
    places = {code: (rule.function, rule.level) for code, rule in policy.roles.items()}
    home: str = (step.given_out_by if step.is_out else "") or step.queue_key  # type: ignore[attr-defined]  # _due
    role = step.role if home.startswith("@") else home.split(":")[0]
    return tuple(
        each for each in ladder(role, places, policy.parameters.policy_owner) if each != role and each not in needed
    )


def _barred(step: Step) -> frozenset[int]:
    request = step.request
    owners = (request.owner, request.customer.owner if request.customer else None)
    return frozenset(
        [request.submitter.person_id, *step.submission.editors, *(owner.person_id for owner in owners if owner)]
    )


def _climb(step: Step, policy: Pack, pool: str, now: datetime, handovers: list[Handover]) -> Rung:
    """Change the step in memory; the caller writes all of them together."""
    rung = next_rung(
        mode=step.mode,
        overdue=step.due_at is not None and step.due_at <= now,
        reminded=step.reminded_at is not None,
        escalated=step.escalated,
        escalations=policy.parameters.escalations,
        above=pool not in ("", step.queue_key),
    )
    unit = step.request.unit
    step.next_at = None
    if rung == "remind":
        step.reminded_at, step.next_at = now, step.due_at
    if rung == "escalate":
        handovers.append(
            Handover(
                step=step, verb="escalate", from_user_id=step.assignee_id, from_key=step.queue_key, to_key=pool, at=now
            )
        )
        step.queue_key, step.assignee = pool, None
    if rung in ("escalate", "urge"):
        step.escalated += 1
        step.next_at = add_working_hours(now, step.sla_hours, unit.time_zone, unit.holiday_calendar)
    return rung


def _record(done: list[tuple[Step, Rung]], now: datetime) -> None:
    """One event for each request, of everything that happened to it."""
    requests = {step.request_id: step for step, rung in done if rung != "rest"}
    happened: dict[int, list[dict[str, Any]]] = {pk: [] for pk in requests}
    for step, rung in done:
        if rung != "rest":
            happened[step.request_id].append({"step": step.key, "did": rung, "pool": step.queue_key})
    record_each(
        "request.deadline",
        [
            Occurrence(**about(step.request), after={"steps": happened[pk]}, policy=policy_of(step.submission))
            for pk, step in requests.items()
        ],
        at=now,
    )


def _tell(done: list[tuple[Step, Rung]], now: datetime, handovers: list[Handover]) -> None:
    """Have people told, and have requests given back whose ladder has ended: one statement each."""
    words = {"remind": "due_soon", "urge": "overdue", "escalate": "escalated"}
    events: dict[int, list[dict[str, Any]]] = {}
    for step, rung in done:
        if rung in words:
            events.setdefault(step.request_id, []).append({"what": words[rung], "step": step.pk, "actor": None})
    for moved in handovers:
        if moved.from_key.startswith("@") and moved.from_key != personal_key(moved.from_user_id or 0):
            news = {"what": "released", "step": moved.step_id, "actor": None, "to": [int(moved.from_key[1:])]}
            events[moved.step.request_id].append(news)  # he was to give an opinion on it
    at = f"{now:%Y%m%d%H%M%S%f}"
    jobs.enqueue_each(
        "workflows.notify",
        [(f"sla:{pk}:{at}", {"request": pk, "events": each}) for pk, each in events.items()],
    )
    ended = [step for step, rung in done if rung == "end"]
    jobs.enqueue_each(
        "workflows.overdue", [(f"overdue:{step.pk}:{at}", {"no": step.request.no, "step": step.pk}) for step in ended]
    )
