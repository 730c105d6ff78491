"""Handing a step over, asking for opinions, urging, and what the policy owner may do; each a form, each a service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from jobs.idempotency import key_of_form
from workflows import forms_hands, hands, services
from workflows.models import Request
from workflows.queries_pages import current_round
from workflows.services.rerouting import other_versions
from workflows.views.queue import user_of

Run = Callable[[dict[str, Any], dict[str, Any]], Any]


def _seen(request: HttpRequest, no: str) -> tuple[User, Request]:
    user = user_of(request)
    people = ("customer__unit", "customer__owner", "unit", "region", "owner", "submitter")
    return user, get_object_or_404(Request.objects.visible_to(user).select_related(*people), no=no)


def _done(request: HttpRequest, found: Request, title: Any, form: forms.Form, said: str, run: Run) -> HttpResponse:
    """Call the service with what was filled in; a refusal is shown at its field, with everything kept.

    Args:
        run: takes the cleaned values, and the actor with the idempotency key.
    """
    status = 422
    if form.is_valid():
        who = {"actor": user_of(request), "idempotency_key": key_of_form(request.POST)}
        try:
            run(form.cleaned_data, who)
        except Problem as refusal:
            field = next((error["field"] for error in refusal.errors if error.get("field") in form.fields), None)
            form.add_error(field, refusal.title)
            status = refusal.status
        else:
            messages.success(request, said)
            seen = Request.objects.visible_to(user_of(request)).filter(pk=found.pk).exists()
            return redirect("workflows:request", no=found.no) if seen else redirect("workflows:queue")
    context = {"request_": found, "title": title, "form": form}
    return render(request, "workflows/action.html", context, status=status)


@access(AUTHENTICATED)
@require_POST
def transfer(request: HttpRequest, no: str, step: int) -> HttpResponse:
    user, found = _seen(request, no)
    round_ = current_round(found)
    mine = next((each for each in round_.steps if each.pk == step), None)
    people = hands.candidates(round_, mine, user) if mine else []
    form = forms_hands.TransferForm(request.POST, candidates=people)
    said = _("%(no)s was transferred.") % {"no": no}
    return _done(
        request, found, _("Transfer"), form, said, lambda given, who: services.transfer(no, step, **given, **who)
    )


@access(AUTHENTICATED)
@require_POST
def delegate_step(request: HttpRequest, no: str, step: int) -> HttpResponse:
    _user, found = _seen(request, no)
    form = forms_hands.OpinionForm(request.POST)
    said = _("%(no)s was given out; it comes back to you with an opinion.") % {"no": no}
    title = _("Have somebody look at it first")
    return _done(request, found, title, form, said, lambda given, who: services.delegate_step(no, step, **given, **who))


@access(AUTHENTICATED)
@require_POST
def hand_back(request: HttpRequest, no: str, step: int) -> HttpResponse:
    _user, found = _seen(request, no)
    called = "opinion" not in request.POST
    form: forms.Form = forms_hands.CallBackForm(request.POST) if called else forms_hands.HandBackForm(request.POST)
    said = _("%(no)s is back with whoever decides it.") % {"no": no}
    return _done(
        request,
        found,
        _("Hand back"),
        form,
        said,
        lambda given, who: services.hand_back(no, step, opinion=given.get("opinion", ""), **who),
    )


@access(AUTHENTICATED)
@require_POST
def consult(request: HttpRequest, no: str) -> HttpResponse:
    _user, found = _seen(request, no)
    form = forms_hands.ConsultForm(request.POST)

    def run(given: dict[str, Any], who: dict[str, Any]) -> None:
        services.consult(no, user=given["to"], text=given["text"], **who)

    return _done(request, found, _("Ask for an opinion"), form, _("Your question was sent."), run)


@access(AUTHENTICATED)
@require_POST
def answer(request: HttpRequest, no: str, consultation: int) -> HttpResponse:
    _user, found = _seen(request, no)
    form = forms_hands.AnswerForm(request.POST)
    said, title = _("Your opinion is kept with the request."), _("Answer with your opinion")
    return _done(
        request,
        found,
        title,
        form,
        said,
        lambda given, who: services.answer_consultation(no, consultation, **given, **who),
    )


@access(AUTHENTICATED)
@require_POST
def remind(request: HttpRequest, no: str) -> HttpResponse:
    _user, found = _seen(request, no)
    form, said = forms_hands.RemindForm(request.POST), _("A reminder was sent.")
    return _done(request, found, _("Remind"), form, said, lambda _given, who: services.remind(no, **who))


@access(AUTHENTICATED)
@require_POST
def override(request: HttpRequest, no: str) -> HttpResponse:
    _user, found = _seen(request, no)
    form = hands.override_form(current_round(found), request.POST)

    def run(given: dict[str, Any], who: dict[str, Any]) -> None:
        services.override(no, given.pop("step"), **given, **who)

    said = _("You decided in somebody's place on %(no)s.") % {"no": no}
    return _done(request, found, _("Decide in somebody's place"), form, said, run)


@access(AUTHENTICATED)
@require_POST
def void(request: HttpRequest, no: str) -> HttpResponse:
    _user, found = _seen(request, no)
    form, said = forms_hands.VoidForm(request.POST), _("%(no)s is void.") % {"no": no}
    return _done(request, found, _("Declare void"), form, said, lambda given, who: services.void(no, **given, **who))


@access(AUTHENTICATED)
@require_POST
def reroute(request: HttpRequest, no: str) -> HttpResponse:
    _user, found = _seen(request, no)
    form = forms_hands.RerouteForm(request.POST, versions=other_versions(current_round(found)))
    said, title = _("%(no)s goes on under another version of the policy.") % {"no": no}, _("Re-route")
    return _done(request, found, title, form, said, lambda given, who: services.reroute(no, **given, **who))
