"""Handing a step over: for good, for an opinion, and back; each a form, each a service."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import AUTHENTICATED, access
from workflows import forms_handing, other_actions, services
from workflows.queries_pages import current_round
from workflows.views.other_actions import done
from workflows.views.queue import user_of
from workflows.views.requests import visible


@access(AUTHENTICATED)
@require_POST
def transfer(request: HttpRequest, no: str, step: int) -> HttpResponse:
    found = visible(request, no)
    round_ = current_round(found)
    mine = next((each for each in round_.steps if each.pk == step), None)
    people = other_actions.candidates(round_, mine, user_of(request)) if mine else []
    form = forms_handing.TransferForm(request.POST, candidates=people)
    said = _("%(no)s was transferred.") % {"no": no}
    return done(
        request, found, _("Transfer"), form, said, lambda given, who: services.transfer(no, step, **given, **who)
    )


@access(AUTHENTICATED)
@require_POST
def delegate_step(request: HttpRequest, no: str, step: int) -> HttpResponse:
    found = visible(request, no)
    form = forms_handing.OpinionForm(request.POST)
    said = _("%(no)s was given out; it comes back to you with an opinion.") % {"no": no}
    title = _("Have somebody look at it first")
    return done(request, found, title, form, said, lambda given, who: services.delegate_step(no, step, **given, **who))


@access(AUTHENTICATED)
@require_POST
def hand_back(request: HttpRequest, no: str, step: int) -> HttpResponse:
    found = visible(request, no)
    called = "opinion" not in request.POST
    form: forms.Form = forms_handing.CallBackForm(request.POST) if called else forms_handing.HandBackForm(request.POST)
    said = _("%(no)s is back with whoever decides it.") % {"no": no}
    return done(
        request,
        found,
        _("Hand back"),
        form,
        said,
        lambda given, who: services.hand_back(no, step, opinion=given.get("opinion", ""), **who),
    )
