"""Attempts that were refused are part of the trail too; they outlive the rollback of what was attempted."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

from accounts.models import User
from audit import services
from audit.models import Event

_seen: ContextVar[list[str] | None] = ContextVar("refusals", default=None)


@contextmanager
def watching() -> Iterator[list[str]]:
    """Collect the codes of refusals recorded inside, so that one refusal is not recorded twice."""
    codes: list[str] = []
    token = _seen.set(codes)
    try:
        yield codes
    finally:
        _seen.reset(token)


def record_refusal(
    action: str = "rule.refused",
    *,
    actor: User,
    code: str,
    object_type: str,
    object_id: str,
    reason: str = "",
    stream: str = "",
    request_no: str | None = None,
    customer_id: int | None = None,
    customer_label: str = "",
    object_label: str = "",
    extra: dict[str, Any] | None = None,
) -> Event:
    """Record that somebody was refused, in a transaction of its own; call it after the rollback.

    Args:
        code: stable code of the refusal, e.g. ``own_request``.
        stream: default: the request's stream when there is one, else the person's.

    Raises:
        RuntimeError: inside a transaction, because its rollback would take the record with it.
    """
    where = stream or (f"request:{request_no}" if request_no else f"auth:{actor.pk}")
    with transaction.atomic(durable=True):
        event = services.record(
            action,
            stream=where,
            actor=actor,
            object_type=object_type,
            object_id=object_id,
            object_label=object_label,
            request_no=request_no,
            customer_id=customer_id,
            customer_label=customer_label,
            reason=reason,
            extra={"code": code, **(extra or {})},
        )
    seen = _seen.get()
    if seen is not None:
        seen.append(code)
    return event
