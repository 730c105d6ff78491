"""What the owner of the policy may do with a request: decide in somebody's place, declare void, re-route."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import AUTHENTICATED, access
from workflows import forms_overriding, other_actions, services
from workflows.queries_pages import current_round
from workflows.services.rerouting import other_versions
from workflows.views.other_actions import done
from workflows.views.requests import visible


@access(AUTHENTICATED)
@require_POST
def override(request: HttpRequest, no: str) -> HttpResponse:
    found = visible(request, no)
    form = other_actions.override_form(current_round(found), request.POST)

    def run(given: dict[str, Any], who: dict[str, Any]) -> None:
        services.override(no, given.pop("step"), **given, **who)

    said = _("You decided in somebody's place on %(no)s.") % {"no": no}
    return done(request, found, _("Decide in somebody's place"), form, said, run)


@access(AUTHENTICATED)
@require_POST
def void(request: HttpRequest, no: str) -> HttpResponse:
    found = visible(request, no)
    form, said = forms_overriding.VoidForm(request.POST), _("%(no)s is void.") % {"no": no}
    return done(request, found, _("Declare void"), form, said, lambda given, who: services.void(no, **given, **who))


@access(AUTHENTICATED)
@require_POST
def reroute(request: HttpRequest, no: str) -> HttpResponse:
    found = visible(request, no)
    form = forms_overriding.RerouteForm(request.POST, versions=other_versions(current_round(found)))
    said, title = _("%(no)s goes on under another version of the policy.") % {"no": no}, _("Re-route")
    return done(request, found, title, form, said, lambda given, who: services.reroute(no, **given, **who))
