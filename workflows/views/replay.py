"""Replays of a policy version: start one, watch it, read what would have been different."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import access, roles
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from jobs.idempotency import key_of_form
from policies.models import MAKERS, REPLAY_READERS, PolicyReplay, PolicyVersion
from policies.replays import summary_lines
from workflows import replay_shown, replaying

READERS: Final = roles(*REPLAY_READERS)
STARTERS: Final = roles(*MAKERS)
RECENT: Final = 20


def _months() -> list[tuple[int, str]]:
    return [(count, ngettext("%(n)s month", "%(n)s months", count) % {"n": count}) for count in replaying.MONTHS]


class StartForm(forms.Form):
    """Over how many months."""

    months = forms.TypedChoiceField(
        label=gettext_lazy("Submissions of the last"), coerce=int, choices=_months, initial=12
    )


@access(READERS)
@require_GET
def index(request: HttpRequest, number: int) -> HttpResponse:
    version = get_object_or_404(PolicyVersion, number=number)
    return render(request, "workflows/replay/index.html", _index(request, version, StartForm()))


def _index(request: HttpRequest, version: PolicyVersion, form: StartForm) -> dict[str, Any]:
    rows = PolicyReplay.objects.visible_to(_user(request)).filter(version=version)
    return {
        "version": version,
        "replays": rows.select_related("base", "created_by").defer("result")[:RECENT],
        "form": form,
        "may_start": has_role(_user(request), *MAKERS),
    }


@access(STARTERS)
@require_POST
def start(request: HttpRequest, number: int) -> HttpResponse:
    version, form = get_object_or_404(PolicyVersion, number=number), StartForm(request.POST)
    if form.is_valid():
        key = key_of_form(request.POST)
        try:
            replay = replaying.start(version, form.cleaned_data["months"], actor=_user(request), idempotency_key=key)
        except Problem as problem:
            form.add_error(None, problem.title)
        else:
            return redirect("workflows:replay", number, replay.pk)
    return render(request, "workflows/replay/index.html", _index(request, version, form), status=422)


@access(READERS)
@require_GET
def detail(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    replay = _replay(request, number, pk)
    context = _state(replay)
    if replay.state == PolicyReplay.State.DONE:
        context |= {
            "lines": summary_lines(replay),
            "head": replay_shown.headline(replay),
            "kinds": replay_shown.kind_rows(replay.result),
            "loads": replay_shown.loads(replay),
            "places": replay_shown.places(replay),
            "examples": replay_shown.examples(replay, _user(request)),
        }
    return render(request, "workflows/replay/run.html", context)


@access(READERS)
@require_GET
def progress(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The progress bar alone, for htmx; when it is finished the whole page follows."""
    replay = _replay(request, number, pk)
    response = render(request, "workflows/replay/_progress.html", _state(replay))
    if replay.finished_at is not None:
        response["HX-Refresh"] = "true"
    return response


@access(STARTERS)
@require_POST
def resume(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    replay = _replay(request, number, pk)
    if replaying.resume(replay, actor=_user(request)):
        messages.success(request, _("The replay goes on."))
    return redirect("workflows:replay", number, replay.pk)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("the declaration of the view lets nobody else in")
    return request.user


def _replay(request: HttpRequest, number: int, pk: int) -> PolicyReplay:
    rows = PolicyReplay.objects.visible_to(_user(request)).select_related("version", "base", "created_by")
    return get_object_or_404(rows, pk=pk, version__number=number)


def _state(replay: PolicyReplay) -> dict[str, Any]:
    return {
        "replay": replay,
        "version": replay.version,
        "stuck": replaying.given_up(replay),
        "outdated": replay.digest != replay.version.digest,
    }
