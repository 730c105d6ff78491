"""Comments and watchers of a request: written from its page or from the panel beside the queue."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.colleagues import colleagues
from accounts.models import User
from accounts.problems import Problem
from jobs.idempotency import key_of_form
from workflows import services
from workflows.forms import CommentForm, WatcherForm, queue_filter
from workflows.models import Request
from workflows.services.comments import Said, seen
from workflows.talk import talk
from workflows.views.queue import query_of, user_of


@access(AUTHENTICATED)
@require_POST
def comment(request: HttpRequest, no: str) -> HttpResponse:
    """Say something to everybody who sees the request."""
    user = user_of(request)
    found, form = seen(no, user), CommentForm(request.POST, auto_id="comment_%s")
    if form.is_valid():
        try:
            said = services.comment(
                no, form.cleaned_data["text"], actor=user, idempotency_key=key_of_form(request.POST)
            )
        except Problem as refusal:
            form.add_error("text", refusal.title)
        else:
            return _answer(request, found, said)
    return _part(request, found, {"comment_form": form}, 422)


def _answer(request: HttpRequest, found: Request, said: Said) -> HttpResponse:
    warnings = []
    if said.shown:
        names = ", ".join(said.shown)
        warnings.append(_("%(names)s did not see this request until now; you have shown it.") % {"names": names})
    if said.unreached:
        names = ", ".join(said.unreached)
        sentence = _("%(names)s does not see this confidential request and was not told.")
        warnings.append(sentence % {"names": names})
    return _done(request, found, _("Your comment is there."), warnings)


@access(AUTHENTICATED)
@require_POST
def watch(request: HttpRequest, no: str) -> HttpResponse:
    """Be kept informed, or keep a colleague informed."""
    user = user_of(request)
    found, form = seen(no, user), WatcherForm(request.POST, auto_id="watcher_%s")
    oneself = "email" not in request.POST
    if oneself or form.is_valid():
        whom: User = user if oneself else form.cleaned_data["email"]
        try:
            services.watch(no, actor=user, user=whom, idempotency_key=key_of_form(request.POST))
        except Problem as refusal:
            if oneself:
                return _part(request, found, {"refused": refusal.title}, refusal.status)
            form.add_error("email", refusal.title)
        else:
            name = whom.display_name
            said = (
                _("You are kept informed.") if whom.pk == user.pk else _("%(name)s is kept informed.") % {"name": name}
            )
            return _done(request, found, said)
    return _part(request, found, {"talk": talk(found, user, form)}, 422)


@access(AUTHENTICATED)
@require_POST
def unwatch(request: HttpRequest, no: str) -> HttpResponse:
    """Be told no longer, or take a colleague off."""
    user = user_of(request)
    found = seen(no, user)
    sent = request.POST.get("user", "")
    whom = User.objects.filter(pk=int(sent)).first() if sent.isascii() and sent.isdigit() and len(sent) < 19 else user
    try:
        services.unwatch(no, actor=user, user=whom, idempotency_key=key_of_form(request.POST))
    except Problem as refusal:
        return _part(request, found, {"refused": refusal.title}, refusal.status)
    return _done(request, found, _("Nothing more is told about it."))


@access(AUTHENTICATED)
@require_GET
def people(request: HttpRequest, no: str) -> HttpResponse:
    """Whom a comment may mention, while a name is typed."""
    user = user_of(request)
    found, words = seen(no, user), request.GET.get("q", "")
    context = {"people": colleagues(words, user), "request_": found}
    return render(request, "workflows/_talk_people.html", context)


def _done(request: HttpRequest, found: Request, said: str, warnings: list[str] | None = None) -> HttpResponse:
    """With script the part of the page; without, back to where it was written."""
    if request.headers.get("HX-Request") == "true":
        return _part(request, found, {"said": said, "warnings": warnings or []})
    messages.success(request, said)
    for sentence in warnings or []:
        messages.warning(request, sentence)
    step = request.POST.get("step", "")
    if request.POST.get("origin") == "queue" and step.isascii() and step.isdigit() and len(step) < 19:
        query = query_of(queue_filter(QueryDict(request.POST.get("query", "")[:400])))
        return redirect(reverse("workflows:panel", args=[step]) + (f"?{query}" if query else "") + "#talk")
    return redirect(reverse("workflows:request", args=[found.no]) + "#talk")


def _part(request: HttpRequest, found: Request, more: dict[str, Any], status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "request_": found,
        "talk": talk(found, user_of(request)),
        "origin": request.POST.get("origin", ""),
        "query": request.POST.get("query", "")[:400],
        "step_id": request.POST.get("step", "")[:18],
        **more,
    }
    alone = request.headers.get("HX-Request") == "true"
    if alone:  # the script shows no other refusal
        return render(request, "workflows/_talk.html", context, status=422 if status >= 400 else status)
    return render(request, "workflows/talk.html", context, status=status)
