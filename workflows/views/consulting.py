"""Asking a colleague for an opinion, answering with one, and urging whoever decides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import AUTHENTICATED, access
from workflows import forms_handing, services
from workflows.views.other_actions import done
from workflows.views.requests import visible


@access(AUTHENTICATED)
@require_POST
def consult(request: HttpRequest, no: str) -> HttpResponse:
    found = visible(request, no)
    form = forms_handing.ConsultForm(request.POST)

    def run(given: dict[str, Any], who: dict[str, Any]) -> None:
        services.consult(no, user=given["to"], text=given["text"], **who)

    return done(request, found, _("Ask for an opinion"), form, _("Your question was sent."), run)


@access(AUTHENTICATED)
@require_POST
def answer(request: HttpRequest, no: str, consultation: int) -> HttpResponse:
    found = visible(request, no)
    form = forms_handing.AnswerForm(request.POST)
    said, title = _("Your opinion is kept with the request."), _("Answer with your opinion")
    return done(
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
    found = visible(request, no)
    form, said = forms_handing.RemindForm(request.POST), _("A reminder was sent.")
    return done(request, found, _("Remind"), form, said, lambda _given, who: services.remind(no, **who))
