"""The daily mail: at eight in the morning of the reader's zone, on working days, everything since the last one."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min

from accounts.models import RoleAssignment, User
from accounts.queries import in_force
from audit.clock import db_now
from jobs import services as jobs
from jobs.claims import Claim
from policies.rules.calendar import is_working_day
from workflows.models import Delivery, DeliveryState, MailWish, NotificationPreference
from workflows.models.notices import Channel
from workflows.notices import composing
from workflows.notices.delivering import moot, send

DIGEST: Final = "workflows.digest"
AT: Final = time(8)


def order_due() -> int:
    """Order the digest of everybody for whom something waits and for whom it is past eight; how many.

    Two statements and one per digest, however many deliveries wait.
    """
    now = db_now()
    waiting = (
        Delivery.objects.filter(state=DeliveryState.QUEUED, daily=True)
        .values("notification__user")
        .annotate(oldest=Min("created_at"))
        .order_by()
    )
    oldest = {row["notification__user"]: row["oldest"] for row in waiting}
    if not oldest:
        return 0
    users = User.objects.filter(pk__in=oldest)
    calendars = _calendars(oldest)
    ordered = 0
    for user in users:
        eight = eight_today(user, now, calendars.get(user.pk, "CN"))
        if eight is not None and oldest[user.pk] < eight:
            payload = {"user": user.pk, "before": eight.isoformat()}
            jobs.enqueue(DIGEST, f"digest:{user.pk}:{eight.date()}", payload)
            ordered += 1
    return ordered


def eight_today(user: User, now: datetime, calendar: str) -> datetime | None:
    """Eight o'clock of today where the user is, when it is past and he works today."""
    here = now.astimezone(ZoneInfo(user.time_zone))
    eight = datetime.combine(here.date(), AT, here.tzinfo)
    return eight if here >= eight and is_working_day(here.date(), calendar) else None


def _calendars(users: Iterable[int]) -> dict[int, str]:
    """The holiday calendar of each user's company."""
    held = RoleAssignment.objects.filter(in_force(), user__in=set(users), unit__isnull=False).order_by("-pk")
    return dict(held.values_list("user_id", "unit__holiday_calendar"))


def send_digest(claim: Claim, user_pk: int, before: datetime) -> None:
    """Send what waited before this moment in one mail; what is over by now is left out.

    Whoever wants no mail any more gets none.
    """
    user = User.objects.get(pk=user_pk)
    off = NotificationPreference.objects.filter(user=user, mail=MailWish.OFF).exists()
    people = ("notification__user", "notification__actor", "notification__step", "notification__request__unit")
    about = ("notification__request__customer__owner", "notification__request__owner", "notification__request__region")
    waiting = Delivery.objects.filter(
        notification__user=user, state=DeliveryState.QUEUED, daily=True, channel=Channel.MAIL, created_at__lt=before
    ).select_related(*people, *about, "notification__request__submitter")
    found = list(waiting.order_by("pk"))
    reasons = {delivery.pk: "off" if off else moot(delivery.notification, user.email) for delivery in found}
    good = [delivery for delivery in found if not reasons[delivery.pk]]
    for delivery in found:
        if reasons[delivery.pk]:
            Delivery.objects.filter(pk=delivery.pk).update(
                state=DeliveryState.SUPPRESSED, last_error=reasons[delivery.pk]
            )
    if good:
        message_id = f"<digest.{user.pk}.{before:%Y%m%d}@{settings.MAIL_DOMAIN}>"
        tellings = [delivery.notification for delivery in good]
        send(claim, Channel.MAIL, good, composing.digest(user, tellings, message_id))
