"""Who acts for whom: one's own delegations, and all of them for those who keep or review them."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from accounts.roles import Role
from audit.clock import db_now
from jobs.idempotency import key_of_form
from workflows import services
from workflows.forms_delegation import DelegationForm
from workflows.kinds import REGISTRY
from workflows.models import Delegation
from workflows.queries import waiting_count
from workflows.views.queue import user_of

PAGE: Final = 50
# At which field of the form a refusal of the service is shown.
AT_FIELD: Final = {"valid_to": "last", "valid_from": "first"}


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, form: DelegationForm | None = None, status: int = 200) -> HttpResponse:
    user = user_of(request)
    operator = has_role(user, Role.SO)
    rows = list(Delegation.objects.visible_to(user).select_related("delegator", "delegate", "created_by")[:PAGE])
    now = db_now()
    shown: list[dict[str, Any]] = [{"row": row, "state": _state(row, now), "kinds": _kinds(row)} for row in rows]
    mine = [each for each in shown if user.person_id in _persons(each["row"])]
    context = {
        "form": form or DelegationForm(operator=operator),
        "mine": mine,
        "others": [each for each in shown if each not in mine],
        "operator": operator,
        "waiting": 0 if operator else waiting_count(user),
        "me": user,
    }
    return render(request, "workflows/delegations.html", context, status=status)


def _persons(row: Delegation) -> set[int]:
    return {row.delegator.person_id, row.delegate.person_id}


def _state(row: Delegation, now: Any) -> str:
    if row.ended_at is not None or row.valid_to <= now:
        return "ended"
    return "active" if row.valid_from <= now else "to_come"


def _kinds(row: Delegation) -> list[Any]:
    return [REGISTRY[code].name for code in row.kinds if code in REGISTRY]


@access(AUTHENTICATED)
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = DelegationForm(request.POST, operator=has_role(user, Role.SO))
    status = 422
    if form.is_valid():
        delegator: User = form.cleaned_data.get("delegator") or user
        delegate: User = form.cleaned_data["delegate"]
        try:
            services.delegate(
                delegator,
                delegate,
                actor=user,
                idempotency_key=key_of_form(request.POST),
                **form.terms(delegator, db_now()),
            )
        except Problem as refusal:
            _put(form, refusal)
            status = refusal.status
        else:
            names = {"name": delegate.display_name, "principal": delegator.display_name}
            messages.success(request, _("%(name)s acts for %(principal)s in that time.") % names)
            return redirect("workflows:delegations")
    return _page(request, form, status)


def _put(form: DelegationForm, refusal: Problem) -> None:
    named = next((str(error.get("field", "")) for error in refusal.errors), "")
    field = AT_FIELD.get(named, named)
    form.add_error(field if field in form.fields else None, refusal.title)


@access(AUTHENTICATED)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        services.end_delegation(pk, actor=user_of(request), idempotency_key=key_of_form(request.POST))
    except Problem as refusal:
        messages.error(request, refusal.title)
    else:
        messages.success(request, _("The delegation has ended; what waits is with the delegator again."))
    return redirect("workflows:delegations")
