"""The filtered list as a file. An export is complete or refused, and is itself part of the trail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit import canonical, services
from audit.models import Event
from audit.queries import Filter

LIMIT: Final = 50_000
PORTION: Final = 1_000


@transaction.atomic
def export(wanted: Filter, *, file_format: str, actor: User) -> Iterator[list[Any]]:
    """Record the export and return header and rows of exactly the filtered events, newest first.

    Args:
        file_format: ``csv`` or ``xlsx``, for the record.

    Raises:
        Problem: 422 when more than LIMIT events match; nothing is cut off silently.
    """
    events = wanted.apply(Event.objects.visible_to(actor)).order_by("-pk")
    ids = list(events.values_list("pk", flat=True)[: LIMIT + 1])
    if len(ids) > LIMIT:
        message = _("More than %(limit)s events match. Narrow the filter, then export again.")
        raise Problem("export_too_large", 422, message % {"limit": f"{LIMIT:,}"})
    services.record(
        "audit.exported",
        stream=f"auth:{actor.pk}",
        actor=actor,
        object_type="audit_export",
        object_id=file_format,
        extra={"filter": wanted.to_json(), "events": len(ids), "newest": ids[0] if ids else None},
    )
    return in_language_of_now(_rows(ids))


def in_language_of_now(rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """The rows, each made in the language of this moment: a file is still being sent when the request is over."""
    language = get_language() or settings.LANGUAGE_CODE

    def each() -> Iterator[list[Any]]:
        while True:
            with translation.override(language):
                row = next(rows, None)
            if row is None:
                return
            yield row

    return each()


def _rows(ids: list[int]) -> Iterator[list[Any]]:
    zone = ZoneInfo(settings.TIME_ZONE)
    yield [
        _("Number"), _("Time"), _("Action"), _("Action code"), _("Person"), _("On behalf of"), _("Request"),
        _("Customer"), _("Object"), _("Reason"), _("Channel"), _("Policy version"), _("Before"), _("After"),
        _("Stream"), _("Position"), _("Hash"),
    ]  # fmt: skip
    for event in _events(ids):
        content = event.content
        yield [
            event.pk,
            event.at.astimezone(zone).isoformat(timespec="seconds"),
            event.action_label,
            event.action,
            event.actor_name,
            content.get("on_behalf_of", {}).get("name", ""),
            event.request_no,
            event.customer_label,
            event.object_label or f"{event.object_type} {event.object_id}",
            content.get("reason", ""),
            content.get("origin", {}).get("channel", ""),
            content.get("policy", {}).get("number", ""),
            _text(content.get("before")),
            _text(content.get("after")),
            event.stream,
            event.stream_seq,
            event.hash_hex,
        ]


def _events(ids: list[int]) -> Iterator[Event]:
    """By number and in portions: exactly what the record of the export counted, in constant memory."""
    for start in range(0, len(ids), PORTION):
        yield from Event.objects.filter(pk__in=ids[start : start + PORTION]).order_by("-pk")


def _text(value: Any) -> str:
    return "" if value is None else canonical.dumps(value)
