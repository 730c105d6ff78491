"""REST resources notifications, notification-preferences and deliveries: the same services as the pages."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.schemas import Cursor, Limit, Word, acting, idempotency_key, keyset
from jobs.answers import answered_once
from workflows.models import Delivery, Notification
from workflows.notices import queries, services
from workflows.schemas_notices import DeliveryOut, DeliveryPage, NotificationPage, Preference, ReadOut

notifications = Router(tags=["notifications"])
preferences = Router(tags=["notifications"])
deliveries = Router(tags=["notifications"])


@notifications.get("", response=NotificationPage, summary="List notifications")
def list_notifications(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, unread: bool = False
) -> dict[str, Any]:
    """Your own, newest first; `unread=true` for those that you have not read."""
    user = acting(request)
    rows = Notification.objects.visible_to(user).select_related("request", "actor", "step")
    page, following = keyset(rows.unread() if unread else rows, cursor, limit)
    return {"items": [_out(shown) for shown in queries.shown(user, page)], "next_cursor": following}


def _out(shown: dict[str, Any]) -> dict[str, Any]:
    told, visible = shown["told"], shown["visible"]
    return {
        "id": told.pk,
        "what": told.what,
        "sentence": shown["sentence"],
        "quote": shown["quote"],
        "request": shown["no"] if visible and shown["no"] else None,
        "step": told.step_id if visible else None,
        "created_at": told.created_at,
        "read_at": told.read_at,
        "deliveries": [_delivery(each["delivery"]) for each in shown["deliveries"]],
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    names = ("id", "channel", "state", "attempts", "last_error", "created_at", "sent_at")
    return {name: getattr(row, name) for name in names}


@notifications.post("/read", response=ReadOut, summary="Mark all notifications as read")
def read_all(request: HttpRequest) -> dict[str, Any]:
    """All of your own; doing it again changes nothing."""
    user, key = acting(request), idempotency_key(request)
    return answered_once(user, key, ["notices-read"], lambda: {"marked": services.mark_read(user)})


@notifications.post("/{int:pk}/read", response=ReadOut, summary="Mark a notification as read")
def read(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One of your own; doing it again changes nothing."""
    user, key = acting(request), idempotency_key(request)
    get_object_or_404(Notification.objects.visible_to(user), pk=pk)
    return answered_once(user, key, ["notice-read", pk], lambda: {"marked": services.mark_read(user, pk)})


@preferences.get("", response=Preference, summary="Read how you are notified")
def show_preference(request: HttpRequest) -> Any:
    """What holds for you; mail at once until you say something else."""
    return queries.preference_of(acting(request))


@preferences.put("", response=Preference, summary="Say how you want to be notified")
def prefer(request: HttpRequest, body: Preference) -> dict[str, Any]:
    """Mail at once, once a day or never; other channels by the name that they know you by."""
    user, key, said = acting(request), idempotency_key(request), body.model_dump()

    def write() -> dict[str, Any]:
        services.prefer(user, **said)
        return said

    return answered_once(user, key, ["notice-preference", said], write)


@deliveries.get("", response=DeliveryPage, summary="List deliveries")
def list_deliveries(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, state: Word = None
) -> dict[str, Any]:
    """Your own; all of them for sales operations and auditors."""
    rows = Delivery.objects.visible_to(acting(request))
    page, following = keyset(rows.filter(state=state) if state is not None else rows, cursor, limit)
    return {"items": [_delivery(row) for row in page], "next_cursor": following}


@deliveries.post("/{int:pk}/resend", response=DeliveryOut, summary="Send a delivery again")
def resend(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What failed, was refused or was not sent: by its receiver or by sales operations."""
    user, key = acting(request), idempotency_key(request)
    row = get_object_or_404(Delivery.objects.visible_to(user), pk=pk)
    return answered_once(user, key, ["delivery-resend", pk], lambda: _delivery(services.resend(row, actor=user)))
