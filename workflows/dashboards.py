"""What the home page shows: what needs you, what is on the way, what was decided, for finance the trail.

A sales representative sees what he sent, everybody else what he may read. Constant number of statements.
"""

from datetime import timedelta
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from accounts.queries import business_today, has_role
from accounts.roles import Role
from audit.models import READERS, Event
from audit.queries import page, trail_state
from contracts.models import Document
from credit.models import CreditLine
from customers.models import Licence
from pricing.queries_agreements import agreements_needing_attention
from workflows.kinds.pages import PAGES
from workflows.models import Consultation, Decision, Question, Request, State, Step
from workflows.queries import inbox, waiting_count
from workflows.queries_pages import holders_now
from workflows.summaries import SHOWN, lines_of
from workflows.summaries import lines as shown_lines

ROWS = 8
EVENTS = 6
LINE_ENDS_SOON = timedelta(days=30)
LICENCE_ENDS_SOON = timedelta(days=60)
RECENTLY = timedelta(days=30)


def home(user: User) -> dict[str, Any]:
    """Everything on the home page of this user."""
    today = business_today()
    mine = Request.objects.filter(submitter__person_id=user.person_id).select_related(
        "customer__unit", "unit", "region"
    )
    returned = mine.filter(state=State.RETURNED).prefetch_related(
        Prefetch("decisions", Decision.objects.filter(verb="return").select_related("actor", "submission"))
    )
    sells = has_role(user, Role.REP)
    shown = mine if sells else Request.objects.visible_to(user).select_related("customer__unit", "unit", "region")
    in_review = shown.open().exclude(state=State.RETURNED).order_by("-pk")
    lines = CreditLine.objects.active().filter(customer__owner=user, valid_to__range=(today, today + LINE_ENDS_SOON))
    licences = Licence.objects.filter(
        customer__owner=user, customer__active=True, blocking=True, valid_to__lte=today + LICENCE_ENDS_SOON
    )
    closed = shown.filter(closed_at__gte=Now() - RECENTLY).exclude(state=State.WITHDRAWN)
    decided = closed.order_by("-closed_at" if sells else "-pk")[:ROWS]
    reviews = has_role(user, *READERS)
    return {
        "returned": list(returned[:ROWS]),
        "questions": list(questions_to(user)[:ROWS]),
        "opinions": list(opinions_of(user)[:ROWS]),
        "drafts": drafts(user),
        "lines": list(lines.select_related("customer").order_by("valid_to")[:ROWS]),
        "licences": list(licences.select_related("customer").order_by("valid_to")[:ROWS]),
        "prices": agreements_needing_attention(user)[:ROWS],
        "on_the_way": on_the_way(list(in_review[:ROWS])),
        "decided": with_documents(list(decided), user),
        "queue": to_decide(inbox(user, limit=5)),
        "waiting": waiting_count(user),
        "today": today,
        "sells": sells,
        "trail": trail_state() if reviews else None,
        "events": _latest(user) if reviews else [],
    }


def questions_to(user: User) -> QuerySet[Question]:
    """What approvers have asked this person about his requests or customers and wait for, the oldest first."""
    his = Q(request__submitter__person_id=user.person_id) | Q(request__owner__person_id=user.person_id)
    seen = Request.objects.visible_to(user).order_by()
    rows = Question.objects.filter(his, closed_at__isnull=True, request__state=State.IN_REVIEW, request__in=seen)
    return rows.select_related("request__customer", "asked_by")


def opinions_of(user: User) -> QuerySet[Consultation]:
    """What colleagues have asked this person to say about a request, as long as it is under way, the oldest first."""
    seen = Request.objects.visible_to(user).order_by()
    open_ = Consultation.objects.filter(answered_at__isnull=True, request__closed_at__isnull=True)
    rows = open_.filter(asked=user, request__in=seen)
    return rows.select_related("request__customer", "asked_by").order_by("pk")


def drafts(user: User) -> list[dict[str, Any]]:
    """What the user has begun and not sent, of every kind that he writes; the latest first. One statement a kind."""
    under_way: dict[str, set[int]] = {}
    for kind, letter in (
        Request.objects.open().filter(submitter__person_id=user.person_id).values_list("kind", "letter_id")
    ):
        under_way.setdefault(kind, set()).add(letter)
    found = [
        {"pages": pages, "letter": letter}
        for pages in PAGES.values()
        if has_role(user, *pages.writers)
        for letter in pages.letters(user).filter(created_by=user).order_by("-pk")[: ROWS + 1]
        if letter.pk not in under_way.get(pages.code, ())
    ]
    return sorted(found, key=lambda each: each["letter"].updated_at, reverse=True)[:ROWS]


def to_decide(steps: list[Step]) -> list[dict[str, Any]]:
    """Each open step of the queue with its request in a line."""
    lines = shown_lines((step.request, {name: getattr(step, name) for name in SHOWN}) for step in steps)
    return [
        {"step": step, "request": step.request, "kind": PAGES[step.request.kind], "line": lines.get(step.request_id)}
        for step in steps
    ]


def _latest(user: User) -> list[Event]:
    """What happened to requests lately; logins would hide it."""
    return page(Event.objects.visible_to(user).filter(request_no__isnull=False), size=EVENTS).events


def on_the_way(requests: list[Request]) -> list[dict[str, Any]]:
    """Each request with its step bar and who has it now, until when."""
    current = Step.objects.filter(request__in=requests, submission__round=F("request__round"))
    by_request: dict[int, list[Step]] = {}
    for step in current.order_by("stage", "id"):
        by_request.setdefault(step.request_id, []).append(step)
    held, lines = holders_now(requests), lines_of(requests)
    rows = []
    for request in requests:
        holders = held.get(request.pk, [])
        people = [name for holder in holders for name in holder.people]
        due = min((holder.due_at for holder in holders if holder.due_at), default=None)
        rows.append(
            {
                "request": request,
                "kind": PAGES[request.kind],
                "line": lines.get(request.pk),
                "steps": [
                    {"role": step.role, "state": step.status, "stage": step.stage}
                    for step in by_request.get(request.pk, [])
                ],
                "people": list(dict.fromkeys(people)),
                "due": due,
            }
        )
    return rows


def with_documents(requests: list[Request], user: User) -> list[dict[str, Any]]:
    """Each request in a line, with the notice in the reader's language, once it is there."""
    wanted = Q(request_no__in=[each.no for each in requests], kind="decision_notice", state="done")
    documents = Document.objects.filter(wanted, language=user.language)
    numbers = {document.request_no: document for document in documents}
    lines = lines_of(requests)
    return [
        {
            "request": each,
            "kind": PAGES[each.kind],
            "line": lines.get(each.pk),
            "document": numbers.get(each.no),
        }
        for each in requests
    ]
