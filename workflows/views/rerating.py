"""The re-rating of all customers: look first, start once, watch it, read what came out."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import access, roles
from accounts.fields import DayField
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from accounts.roles import Role
from customers.models import RatingOutcome, RatingResult, RatingRun, RatingScope
from jobs.idempotency import key_of_form
from workflows import rerating, rerating_run
from workflows.rerating import MAY_START

PAGE: Final = 100
AT_ONCE: Final = 1_000
RECENT: Final = 10
ALLOWED: Final = roles(*MAY_START)


class StartForm(forms.Form):
    """Which customers, and from which day their new stars would count."""

    scope = forms.ChoiceField(label=gettext_lazy("Customers"), choices=RatingScope.choices)
    effective_on = DayField(label=gettext_lazy("New stars take effect on"))


@access(ALLOWED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The runs of the reader, and on request the preview of a new one."""
    user = _user(request)
    return render(request, "workflows/rerating/index.html", _index(user, request.GET.get("scope", "")))


def _index(user: User, scope: str, form: StartForm | None = None) -> dict[str, Any]:
    """The preview is made at once for as many customers as a reader waits for; a job makes that of more."""
    chosen = scope in RatingScope.values
    count = rerating.in_scope(user, scope, business_today()).count() if chosen else 0
    shown = rerating.preview(user, scope) if chosen and count <= AT_ONCE else None
    runs = list(RatingRun.objects.visible_to(user)[:RECENT])
    return {
        "runs": runs,
        "open_run": next((run for run in runs if run.finished_at is None), None),
        "scopes": RatingScope.choices,
        "scope": scope,
        "preview": shown,
        "many": count if chosen and shown is None else 0,
        "stars": rerating.star_rows(shown.before, shown.after) if shown else [],
        "outcomes": _labelled(shown.outcomes) if shown else [],
        "form": form or StartForm(initial={"scope": scope or RatingScope.ALL, "effective_on": business_today()}),
        "credit_control_only": user_is_only_credit_control(user),
    }


def user_is_only_credit_control(user: User) -> bool:
    """Whoever starts it cannot approve what it proposes: worth knowing for the only credit controller."""
    held = user.role_assignments.values_list("role", flat=True)
    return Role.CC in held and Role.SO not in held


@access(ALLOWED)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start it; the same form sent twice leads to the same run."""
    user, form = _user(request), StartForm(request.POST)
    if form.is_valid():
        chosen, trial = form.cleaned_data, "trial" in request.POST
        try:
            run = rerating_run.start(
                user, chosen["scope"], chosen["effective_on"], key_of_form(request.POST), trial=trial
            )
        except Problem as problem:
            form.add_error(None, problem.title)
        else:
            return redirect("workflows:rerating", run.pk)
    context = _index(user, request.POST.get("scope", ""), form)
    return render(request, "workflows/rerating/index.html", context, status=422)


@access(ALLOWED)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and every customer's result."""
    run = _run(request, pk)
    results = RatingResult.objects.filter(run=run).visible_to(_user(request)).select_related("customer__region")
    wanted = request.GET.get("outcome", "")
    rows = results.filter(outcome=wanted) if wanted in RatingOutcome.values else results
    page = Paginator(rows.order_by("outcome", "customer__pinyin", "pk"), PAGE).get_page(request.GET.get("page"))
    before, after = rerating_run.stars(run)
    form = StartForm(initial={"scope": run.scope, "effective_on": max(run.effective_on, business_today())})
    context = {
        **_state(run),
        "page": page,
        "chips": _chips(run, wanted),
        "stars": rerating.star_rows(before, after),
        "form": form,
        "scope": run.scope,
        "credit_control_only": user_is_only_credit_control(_user(request)),
    }
    return render(request, "workflows/rerating/run.html", context)


@access(ALLOWED)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar alone, for htmx; when the run has finished the whole page follows."""
    run = _run(request, pk)
    response = render(request, "workflows/rerating/_progress.html", _state(run))
    if run.finished_at is not None:
        response["HX-Refresh"] = "true"
    return response


@access(ALLOWED)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up a run whose job was given up."""
    run = _run(request, pk)
    if rerating_run.resume(run, _user(request)):
        messages.success(request, _("The re-rating goes on."))
    return redirect("workflows:rerating", run.pk)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("the declaration of the view lets nobody else in")
    return request.user


def _run(request: HttpRequest, pk: int) -> RatingRun:
    return get_object_or_404(RatingRun.objects.visible_to(_user(request)), pk=pk)


def _state(run: RatingRun) -> dict[str, Any]:
    done = RatingResult.objects.filter(run=run).count()
    return {
        "run": run,
        "done": done,
        "total": max(run.total, done),
        "stuck": run.finished_at is None and rerating_run.given_up(run),
        "proposed": RatingResult.objects.filter(
            run=run, outcome__in=(RatingOutcome.PROPOSED, RatingOutcome.WOULD)
        ).count(),
    }


def _chips(run: RatingRun, wanted: str) -> list[dict[str, Any]]:
    counts = rerating_run.outcomes(run)
    here = reverse("workflows:rerating", args=[run.pk])
    every = {"label": _("All"), "url": here, "active": wanted == "", "count": sum(counts.values())}
    return [every] + [
        {"label": label, "url": f"{here}?outcome={code}", "active": wanted == code, "count": counts[code]}
        for code, label in RatingOutcome.choices
        if counts.get(code)
    ]


def _labelled(outcomes: dict[str, int]) -> list[tuple[Any, int]]:
    return [(label, outcomes[code]) for code, label in RatingOutcome.choices if outcomes.get(code)]
