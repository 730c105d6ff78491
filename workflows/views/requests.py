"""The page of a request, and what people do there: decide, withdraw, share."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from audit.models import READERS, Event
from audit.queries import timeline
from jobs.idempotency import key_of_form
from workflows import picture, queries_queue, rules, services
from workflows import queries_pages as queries
from workflows.engine import Round
from workflows.forms import DecisionForm, ShareForm, WithdrawForm, queue_filter
from workflows.kinds import REGISTRY
from workflows.kinds.pages import PAGES
from workflows.models import Decision, Request, State, Step
from workflows.sharing import share_request
from workflows.views import queue, shown

# Refusals of the service that belong to a field of the decision form, where it has that field.
AT_FIELD: Final = {"conditions_missing": "note", "conditions_past": "valid_to", "reason_missing": "reason"}
SAID: Final[Mapping[str, Callable[[], str]]] = {
    rules.APPROVE: lambda: _("You approved %(no)s (%(title)s)."),
    rules.APPROVE_CONDITIONAL: lambda: _("You approved %(no)s (%(title)s) with conditions."),
    rules.RETURN: lambda: _("You returned %(no)s (%(title)s) to %(submitter)s."),
    rules.REJECT: lambda: _("You rejected %(no)s (%(title)s)."),
    rules.OBJECT: lambda: _("You objected to %(no)s (%(title)s)."),
}
SAID_IN: Final[Mapping[tuple[str, str], Callable[[], str]]] = {
    ("ratify", rules.APPROVE): lambda: _("You confirmed %(no)s (%(title)s)."),
    ("ratify", rules.REJECT): lambda: _("You did not confirm %(no)s (%(title)s)."),
    ("comment", rules.APPROVE): lambda: _("You have no objection to %(no)s (%(title)s)."),
}


@access(AUTHENTICATED)
@require_GET
def detail(request: HttpRequest, no: str) -> HttpResponse:
    return page(request, visible(request, no))


@access(AUTHENTICATED)
@require_GET
def documents(request: HttpRequest, no: str) -> HttpResponse:
    """The documents alone; asked for again and again while they are being made."""
    found = visible(request, no)
    return render(request, "workflows/_request_documents.html", shown.documents(found, _user(request)))


@access(AUTHENTICATED)
@require_GET
def paper(request: HttpRequest, no: str, paper: int) -> HttpResponse:
    """A paper that was submitted with the request: whoever may see the request may read what is decided on."""
    found = visible(request, no)
    box = PAGES[found.kind].papers
    if box is None or paper not in queries.submitted_papers(found):
        raise Http404
    answer: HttpResponse = box.submitted(found.letter_id, paper)
    return answer


def page(
    request: HttpRequest,
    found: Request,
    *,
    decision: DecisionForm | None = None,
    withdrawal: WithdrawForm | None = None,
    sharing: ShareForm | None = None,
    actions: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a request, the same for everyone; what each may do differs.

    Args:
        actions: the form of an action that was refused (`workflows.forms_step_actions.forms_of`).
    """
    user = _user(request)
    round_ = queries.current_round(found)
    pages = PAGES[found.kind]
    context = shown.panel(found, queries.step_of(round_, user), user, decision, origin="request", actions=actions)
    context |= {
        **shown.documents(found, user),
        "holders": _holders(context["steps"]),
        "beside": pages.beside(context["frozen"], user),
        "in_force": pages.outcome(context["frozen"]) if found.closed_at else "",
        "earlier": _earlier(found),
        **_way(found, round_),
        "questions": _questions(round_.steps, found),
        "is_submitter": found.submitter.person_id == user.person_id,
        "withdraw_form": (withdrawal or WithdrawForm()) if queries.may_withdraw(round_, user) else None,
        "share_form": (sharing or ShareForm()) if found.submitter.person_id == user.person_id else None,
        # Whoever may see a request may read its own history; the trail as a whole is finance's.
        "events": timeline(Event.objects.all(), found.no),
        "reviews_trail": has_role(user, *READERS),
    }
    return render(request, "workflows/request.html", context, status=status)


def _holders(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The open steps, of a vote one: its seats are with the same people."""
    found = {(step["role"], *step["people"]): step for step in reversed(steps) if step["state"] == "open"}
    return list(found.values())[::-1]


def _earlier(found: Request) -> list[dict[str, Any]]:
    return [
        {"submission": submission, "steps": shown.path_steps(steps, found)}
        for submission, steps in queries.earlier_rounds(found)
    ]


def _way(found: Request, round_: Round) -> dict[str, Any]:
    """The way of the request as a picture, and how long each part of it took."""
    rounds = [*reversed(queries.earlier_rounds(found)), (round_.submission, round_.steps)]
    words = {step.pk: shown.state_word(step) for _submission, steps in rounds for step in steps}
    title = _("The way of %(no)s") % {"no": found.no}
    return {
        "way": picture.drawn(picture.lanes(found, rounds, words), title),
        "stays": picture.stays(found, rounds, words, round_.now),
    }


def _questions(steps: list[Step], found: Request) -> list[Decision]:
    """Why the current round was returned."""
    if found.state != State.RETURNED:
        return []
    return [step.decision for step in steps if step.status == "returned"]


@access(AUTHENTICATED)
@require_POST
def decide(request: HttpRequest, no: str, step: int) -> HttpResponse:
    """Say it; then the next item of the queue, or back to the request when it was said there."""
    user, found = _user(request), visible(request, no)
    form = DecisionForm(REGISTRY[found.kind], request.POST)
    status = 422
    if form.is_valid():
        try:
            said = services.decide(
                no,
                step,
                actor=user,
                verb=form.cleaned_data["verb"],
                content_sha256=form.cleaned_data["content_sha256"],
                idempotency_key=key_of_form(request.POST),
                reason=form.cleaned_data["reason"],
                conditions=form.conditions,
            )
        except Problem as refusal:
            status = refusal.status
            put_at_fields(form, refusal)
        else:
            return _after(request, said)
    if request.POST.get("origin") == "request":
        return page(request, found, decision=form, status=status)
    wanted = queue_filter(QueryDict(request.POST.get("query", "")[:400]))
    return queue.page(request, wanted, queue.visible_step(user, step), form, status)


def put_at_fields(form: forms.Form, refusal: Problem) -> None:
    """The refusal at the field it is about, else on top of the form."""
    placed = False
    for error in refusal.errors:
        field = error.get("field") or AT_FIELD.get(refusal.code)
        if field in form.fields:
            form.add_error(field, error.get("message") or refusal.title)
            placed = True
    if not placed:
        field = AT_FIELD.get(refusal.code)
        form.add_error(field if field in form.fields else None, refusal.title)


def said_and_done(said: Decision) -> str:
    """What was said, and what became of the request by it."""
    found = Request.objects.select_related("customer", "submitter").get(pk=said.request_id)
    names = {"no": found.no, "title": found.title, "submitter": found.submitter.display_name}
    mode = "ratify" if said.step.mode in rules.RATIFYING else said.step.mode
    sentence = SAID_IN.get((mode, said.verb), SAID[said.verb])
    return f"{sentence() % names} {_now(found)}".strip()


def _after(request: HttpRequest, said: Decision) -> HttpResponse:
    """The message names what happened; the answer leads to the next item."""
    messages.success(request, said_and_done(said))
    if request.POST.get("origin") == "request":
        return redirect("workflows:request", no=said.request.no)
    wanted = queue_filter(QueryDict(request.POST.get("query", "")[:400]))
    following = queries_queue.next_step(_user(request), wanted, said.step)
    query = queue.query_of(wanted)
    target = reverse("workflows:panel", args=[following.pk]) if following else reverse("workflows:queue")
    return redirect(target + (f"?{query}" if query else ""))


def _now(found: Request) -> str:
    """What became of the request by this decision."""
    if found.state == State.APPROVED:
        return _("It is approved and takes effect; the notice is being made.")
    if found.state == State.SIGNING:
        return _("It is approved; it takes effect when it has been signed.")
    if found.state == State.REJECTED:
        return _("It is closed; the notice is being made.")
    if found.state == State.RETURNED:
        return _("It is with the submitter now.")
    holders = queries.holders_now([found]).get(found.pk, [])
    people = ", ".join(dict.fromkeys(name for holder in holders for name in holder.people))
    return _("It is now with %(people)s.") % {"people": people} if people else ""


@access(AUTHENTICATED)
@require_POST
def withdraw(request: HttpRequest, no: str) -> HttpResponse:
    found, form = visible(request, no), WithdrawForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.withdraw(
                no, actor=_user(request), reason=form.cleaned_data["reason"], idempotency_key=key_of_form(request.POST)
            )
        except Problem as refusal:
            status = refusal.status
            put_at_fields(form, refusal)
        else:
            messages.success(request, _("%(no)s is withdrawn.") % {"no": no})
            return redirect("workflows:request", no=no)
    if not queries.may_withdraw(queries.current_round(found), _user(request)):
        # The form is not on the page any more, so its errors are said on top.
        for sentence in form.non_field_errors():
            messages.error(request, str(sentence))
    return page(request, found, withdrawal=form, status=status)


@access(AUTHENTICATED)
@require_POST
def share(request: HttpRequest, no: str) -> HttpResponse:
    """Let a colleague read the request."""
    found, form = visible(request, no), ShareForm(request.POST)
    status = 422
    if form.is_valid():
        colleague: User = form.cleaned_data["email"]
        try:
            share_request(found, colleague, actor=_user(request))
        except Problem as refusal:
            status = refusal.status
            put_at_fields(form, refusal)
        else:
            name = colleague.display_name
            messages.success(request, _("%(name)s may now read %(no)s.") % {"name": name, "no": no})
            return redirect("workflows:request", no=no)
    return page(request, found, sharing=form, status=status)


def visible(request: HttpRequest, no: str) -> Request:
    """The request of that number, if the user may see it; else 404."""
    rows = Request.objects.visible_to(_user(request))
    return get_object_or_404(
        rows.select_related("customer__unit", "customer__owner", "unit", "region", "owner", "submitter"), no=no
    )


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    return user
