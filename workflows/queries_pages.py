"""Reads for the list and the page of a request: a constant number of statements, however many rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import Case, Count, Q, QuerySet, When

from accounts.models import User
from audit.clock import db_now
from audit.queries import within
from policies.rules.calendar import working_hours_between
from workflows import rules
from workflows.authority import refusal_of
from workflows.delegations import acting
from workflows.engine import Round
from workflows.kinds import REGISTRY
from workflows.models import Request, State, Step, Submission
from workflows.staffing import staff_of

PAGE: Final = 50
# What is read with a step to show it.
SHOWN: Final = (
    "decision__actor", "decision__on_behalf_of", "carried_from__actor", "carried_from__on_behalf_of",
    "carried_from__submission", "assignee", "added_by",
)  # fmt: skip


def named(words: str, prefix: str = "") -> Q:
    """Requests by number, or by name, code or pinyin of the customer."""
    found = Q(**{f"{prefix}no__icontains": words}) | Q(**{f"{prefix}title__icontains": words})
    for field in ("name", "short_name", "code", "pinyin"):
        found |= Q(**{f"{prefix}customer__{field}__icontains": words})
    return found


def hours_until(request: Request, due_at: datetime | None, now: datetime) -> Decimal | None:
    """Working hours until something is due, in the company's calendar; negative when it is late."""
    if due_at is None:
        return None
    return working_hours_between(now, due_at, request.unit.time_zone, request.unit.holiday_calendar)


def current_round(request: Request) -> Round:
    """The current round as the engine sees it, read without a lock: for showing, never for writing."""
    submission = Submission.objects.select_related("submitted_by").get(request=request, round=request.round)
    steps = Step.objects.filter(submission=submission).select_related(*SHOWN).order_by("stage", "id")
    kind = REGISTRY[request.kind]
    round_ = Round(kind, request, submission, list(steps), None, None, db_now())
    round_.staff = staff_of(round_)
    return round_


def may_decide(round_: Round, step: Step, user: User, verb: str = rules.RETURN) -> rules.Refusal | None:
    """Why this person may not say this in the step now, by the very rules of `services.decide`; None: he may.

    What only he can write (reason, conditions) is taken for granted.
    """
    least = _least(round_) if verb == rules.APPROVE_CONDITIONAL else {}
    return refusal_of(round_, step, user, verb, round_.submission.content_sha256, "-", least)


def _least(round_: Round) -> rules.Conditions:
    """Conditions that leave as little as possible."""
    lower = {each.name: Decimal(0) for each in round_.kind.tightening if each.tighter == "lower" and each.type != "day"}
    return {**lower, "note": "-"}


def step_of(round_: Round, user: User) -> Step | None:
    """The open step of the user's role in which he may say something; else one of it, so that he reads why not."""
    staff = round_.staff
    held = [step for step in round_.steps if step.status == "open" and staff is not None and staff.standing(step, user)]
    return next((step for step in held if may_decide(round_, step, user) is None), held[0] if held else None)


def may_withdraw(round_: Round, user: User) -> bool:
    """Whether `services.withdraw` would let him."""
    request = round_.request
    if request.submitter.person_id != user.person_id or request.closed_at is not None:
        return False
    said = (step for step in round_.steps if hasattr(step, "decision") and step.status not in rules.GONE)
    return request.state == State.RETURNED or not any(said)


def submitted_papers(request: Request) -> set[int]:
    """Ids of the papers that belong to a submission of the request; one statement."""
    rounds = Submission.objects.filter(request=request).values_list("content__attachments", flat=True)
    return {paper["id"] for papers in rounds for paper in papers}


def earlier_rounds(request: Request) -> list[tuple[Submission, list[Step]]]:
    """Rounds before the current one with their steps and decisions, latest first; two statements."""
    if request.round < 2:
        return []
    submissions = Submission.objects.filter(request=request, round__lt=request.round).order_by("-round")
    steps: dict[int, list[Step]] = {}
    rows = Step.objects.filter(request=request, submission__round__lt=request.round)
    for step in rows.select_related(*SHOWN).order_by("stage", "id"):
        steps.setdefault(step.submission_id, []).append(step)
    return [(submission, steps.get(submission.pk, [])) for submission in submissions.select_related("submitted_by")]


def similar_requests(request: Request, user: User, limit: int = 3) -> list[Request]:
    """Earlier requests of the customer, or of the kind without one, that the user may see.

    Those of the same kind first, the newest of them before the others.
    """
    about = {"kind": request.kind} if request.customer is None else {"customer": request.customer}
    rows = Request.objects.visible_to(user).filter(pk__lt=request.pk, **about)
    same_first = Case(When(kind=request.kind, then=0), default=1)
    rows = rows.select_related("customer", "submitter", "unit")
    return list(rows.order_by(same_first, "-pk")[:limit])


@dataclass(frozen=True)
class ListFilter:
    """What to look for among requests; days are business days, both included."""

    q: str = ""
    state: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None

    def of(self, requests: QuerySet[Request], zone: str) -> QuerySet[Request]:
        """The requests that fit, whatever their state."""
        if self.q:
            requests = requests.filter(named(self.q))
        if self.kind:
            requests = requests.filter(kind=self.kind)
        return within(requests, "created_at", self.start, self.end, zone)


def state_counts(requests: QuerySet[Request]) -> dict[str, int]:
    """How many requests are in each state; one statement."""
    return dict(requests.order_by().values_list("state").annotate(Count("pk")))


@dataclass(frozen=True)
class Page:
    """Some requests, newest first, and the cursors to the neighbours."""

    rows: list[Request]
    older: int | None
    newer: int | None


def request_page(
    requests: QuerySet[Request], *, before: int | None = None, after: int | None = None, size: int = PAGE
) -> Page:
    """One keyset page; one statement."""
    requests = requests.select_related("customer__unit", "submitter", "unit")
    if after is not None:
        found = list(requests.filter(pk__gt=after).order_by("pk")[: size + 1])
        rows = found[:size][::-1]
        return Page(rows, rows[-1].pk if rows else None, rows[0].pk if len(found) > size else None)
    if before is not None:
        requests = requests.filter(pk__lt=before)
    found = list(requests.order_by("-pk")[: size + 1])
    rows = found[:size]
    newer = rows[0].pk if rows and before is not None else None
    return Page(rows, rows[-1].pk if len(found) > size else None, newer)


@dataclass(frozen=True)
class Holder:
    """Who has a request now: the step's role, the people who could take it, and until when."""

    role: str
    people: tuple[str, ...]
    due_at: datetime | None


def holders_now(requests: Iterable[Request]) -> dict[int, list[Holder]]:
    """For each request its open steps with their people; two statements for all together."""
    steps = list(
        Step.objects.filter(request__in={request.pk for request in requests}, status="open")
        .select_related(
            "request__unit", "request__submitter", "request__owner", "request__customer__owner", "submission"
        )
        .defer("submission__content", "submission__plan")
        .order_by("request", "stage", "id")
    )
    people = who_may(steps)
    result: dict[int, list[Holder]] = {}
    for step in steps:
        holder, there = Holder(step.role, people[step.pk], step.due_at), result.setdefault(step.request_id, [])
        if holder not in there:  # the seats of a vote are with the same people
            there.append(holder)
    return result


def who_may(steps: Iterable[Step]) -> dict[int, tuple[str, ...]]:
    """Names of those who could decide each step today, delegates with whom they act for; a few statements for all.

    Args:
        steps: with request (submitter, owner, customer's owner, unit) and submission.
    """
    found = acting(steps)
    return {pk: tuple(dict.fromkeys(each.name for each in people)) for pk, people in found.items()}
