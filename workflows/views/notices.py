"""Notifications: the bell, the list, how one wants them, and what became of the deliveries."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import AUTHENTICATED, access, roles
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from accounts.templatetags.states import look
from workflows.models import Delivery, DeliveryState, Notification
from workflows.models.notices import DELIVERY_READERS
from workflows.notices import queries, services, words
from workflows.notices.channels import configured
from workflows.notices.forms import PreferenceForm


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user, unread = _user(request), request.GET.get("unread") == "1"
    page = queries.notice_page(user, request.GET, unread=unread)
    count = queries.unread_count(user)
    context = {
        "rows": queries.shown(user, page.rows),
        "page": page,
        "unread_only": unread,
        "count": count,
        "chips": _chips(unread, count),
        "sees_deliveries": has_role(user, *DELIVERY_READERS),
    }
    return render(request, "workflows/notices.html", context)


def _chips(unread: bool, count: int) -> list[dict[str, Any]]:
    url = reverse("workflows:notices")
    shown = f"{count}+" if count >= queries.COUNTED else str(count)
    return [
        {"label": _("All"), "url": url, "active": not unread, "count": ""},
        {"label": _("Unread"), "url": f"{url}?unread=1", "active": unread, "count": shown},
    ]


@access(AUTHENTICATED)
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone; every page asks for it again and again."""
    return render(request, "components/bell.html", {"unread": queries.unread_count(_user(request))})


@access(AUTHENTICATED)
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, and go on to what it is about."""
    user = _user(request)
    told = get_object_or_404(Notification.objects.visible_to(user).select_related("request"), pk=pk)
    services.mark_read(user, told.pk)
    if "open" in request.POST and told.request is not None:
        if told.what in words.TO_DECIDE and told.step_id is not None:
            return redirect("workflows:panel", step=told.step_id)
        return redirect("workflows:request", no=told.request.no)
    return redirect(_back(request))


@access(AUTHENTICATED)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = services.mark_read(_user(request))
    said = ngettext("%(count)d notification is marked as read.", "%(count)d notifications are marked as read.", count)
    messages.success(request, said % {"count": count})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The list as it was filtered."""
    return reverse("workflows:notices") + ("?unread=1" if request.POST.get("unread") == "1" else "")


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """How one wants to be told."""
    user = _user(request)
    form = PreferenceForm(request.POST or None, instance=queries.preference_of(user))
    if request.method == "POST" and form.is_valid():
        # The whole row: a channel that is switched off for now keeps the name by which it knows people.
        wish = form.instance
        services.prefer(user, mail=wish.mail, wecom=wish.wecom, dingtalk=wish.dingtalk, sms=wish.sms)
        messages.success(request, _("Saved."))
        return redirect("workflows:notice-settings")
    status = 422 if form.is_bound else 200
    context = {"form": form, "others": configured()}
    return render(request, "workflows/notices_settings.html", context, status=status)


@access(roles(*DELIVERY_READERS))
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """Everything that went out or did not: for those who look after it."""
    user, state = _user(request), request.GET.get("state", "")
    state = state if state in DeliveryState.values else ""
    page = queries.delivery_page(user, request.GET, state)
    seen = queries.visible_ids(user, {row.notification.request_id for row in page.rows if row.notification.request_id})
    url = reverse("workflows:deliveries")
    chips = [{"label": _("All"), "url": url, "active": not state}]
    chips += [
        {"label": look(value, "delivery").label, "url": f"{url}?state={value}", "active": state == value}
        for value in DeliveryState.values
    ]
    context = {
        "rows": [
            {
                **queries.row(row),
                "visible": row.notification.request_id in seen,
                "what": words.SUBJECTS.get(row.notification.what, row.notification.what),
            }
            for row in page.rows
        ],
        "page": page,
        "chips": chips,
        "sends": has_role(user, *services.SENDERS),
    }
    return render(request, "workflows/deliveries.html", context)


@access(AUTHENTICATED)
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    delivery = get_object_or_404(Delivery.objects.visible_to(user), pk=pk)
    try:
        services.resend(delivery, actor=user)
    except Problem as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.title)
    else:
        messages.success(request, _("It is being sent again."))
    return redirect("workflows:deliveries" if request.POST.get("from") == "deliveries" else "workflows:notices")


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    return user
