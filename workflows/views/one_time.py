"""What a link in a mail opens: a page that only shows; deciding needs a POST of the person it was made for."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from workflows import rules
from workflows.models import OneTimeLink, Request
from workflows.notices import links, services
from workflows.notices.forms import LinkForm
from workflows.views import shown
from workflows.views.requests import put_at_fields, said_and_done

WHY_DEAD: Final = {
    "used": gettext_lazy("You have already decided by this link."),
    "expired": gettext_lazy("This link has expired: it works for 48 hours."),
    "settled": gettext_lazy("This step has already been decided or is no longer needed."),
    "changed": gettext_lazy("The request has changed since this mail was sent."),
}


@never_cache
@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def one_time(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who asks for what; POST decides, once."""
    user = request.user
    link = links.found(token)
    if link is None or not isinstance(user, User):
        raise Http404
    if link.user_id != user.pk:
        raise PermissionDenied
    found = Request.objects.visible_to(user).filter(pk=link.request_id)
    about = found.select_related("customer__unit", "customer__owner", "unit", "region", "owner", "submitter").first()
    if gone := links.dead(link):
        return render(request, "workflows/one_time_dead.html", {"why": WHY_DEAD[gone.why], "about": about}, status=410)
    if about is None:
        raise Http404
    if request.method != "POST":
        return _page(request, link, about, LinkForm())
    return _decide(request, user, link, about)


def _decide(request: HttpRequest, user: User, link: OneTimeLink, about: Request) -> HttpResponse:
    form, status = LinkForm(request.POST), 422
    if form.is_valid():
        try:
            said = services.decide_by_link(link, actor=user, **form.cleaned_data)
        except Problem as refusal:
            status = refusal.status
            put_at_fields(form, refusal)
        else:
            messages.success(request, said_and_done(said))
            return redirect("workflows:request", no=about.no)
    return _page(request, link, about, form, status)


def _page(request: HttpRequest, link: OneTimeLink, about: Request, form: LinkForm, status: int = 200) -> HttpResponse:
    """What is asked against today, why it is with the reader, and what he may say."""
    user = link.user
    context: dict[str, Any] = {**shown.panel(about, link.step, user), "form": form, "link": link}
    context["offered"] = [verb for verb in context["offered"] if verb != rules.APPROVE_CONDITIONAL]
    return render(request, "workflows/one_time.html", context, status=status)
