"""What all actions beside the decision share: the form on a page of its own when it was refused, else the message."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.problems import Problem
from jobs.idempotency import key_of_form
from workflows.models import Request
from workflows.views.queue import user_of

Run = Callable[[dict[str, Any], dict[str, Any]], Any]


def done(request: HttpRequest, found: Request, title: Any, form: forms.Form, said: str, run: Run) -> HttpResponse:
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
