"""What goes out: the same news as on the page, in the reader's language and time zone, as text and simple HTML."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags import formats
from workflows.kinds import REGISTRY
from workflows.models import Delivery, Notification
from workflows.notices import words
from workflows.notices.channels import Outgoing
from workflows.notices.links import link_for


@contextmanager
def for_reader(user: User) -> Iterator[None]:
    """His language and his time zone."""
    with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
        yield


def single(delivery: Delivery, to: str) -> Outgoing:
    """One notification for one channel; of a confidential request the number alone leaves the house."""
    told = delivery.notification
    with for_reader(told.user):
        item = _item(told)
        hidden = item["confidential"] or item["request"] is None or delivery.channel != "mail"
        subject = words.subject(told, confidential=hidden)
        context = {"user": told.user, "item": item, "settings_url": absolute(reverse("workflows:notice-settings"))}
        return Outgoing(
            to=to,
            subject=subject,
            text=render_to_string("emails/notice.txt", context),
            html=render_to_string("emails/notice.html", context),
            url=item["url"],
            message_id=delivery.message_id,
            thread=f"<{told.request.no}@{settings.MAIL_DOMAIN}>" if told.request else "",
        )


def digest(user: User, tellings: list[Notification], message_id: str) -> Outgoing:
    """Everything of a day in one mail."""
    with for_reader(user):
        items = [_item(told) for told in tellings]
        url = absolute(reverse("workflows:notices"))
        context = {
            "user": user,
            "items": items,
            "url": url,
            "settings_url": absolute(reverse("workflows:notice-settings")),
        }
        count = len(items)
        subject = ngettext("%(count)d notification", "%(count)d notifications", count) % {"count": count}
        return Outgoing(
            to=user.email,
            subject=f"Countersign · {subject}",
            text=render_to_string("emails/digest.txt", context),
            html=render_to_string("emails/digest.html", context),
            url=url,
            message_id=message_id,
        )


def _item(told: Notification) -> dict[str, Any]:
    """What a mail says of one notification."""
    request = None if told.what in words.NUMBER_ONLY else told.request
    confidential = request is not None and request.confidential
    return {
        "confidential": confidential,
        "subject": words.subject(told, confidential=confidential or request is None),
        "sentence": words.sentence(told),
        "quote": words.quoted(told) if told.what not in words.NUMBER_ONLY else "",
        "request": request,
        "kind": REGISTRY[request.kind].name if request else "",
        "amount": f"{request.currency} {formats.grouped(request.amount, 2)}" if request and request.amount else "",
        "at": told.created_at,
        "due": told.step.due_at if told.step and told.what in words.TO_DECIDE else None,
        "url": url_of(told),
        "action_link": _decides(told),
        "action": _action(told),
    }


def _decides(told: Notification) -> bool:
    return told.what in words.TO_DECIDE and told.step is not None and told.step.status == "open"


def _action(told: Notification) -> str:
    """What the link of `url_of` is for."""
    if told.request is None or told.what in words.NUMBER_ONLY:
        return _("Notifications")
    return _("Read and decide") if _decides(told) else _("Open the request")


def url_of(told: Notification) -> str:
    """Where the reader goes on: a one-time link when something is to be decided, else the page."""
    if told.request is None or told.what in words.NUMBER_ONLY:
        return absolute(reverse("workflows:notices"))
    if _decides(told) and told.step is not None:
        return link_for(told.user, told.request, told.step)
    return absolute(reverse("workflows:request", args=[told.request.no]))


def absolute(path: str) -> str:
    """A path of ours as it is written into a mail."""
    return str(settings.PUBLIC_URL).rstrip("/") + path
