"""What people are told: notifications, how each reached them, what they prefer, and the links in their mail."""

import uuid
from typing import ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from workflows.models.requests import Request

# Who looks after deliveries that failed.
DELIVERY_READERS = (Role.AUD, Role.SO)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """One's own; nobody reads what somebody else was told."""
        return self.filter(user=user)

    def unread(self) -> Self:
        """Not looked at yet."""
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One thing that one person is told, once however often the job that tells him is repeated.

    `values` holds what the sentence names besides request and actor (`workflows.notices.wording`).
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notifications")
    what = models.CharField(max_length=24)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, null=True, related_name="+")
    step = models.ForeignKey("workflows.Step", on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    event_key = models.CharField(max_length=220)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "event_key"], name="notification_once")]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notification_of_user"),
            models.Index(fields=["user"], name="notification_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.what} for {self.user_id}"


class Channel(models.TextChoices):
    MAIL = "mail", _("E-mail")
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    SMS = "sms", _("Text message")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")
    BOUNCED = "bounced", _("Refused by the receiver")
    SUPPRESSED = "suppressed", _("Not sent")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> Self:
        """One's own; all of them for those who look after what failed."""
        return self.all() if has_role(user, *DELIVERY_READERS) else self.filter(notification__user=user)


class Delivery(models.Model):
    """One notification on its way out through one channel: at least once, under one message id.

    `daily` waits for the digest; all deliveries of one digest share its message id.
    """

    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    daily = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=400, default="")
    message_id = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once_per_channel")
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            models.Index(
                fields=["notification"], name="delivery_for_digest", condition=Q(state="queued") & Q(daily=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notification_id} ({self.state})"


class MailWish(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day, at 08:00 on working days")
    OFF = "off", _("No e-mail")


class NotificationPreference(models.Model):
    """How somebody wants to hear of things; without a row: mail at once, no other channel."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="notification_preference")
    mail = models.CharField(max_length=8, choices=MailWish.choices, default=MailWish.AT_ONCE)
    # The names by which these services know him; empty: not used.
    wecom = models.CharField(max_length=64, blank=True, default="")
    dingtalk = models.CharField(max_length=64, blank=True, default="")
    sms = models.CharField(max_length=20, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.mail}"


class OneTimeLink(models.Model):
    """A link in a mail that opens one step for one person; only the SHA-256 of its token is kept.

    It is dead once used, after its time, or when step or content are no longer what the mail was about.
    """

    nonce = models.UUIDField(default=uuid.uuid4)
    token_sha256 = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey("workflows.Step", on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "step"], name="link_of_step")]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.step_id} for {self.user_id}"
