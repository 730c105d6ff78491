"""What people do with notifications: read them, say how they want them, send one again, decide by a link."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from accounts.roles import Role
from audit.origin import coming_from, current
from audit.services import record
from jobs import services as jobs
from workflows import services as doors
from workflows.models import (
    Decision,
    Delivery,
    DeliveryState,
    MailWish,
    Notification,
    NotificationPreference,
    OneTimeLink,
)
from workflows.notices import links
from workflows.notices.delivering import note
from workflows.notices.telling import DELIVER

# Who may send again what did not arrive, beside the receiver himself.
SENDERS = (Role.SO,)


def mark_read(user: User, pk: int | None = None) -> int:
    """Mark one's own notification, or all of them, as read; how many were unread. Nobody else is concerned."""
    mine = Notification.objects.visible_to(user).unread()
    return (mine.filter(pk=pk) if pk is not None else mine).update(read_at=Now())


@transaction.atomic
def prefer(user: User, *, mail: str, wecom: str = "", dingtalk: str = "", sms: str = "") -> NotificationPreference:
    """Say how one wants to be told; addresses of other services are personal values.

    Args:
        mail: `at_once`, `daily` or `off`.
        wecom, dingtalk, sms: how these services know him; empty: not used.
    """
    User.objects.select_for_update().get(pk=user.pk)
    wish, _made = NotificationPreference.objects.get_or_create(user=user)
    before = {"mail": wish.mail, **{name: bool(getattr(wish, name)) for name in ("wecom", "dingtalk", "sms")}}
    wish.mail, wish.wecom, wish.dingtalk, wish.sms = MailWish(mail), wecom, dingtalk, sms
    wish.save()
    record(
        "notice.preference_changed",
        stream=f"auth:{user.pk}",
        actor=user,
        object_type="user",
        object_id=str(user.pk),
        object_label=user.display_name,
        before=before,
        after={"mail": wish.mail, "wecom": bool(wecom), "dingtalk": bool(dingtalk), "sms": bool(sms)},
        pii={"wecom": wecom, "dingtalk": dingtalk, "sms": sms},
    )
    return wish


@transaction.atomic
def resend(delivery: Delivery, *, actor: User) -> Delivery:
    """Send again what failed, was refused or was not sent; at once, as one message of its own.

    Raises:
        Problem: it is neither one's own nor one's duty (403), or it is on its way or has arrived (409).
    """
    mine = Delivery.objects.select_for_update(of=("self",)).select_related("notification__user").get(pk=delivery.pk)
    if mine.notification.user_id != actor.pk and not has_role(actor, *SENDERS):
        raise Problem("not_yours", 403, _("Only its receiver or sales operations can send this again."))
    if mine.state not in (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.SUPPRESSED):
        raise Problem("delivery_under_way", 409, _("This message has been sent or is on its way."))
    before = mine.state
    mine.state, mine.daily, mine.last_error = DeliveryState.QUEUED, False, ""
    mine.save(update_fields=["state", "daily", "last_error"])
    jobs.enqueue(DELIVER, f"deliver:{mine.pk}:{uuid4().hex}", {"delivery": mine.pk})
    note("notice.resent", mine, actor, before={"state": before}, after={"state": mine.state})
    return mine


def decide_by_link(link: OneTimeLink, *, actor: User, verb: str, reason: str) -> Decision:
    """Decide the step of a link as the person it was made for; the same door and checks as everywhere.

    The content is the one that the mail was about, so a change since then refuses; the key is the link's own, so it
    decides once.

    Raises:
        Problem: another person (403), the link is dead (409), or as `workflows.services.decide`.
    """
    if actor.pk != link.user_id:
        raise Problem("not_your_link", 403, _("This link was made for somebody else."))
    if links.dead(link) is not None:
        raise Problem("link_dead", 409, _("This link can no longer be used."))
    with coming_from(replace(current(), channel="mail-link")):
        said = doors.decide(
            link.request.no,
            link.step_id,
            actor=actor,
            verb=verb,
            content_sha256=link.content_sha256,
            idempotency_key=f"link:{link.pk}",
            reason=reason,
        )
    links.use_up(link)
    return said


def explanations() -> dict[str, Any]:
    """Why something was not sent, in words."""
    return {
        "off": _("switched off by the receiver"),
        "closed": _("the account is closed"),
        "no_address": _("no address is known"),
        "not_visible": _("the receiver may not see the request any more"),
        "settled": _("it was settled before it was sent"),
    }
