"""What would happen if this were submitted now: plan, people, time, and every reason why it could not be."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.language import pick
from accounts.models import Unit, User
from accounts.roles import Role
from audit.clock import db_now
from policies.queries import pack, version_in_force
from policies.rules.calendar import add_working_hours, business_date
from policies.rules.pack import Pack
from policies.rules.plan import Plan, PlanStep, compile_plan
from workflows.carrying import Carried, all_but_the_last, carried, judges
from workflows.kind import Assessment, Kind
from workflows.models import Request
from workflows.people import Matter, Pool, Staff
from workflows.rules import RATIFYING, duplicates_to_skip
from workflows.sla import hours_of


def sha256_of(content: Any) -> str:
    """Digest of the canonical text: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class PreviewStep:
    """One approval that would be asked for.

    Args:
        hours: working hours that its people have.
        skipped: its only person also sits higher.
        carried: the approval of an earlier round that still counts.
        people: names of those who would decide it today.
    """

    plan: PlanStep
    pool: Pool
    due_at: datetime
    hours: int
    skipped: bool = False
    carried: Carried | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """Everything the live panel shows and `submit` stores."""

    assessment: Assessment
    plan: Plan
    steps: tuple[PreviewStep, ...]
    blocks: tuple[str, ...]
    hints: tuple[str, ...]
    now: datetime
    done_by: datetime
    content: dict[str, Any] = field(repr=False)
    barred: frozenset[int] = frozenset()

    @property
    def content_sha256(self) -> str:
        """Digest of the content that approvers will see."""
        return sha256_of(self.content)

    @property
    def expected_hours(self) -> int:
        """Working hours that the path takes when everybody uses his time; what is carried or skipped takes none."""
        hours: dict[int, int] = {}
        for step in self.steps:
            if not step.skipped and step.carried is None and step.plan.mode not in RATIFYING:
                hours[step.plan.stage] = max(hours.get(step.plan.stage, 0), step.hours)
        return sum(hours.values())

    @property
    def submittable(self) -> bool:
        """Whether a submission would succeed."""
        return not self.blocks


def preview(kind: Kind, letter: Any, submitter: User, request: Request | None = None) -> Preview:
    """Compile the plan of a letter and find its people, storing nothing.

    Args:
        request: the request that is being revised, or None for a new one.
    """
    now = db_now()
    unit = letter.customer.unit if letter.customer else letter.unit
    today = business_date(now, unit.time_zone)
    policy = pack(version_in_force(today))
    assessment = kind.assess(letter, policy, today)
    facts = {**assessment.facts, "open_duplicate": _open_duplicate(kind, letter, request)}
    shown = planned(kind, assessment, policy, facts, unit, submitter, now, request)
    hints = (pick(hint.zh, hint.en) for hint in kind.hints(policy, assessment.facts, letter))
    return replace(shown, hints=(*shown.hints, *hints))


def planned(
    kind: Kind,
    assessment: Assessment,
    policy: Pack,
    facts: Mapping[str, Any],
    unit: Unit,
    submitter: User,
    now: datetime,
    request: Request | None,
) -> Preview:
    """The plan of what was assessed under a version of the policy, with its people, times and blocks.

    Args:
        facts: of the assessment, as the tables of `policy` want them.
        request: whose approvals may stand; None for a new one.
    """
    customer, zone = assessment.customer, unit.time_zone
    today = business_date(now, zone)
    plan = compile_plan(policy, kind.code, facts)
    barred = kind.barred(assessment.content, today)
    duties = assessment.editors | barred | {submitter.person_id} | ({customer.owner.person_id} if customer else set())
    region = customer.region if customer else None
    matter = Matter(policy, kind.code, assessment.amount, now, assessment.currency == unit.currency)
    staff = Staff([s.role for s in plan.steps], unit, region, today, duties, matter)
    standing = carried(request, plan, policy, facts, duties, kind.fixed_in(assessment.content)) if request else {}
    functions = {step.key: policy.roles[step.role].function for step in plan.steps}
    allowed = {step.key: hours_of(policy, step.sla_hours, customer) for step in plan.steps}
    seated = partial(_seated, plan, staff, allowed, functions, now=now, calendar=unit.holiday_calendar, zone=zone)
    steps, missing = seated(standing)
    if missing and standing:  # whoever approved may be needed elsewhere: then he is asked again, if that helps
        fewer = ({key: each for key, each in standing.items() if key != again} for again in standing)
        tried = ((*seated(some), some) for some in (*fewer, {}))
        steps, missing, standing = next((each for each in tried if not each[1]), (steps, missing, standing))
    while standing and not any(judges(step.plan) and not step.skipped and step.carried is None for step in steps):
        standing = all_but_the_last(plan, standing)
        steps, missing = seated(standing)
    blocks = [pick(reason.zh, reason.en) for reason in (*assessment.blocks, *plan.blocks)] + missing
    waited_for = [step for step in steps if step.plan.mode not in RATIFYING and step.carried is None]
    return Preview(
        assessment=assessment,
        plan=plan,
        steps=steps,
        blocks=tuple(dict.fromkeys(blocks)),
        hints=tuple(_standing_in(steps, staff)),
        now=now,
        done_by=waited_for[-1].due_at if waited_for else now,
        content={**assessment.content, "plan_digest": plan.digest},
        barred=barred,
    )


def _open_duplicate(kind: Kind, letter: Any, revised: Request | None) -> bool:
    """Whether another request of the kind that stands in the way is under way for the customer."""
    if letter.customer is None:
        return False
    others = Request.objects.open().filter(kind.rivals(letter), customer=letter.customer, kind=kind.code)
    return (others.exclude(pk=revised.pk) if revised else others).exists()


def _standing_in(steps: tuple[PreviewStep, ...], staff: Staff) -> list[str]:
    """Where nobody holds a role: who decides in its place."""
    asked = dict.fromkeys(step.plan.role for step in steps if step.carried is None and not step.skipped)
    instead = {role: staff.stands_in(role) for role in asked}
    sentence = _("Nobody can act as %(role)s for this customer at the moment; %(other)s decides instead.")
    return [
        sentence % {"role": Role(role).label, "other": Role(other).label} for role, other in instead.items() if other
    ]


def _seated(
    plan: Plan,
    staff: Staff,
    allowed: Mapping[str, int],
    functions: Mapping[str, str],
    standing: Mapping[str, Carried],
    now: datetime,
    calendar: str,
    zone: str,
) -> tuple[tuple[PreviewStep, ...], list[str]]:
    """Give each step its pool and its time; say in a sentence where nobody could act."""
    steps = plan.steps
    pools = {step.key: staff.pool(step.role) for step in steps}
    missing = [
        _("Nobody can act as %(role)s for this customer at the moment.") % {"role": Role(step.role).label}
        for step in steps
        if not pools[step.key].members and step.key not in standing
    ]
    missing += [sentence for step in steps if (sentence := _unwinnable(step, pools[step.key]))]
    order = [(step.stage, step.key) for step in steps]
    afterwards = {step.key for step in steps if step.mode in RATIFYING}
    persons = {key: pool.persons for key, pool in pools.items()}
    for step in steps:  # a vote needs as many different people as must agree
        for further in (f"{step.key}.{place}" for place in range(1, step.panel.needed if step.panel else 0)):
            order.append((step.stage, further))
            persons[further], functions = persons[step.key], {**functions, further: functions[step.key]}
    stages = {step.key: step.stage for step in steps}
    decided = set(standing)
    for key, each in standing.items():  # who decided has had his say, and for whom he did
        persons[key] = frozenset({each.decision.person_id})
        for person in each.persons - persons[key]:
            decided.add(principal := f"{key}/for")
            order.append((stages[key], principal))
            persons[principal], functions = frozenset({person}), {**functions, principal: functions[key]}
    skipped = duplicates_to_skip(order, persons, afterwards, functions, decided)
    if skipped is None and not missing:
        missing.append(_("There are too few different people for the approvals that the policy asks for."))
    result: list[PreviewStep] = []
    start = now
    for stage in plan.stages:
        gone = {*standing, *(skipped or ())}
        hours = {
            step.key: allowed[step.key] * _turns(step, pools[step.key]) for step in stage.steps if step.key not in gone
        }
        for step in stage.steps:
            due = add_working_hours(start, allowed[step.key], zone, calendar)
            away = step.key in (skipped or ())
            people = tuple(each.name for each in staff.acting_in(step.role))
            result.append(
                PreviewStep(step, pools[step.key], due, allowed[step.key], away, standing.get(step.key), people)
            )
        start = add_working_hours(start, max(hours.values(), default=0), zone, calendar)
    return tuple(result), missing


def _unwinnable(step: PlanStep, pool: Pool) -> str:
    """Why a vote cannot be won today; empty when it can."""
    there = len(pool.persons)
    if step.panel is None or not 0 < there < step.panel.needed:
        return ""
    return ngettext(
        "The policy asks for %(needed)s approvals as %(role)s, but only %(there)s person can give one at the moment.",
        "The policy asks for %(needed)s approvals as %(role)s, but only %(there)s people can give one at the moment.",
        there,
    ) % {"needed": step.panel.needed, "role": Role(step.role).label, "there": there}


def _turns(step: PlanStep, pool: Pool) -> int:
    """How many people are asked one after another."""
    return max(1, len(pool.persons)) if step.panel and step.panel.mode == "sequential" else 1
