"""What people do on the page of a request beside deciding: return to a stage, take back, add, remove, ask, answer."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from jobs.idempotency import key_of_form
from workflows import rules, services
from workflows.forms_step_actions import AddForm, AnswerForm, AskForm, RemoveForm, ReturnToForm, TakeBackForm
from workflows.views import requests
from workflows.views.queue import user_of

Act = Callable[[User, str], Any]


def _acted(request: HttpRequest, no: str, step: int, name: str, form: forms.Form, act: Act, said: str) -> HttpResponse:
    """Do it and lead back to where the form was; a refusal keeps what was typed.

    Args:
        name: of the form among the actions of the page.
        said: the sentence of the message.
    """
    user, found = user_of(request), requests.visible(request, no)
    status = 422
    if form.is_valid():
        try:
            act(user, key_of_form(request.POST))
        except Problem as refusal:
            status = refusal.status
            requests.put_at_fields(form, refusal)
            if status != 422 and not refusal.errors:  # the form is not offered any more, so it is said on top
                messages.error(request, refusal.title)
        else:
            messages.success(request, said)
            return _back(request, no, step)
    return requests.page(request, found, actions={name: form, "at": step}, status=status)


def _back(request: HttpRequest, no: str, step: int) -> HttpResponse:
    if request.POST.get("origin") == "queue":
        return redirect("workflows:panel", step=step)
    return redirect("workflows:request", no=no)


@access(AUTHENTICATED)
@require_POST
def return_to(request: HttpRequest, no: str, step: int) -> HttpResponse:
    """Ask an earlier stage again, with everything after it."""
    form = ReturnToForm((), request.POST)

    def act(user: User, key: str) -> None:
        given = form.cleaned_data
        services.decide(
            no,
            step,
            actor=user,
            verb=rules.RETURN,
            content_sha256=given["content_sha256"],
            idempotency_key=key,
            reason=given["reason"],
            to=given["to"],
        )

    return _acted(request, no, step, "return_to", form, act, _("%(no)s goes back to an earlier stage.") % {"no": no})


@access(AUTHENTICATED)
@require_POST
def take_back(request: HttpRequest, no: str, step: int) -> HttpResponse:
    """Take back one's own last decision."""
    form = TakeBackForm(request.POST)

    def act(user: User, key: str) -> None:
        services.take_back(no, step, actor=user, reason=form.cleaned_data["reason"], idempotency_key=key)

    return _acted(
        request, no, step, "take_back", form, act, _("You have taken back your decision on %(no)s.") % {"no": no}
    )


@access(AUTHENTICATED)
@require_POST
def add(request: HttpRequest, no: str, step: int) -> HttpResponse:
    """Ask one more person or role."""
    form = AddForm((), request.POST)

    def act(user: User, key: str) -> None:
        given = form.cleaned_data
        services.add_approver(
            no,
            step,
            actor=user,
            user=_person(form.person),
            role=form.role,
            where=given["where"],
            mode=given["mode"],
            reason=given["reason"],
            idempotency_key=key,
        )

    return _acted(request, no, step, "add", form, act, _("One more approver is asked about %(no)s.") % {"no": no})


def _person(pk: int | None) -> User | None:
    return User.objects.filter(pk=pk).first() if pk is not None else None


@access(AUTHENTICATED)
@require_POST
def remove(request: HttpRequest, no: str, step: int) -> HttpResponse:
    """Take one's own addition away."""
    form = RemoveForm(request.POST)

    def act(user: User, key: str) -> None:
        services.remove_approver(no, step, actor=user, reason=form.cleaned_data["reason"], idempotency_key=key)

    return _acted(
        request, no, step, "remove", form, act, _("The approver you added to %(no)s is removed.") % {"no": no}
    )


@access(AUTHENTICATED)
@require_POST
def ask(request: HttpRequest, no: str, step: int) -> HttpResponse:
    """Ask the submitter; the clock of the step stands."""
    form = AskForm(request.POST)

    def act(user: User, key: str) -> None:
        services.ask_submitter(no, step, actor=user, text=form.cleaned_data["text"], idempotency_key=key)

    return _acted(request, no, step, "ask", form, act, _("Your question on %(no)s is with the submitter.") % {"no": no})


@access(AUTHENTICATED)
@require_POST
def answer(request: HttpRequest, no: str, question: int) -> HttpResponse:
    """Answer what an approver asked."""
    form = AnswerForm(request.POST)

    def act(user: User, key: str) -> None:
        services.answer_question(no, question, actor=user, text=form.cleaned_data["text"], idempotency_key=key)

    return _acted(
        request, no, question, "answer", form, act, _("Your answer on %(no)s is with the approver.") % {"no": no}
    )
