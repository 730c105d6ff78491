"""From a draft to the request that asks for it, and back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import access, roles
from accounts.problems import Problem
from jobs.idempotency import key_of_form, once
from policies.models import MAKERS
from policies.services import back_to_draft, begin_change
from policies.views.drafts import user_of


@access(roles(*MAKERS))
@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Write the request that asks for this version; the open one where there is one."""
    user = user_of(request)

    def run() -> dict[str, int]:
        return {"letter": begin_change(number, user).pk}

    try:
        letter = once(user, key_of_form(request.POST), ["ask for policy", number], run)[0]["letter"]
    except Problem as problem:
        return render(request, "problem.html", {"problem": problem}, status=problem.status)
    return redirect("workflows:draft", kind="policy", pk=letter)


@access(roles(*MAKERS))
@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """A checked version may be changed again."""
    try:
        back_to_draft(number, user_of(request), request.POST.get("reason", "").strip())
    except Problem as problem:
        return render(request, "problem.html", {"problem": problem}, status=problem.status)
    messages.success(request, _("Version %(number)s is a draft again.") % {"number": number})
    return redirect("policies:tables", number=number)
