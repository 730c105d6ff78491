"""Reads of notifications and deliveries for pages and API."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from accounts.models import User
from accounts.paging import Page, page_of
from workflows.models import Delivery, DeliveryState, Notification, NotificationPreference, Request
from workflows.notices import words
from workflows.notices.services import explanations

# The bell says "99+" beyond this, so counting never costs more.
COUNTED: Final = 100


def unread_count(user: User) -> int:
    """How many notifications are unread, up to `COUNTED`; one statement on a partial index."""
    return Notification.objects.visible_to(user).unread().order_by()[:COUNTED].count()


def notice_page(user: User, sent: Mapping[str, str], *, unread: bool) -> Page[Notification]:
    """One page of one's own notifications, newest first."""
    rows = Notification.objects.visible_to(user).select_related("request", "actor", "step")
    return page_of(rows.unread() if unread else rows, sent)


def shown(user: User, rows: Iterable[Notification]) -> list[dict[str, Any]]:
    """What the list says: of a request that one may not see any more only its number."""
    rows = list(rows)
    seen = visible_ids(user, {told.request_id for told in rows if told.request_id is not None})
    sent = deliveries_of(rows)
    visible = {told.pk: told.request_id is None or told.request_id in seen for told in rows}
    return [
        {
            "told": told,
            "visible": visible[told.pk],
            "sentence": words.sentence(told) if visible[told.pk] or told.what in words.NUMBER_ONLY else "",
            "quote": words.quoted(told) if visible[told.pk] else "",
            "icon": words.ICONS.get(told.what, "bell"),
            "no": told.request.no if told.request else "",
            "deliveries": sent.get(told.pk, []),
        }
        for told in rows
    ]


def visible_ids(user: User, keys: set[int]) -> set[int]:
    """Which of these requests the user may see."""
    if not keys:
        return set()
    return set(Request.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))


def deliveries_of(rows: Iterable[Notification]) -> dict[int, list[dict[str, Any]]]:
    """How each notification went out; what the reader has switched off himself is no news to him."""
    found = Delivery.objects.filter(notification__in=[told.pk for told in rows]).exclude(last_error="off")
    result: dict[int, list[dict[str, Any]]] = {}
    for delivery in found.order_by("pk"):
        result.setdefault(delivery.notification_id, []).append(row(delivery))
    return result


def row(delivery: Delivery) -> dict[str, Any]:
    """One delivery as pages show it."""
    return {
        "delivery": delivery,
        "why": explanations().get(delivery.last_error, delivery.last_error),
        "again": delivery.state in (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.SUPPRESSED),
    }


def delivery_page(user: User, sent: Mapping[str, str], state: str) -> Page[Delivery]:
    """One page of the deliveries that one may look after."""
    rows = Delivery.objects.visible_to(user).select_related("notification__user", "notification__request")
    return page_of(rows.filter(state=state) if state else rows, sent)


def preference_of(user: User) -> NotificationPreference:
    """What the user prefers, or what holds for whoever has never said anything."""
    return NotificationPreference.objects.filter(user=user).first() or NotificationPreference(user=user)
