"""Asking for work: one row in the transaction of the caller, one ring at the door after its commit."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from jobs import doorbell, registry

_INSERT = """
INSERT INTO jobs_job (kind, key, payload, due_at)
VALUES (%s, %s, %s, coalesce(%s, clock_timestamp()))
ON CONFLICT (key) DO NOTHING
RETURNING id, due_at <= clock_timestamp()
"""


def enqueue(kind: str, key: str, payload: dict[str, Any], *, due_at: datetime | None = None) -> None:
    """Make sure that the work named by `key` is done once the surrounding transaction commits.

    A job with this key that exists already, in whatever state, stays as it is. One statement; the broker is
    only told after the commit, and may be absent: the dispatcher finds the row anyway.

    Args:
        kind: a registered kind.
        key: what the work is, e.g. ``doc:17``; at most 200 characters.
        payload: small JSON value with identifiers, no personal data.
        due_at: not before this instant (aware); default: now.

    Raises:
        LookupError: when no handler is registered for the kind.
        ValueError: for an empty or longer key, or a naive time.
    """
    registry.find(kind)
    if not 0 < len(key) <= 200:
        raise ValueError("a job key has 1 to 200 characters")
    if due_at is not None and due_at.tzinfo is None:
        raise ValueError("due_at needs a time zone")
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [kind, key, json.dumps(payload, allow_nan=False), due_at])
        row = cursor.fetchone()
    if row and row[1]:
        transaction.on_commit(partial(doorbell.ring, row[0]), robust=True)


_INSERT_EACH = """
INSERT INTO jobs_job (kind, key, payload, due_at)
SELECT %s, given.key, given.payload::jsonb, clock_timestamp()
FROM unnest(%s::text[], %s::text[]) AS given(key, payload)
ON CONFLICT (key) DO NOTHING
"""


def enqueue_each(kind: str, jobs: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """As `enqueue`, many at once with one statement; the dispatcher finds them, nobody rings.

    Args:
        jobs: key and payload of each.

    Raises:
        LookupError, ValueError: as `enqueue`.
    """
    registry.find(kind)
    if not all(0 < len(key) <= 200 for key, _ in jobs):
        raise ValueError("a job key has 1 to 200 characters")
    if jobs:
        payloads = [json.dumps(payload, allow_nan=False) for _, payload in jobs]
        with connection.cursor() as cursor:
            cursor.execute(_INSERT_EACH, [kind, [key for key, _ in jobs], payloads])
