"""Telling people: who hears of what, in which words, by which channel, and how far it got."""

from typing import Any
from uuid import uuid4

from jobs import services as jobs


def news(events: list[dict[str, Any]], *, request: int | None = None) -> None:
    """Have people told once the surrounding transaction commits: one job, whatever it is about.

    Args:
        events: what, step and actor (primary keys) and identifiers, no words (`workflows.notices.telling`).
        request: the primary key of the request that all of them are about.
    """
    if events:
        payload = {"request": request, "events": events}
        jobs.enqueue("workflows.notify", f"news:{request or 0}:{uuid4().hex}", payload)
