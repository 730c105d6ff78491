"""One delivery on its way out: at least once, under one message id, and its state can be read at any time.

The attempt is counted before the call, so that a crash in between shows; the repetition bears the same id.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from audit.services import record
from jobs.claims import Claim
from workflows.models import Delivery, DeliveryState, Notification, NotificationPreference, Request
from workflows.models.notices import Channel
from workflows.notices import composing
from workflows.notices.channels import Outgoing, RefusedError, UnavailableError, address_of, channel_of
from workflows.notices.recipients import still_to_decide
from workflows.notices.words import NUMBER_ONLY

# With the pauses of `jobs` the last attempt comes about an hour after the first.
MAX_ATTEMPTS: Final = 12


def deliver(claim: Claim, pk: int) -> None:
    """Send one delivery, or say why it is not sent."""
    people = ("notification__user", "notification__actor", "notification__step", "notification__request__unit")
    about = ("notification__request__customer__owner", "notification__request__owner", "notification__request__region")
    rows = Delivery.objects.select_related(*people, *about, "notification__request__submitter")
    delivery = rows.filter(pk=pk, state=DeliveryState.QUEUED).first()
    if delivery is None:
        return
    told = delivery.notification
    wish = NotificationPreference.objects.filter(user=told.user).first() or NotificationPreference(user=told.user)
    to = address_of(told.user, delivery.channel, wish)
    if why := moot(told, to):
        with claim.commit():
            _settle([delivery], DeliveryState.SUPPRESSED, why)
        return
    send(claim, delivery.channel, [delivery], composing.single(delivery, to))


def moot(told: Notification, to: str) -> str:
    """Why nothing is sent now: the account is closed, there is no address, or it is over; empty: send it."""
    if not told.user.is_active:
        return "closed"
    if not to:
        return "no_address"
    seen, request = Request.objects.visible_to(told.user), told.request
    if request is not None and told.what not in NUMBER_ONLY and not seen.filter(pk=request.pk).exists():
        return "not_visible"
    if not still_to_decide(told.what, told.user, told.request, told.step):
        return "settled"
    return ""


def send(claim: Claim, channel: str, deliveries: list[Delivery], message: Outgoing) -> None:
    """Hand one message over for one or several deliveries, and keep what became of it.

    Raises:
        UnavailableError: the job tries again after its pause; after the last attempt it is kept as failed.
    """
    keys = [delivery.pk for delivery in deliveries]
    Delivery.objects.filter(pk__in=keys).update(attempts=F("attempts") + 1, message_id=message.message_id)
    try:
        channel_of(channel).send(message)
    except RefusedError as error:
        with claim.commit():
            _give_up(deliveries, DeliveryState.BOUNCED, str(error))
    except UnavailableError as error:
        if claim.attempt < MAX_ATTEMPTS:
            Delivery.objects.filter(pk__in=keys).update(last_error=str(error)[:400])
            raise
        with claim.commit():
            _give_up(deliveries, DeliveryState.FAILED, str(error))
    else:
        with claim.commit():
            Delivery.objects.filter(pk__in=keys).update(state=DeliveryState.SENT, sent_at=Now(), last_error="")


def _settle(deliveries: Iterable[Delivery], state: str, why: str) -> None:
    keys = [delivery.pk for delivery in deliveries]
    Delivery.objects.filter(pk__in=keys).update(state=state, last_error=why[:400])


def _give_up(deliveries: list[Delivery], state: str, why: str) -> None:
    """Somebody did not get what he should have: that is in the trail, too."""
    _settle(deliveries, state, why)
    first = deliveries[0]
    note("notice.failed", first, None, reason=why, after={"state": state, "deliveries": len(deliveries)})


def note(action: str, delivery: Delivery, actor: User | None, **facts: object) -> None:
    """An event about a delivery, in the chain of the person who should get it."""
    user = delivery.notification.user
    record(
        action,
        stream=f"auth:{user.pk}",
        actor=actor,
        object_type="delivery",
        object_id=str(delivery.pk),
        object_label=f"{Channel(delivery.channel).value} · {user.display_name}",
        **facts,  # type: ignore[arg-type]
    )
