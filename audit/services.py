"""Writing to the trail: record what happened, and erase personal values on a person's request."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from audit import actions, canonical, chain, origin
from audit.models import Event, PiiValue

VERSION = 1


class NoTransactionError(RuntimeError):
    """An event belongs to the transaction of the change it reports; there was none."""


def record(
    action: str,
    *,
    stream: str,
    actor: User | None,
    object_type: str,
    object_id: str,
    object_label: str = "",
    request_no: str | None = None,
    customer_id: int | None = None,
    customer_label: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    policy: dict[str, Any] | None = None,
    rules: list[Any] | None = None,
    on_behalf_of: User | None = None,
    content_sha256: str = "",
    idempotency_key: str = "",
    pii: dict[str, str] | None = None,
    extra: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Append one event to a stream, in the transaction of the change: two statements, one if `at` is given.

    Args:
        action: a registered action.
        stream: ``request:<no>``, ``customer:<id>``, ``system``, ``policy``, ``auth:<user id>``,
            ``feed:<unit>``.
        actor: who did it; None is the system.
        object_label, customer_label: what the thing and the customer were called at this moment.
        before, after: the fields concerned; of two given, equal fields are left out.
        policy: ``{"number": …, "digest": …}`` of the policy version that was applied.
        rules: results of the rules that were applied.
        at: the database's clock, when the caller has just read it under the lock that orders the stream.
        pii: personal values by field name; only a salted hash enters the chain, so they can be erased later.

    Raises:
        UnknownActionError, NoTransactionError, NotCanonicalError (a float, NUL, … in a value).
    """
    actions.known(action)
    if not connection.in_atomic_block:
        raise NoTransactionError(f"record({action!r}) outside a transaction")
    commitments, values = _commit_to(pii or {})
    body = _body(
        action,
        stream,
        actor=actor,
        on_behalf_of=on_behalf_of,
        object_=_filled(type=object_type, id=str(object_id), label=object_label, content_sha256=content_sha256),
        customer=_filled(id=customer_id, label=customer_label),
        before=before,
        after=after,
        request_no=request_no,
        reason=reason,
        policy=policy,
        rules=rules,
        idempotency_key=idempotency_key,
        pii=commitments,
        extra=extra,
    )
    event = _append(stream, body) if at is None else _append_at(stream, body, at)
    if values:
        PiiValue.objects.bulk_create(
            PiiValue(event=event, field=field, salt=salt, value=value) for field, salt, value in values
        )
    return event


@dataclass(frozen=True)
class Occurrence:
    """One event of many that time or the policy brings about at once, each in a stream of its own; as in `record`."""

    stream: str
    object_type: str
    object_id: str
    object_label: str
    request_no: str | None
    customer_id: int | None
    customer_label: str
    after: dict[str, Any]
    policy: dict[str, Any] | None = None


def record_each(action: str, occurrences: Sequence[Occurrence], *, at: datetime) -> None:
    """Append one event of the system to each of many streams: one statement, however many they are.

    Args:
        occurrences: at most one for a stream.
        at: the database's clock, read under the locks that order the streams.

    Raises:
        UnknownActionError, NoTransactionError, NotCanonicalError; ValueError for two events of one stream.
    """
    actions.known(action)
    if not connection.in_atomic_block:
        raise NoTransactionError(f"record_each({action!r}) outside a transaction")
    streams = [each.stream for each in occurrences]
    if len(set(streams)) != len(streams):
        raise ValueError("one statement appends one event to a stream")
    if not streams:
        return
    bodies = [canonical.dumps({**_occurred(action, each), "at": at}) for each in occurrences]
    genesis = [chain.genesis(stream) for stream in streams]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND_EACH, {"streams": streams, "bodies": bodies, "genesis": genesis})


def _occurred(action: str, each: Occurrence) -> dict[str, Any]:
    return _body(
        action,
        each.stream,
        actor=None,
        object_=_filled(type=each.object_type, id=each.object_id, label=each.object_label),
        customer=_filled(id=each.customer_id, label=each.customer_label),
        after=each.after,
        request_no=each.request_no,
        policy=each.policy,
    )


def _body(
    action: str,
    stream: str,
    *,
    actor: User | None,
    on_behalf_of: User | None = None,
    object_: dict[str, Any],
    customer: dict[str, Any],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **said: Any,
) -> dict[str, Any]:
    """What is hashed; members that say nothing are left out."""
    before, after = _changes(before, after)
    return _filled(
        v=VERSION,
        id=uuid.uuid4(),
        stream=stream,
        action=action,
        actor=_person(actor) if actor else {"is_system": True, "name": "system"},
        on_behalf_of=_person(on_behalf_of) if on_behalf_of else None,
        origin=origin.current().to_json(),
        object=object_,
        customer=customer,
        before=before,
        after=after,
        **said,
    )


@transaction.atomic
def erase_pii(*, actor: User | None, reason: str, event_id: int | None = None, field: str = "", value: str = "") -> int:
    """Erase personal values from the trail's vault and record that it was done; every hash stays valid.

    Args:
        event_id, field, value: what to erase: all values of an event, of a field, or equal to a value.

    Returns:
        How many values were erased.

    Raises:
        ValueError: when nothing says which values, or the reason is missing.
    """
    chosen = {name: given for name, given in {"event_id": event_id, "field": field, "value": value}.items() if given}
    if not chosen or not reason.strip():
        raise ValueError("say which values to erase, and why")
    doomed = PiiValue.objects.filter(**chosen).select_for_update()
    refs = [{"event": value.event_id, "field": value.field} for value in doomed.order_by("pk")]
    PiiValue.objects.filter(**chosen).delete()
    record(
        "audit.pii_erased",
        stream="system",
        actor=actor,
        object_type="pii",
        object_id=str(event_id or field or "value"),
        reason=reason,
        extra={"erased": refs},
    )
    return len(refs)


def _append_at(stream: str, body: dict[str, Any], at: datetime) -> Event:
    """Add the event in one statement: the database locks the stream, reads its end and hashes."""
    text = canonical.dumps({**body, "at": at})
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, {"stream": stream, "body": text, "genesis": chain.genesis(stream)})
        (pk, seq) = cursor.fetchone()
    return Event(pk=pk, stream=stream, stream_seq=seq, body=text)


_APPEND = """
INSERT INTO audit_event (stream, stream_seq, body, prev_hash, row_hash)
SELECT %(stream)s, coalesce(seq, 0) + 1, %(body)s, coalesce(hash, %(genesis)s::bytea),
    sha256('\\x00'::bytea || coalesce(hash, %(genesis)s::bytea) || int8send(coalesce(seq, 0) + 1)
        || convert_to(%(body)s, 'UTF8'))
FROM audit_stream_head(%(stream)s)
RETURNING id, stream_seq
"""


_APPEND_EACH = """
INSERT INTO audit_event (stream, stream_seq, body, prev_hash, row_hash)
SELECT given.stream, coalesce(seq, 0) + 1, given.body, coalesce(hash, given.genesis),
    sha256('\\x00'::bytea || coalesce(hash, given.genesis) || int8send(coalesce(seq, 0) + 1)
        || convert_to(given.body, 'UTF8'))
FROM unnest(%(streams)s::text[], %(bodies)s::text[], %(genesis)s::bytea[]) AS given(stream, body, genesis)
CROSS JOIN LATERAL audit_stream_head(given.stream)
"""


def _append(stream: str, body: dict[str, Any]) -> Event:
    """Lock the stream until commit, read its end and the clock (one statement), add the event (a second)."""
    with connection.cursor() as cursor:
        # A function, not a plain query: its inner read sees what was committed while it waited for the lock
        cursor.execute("SELECT at, seq, hash FROM audit_stream_head(%s)", [stream])
        at, last_seq, last_hash = _head(cursor.fetchone())
    text = canonical.dumps({**body, "at": at})
    prev_hash = last_hash if last_hash is not None else chain.genesis(stream)
    seq = last_seq + 1
    return Event.objects.create(
        stream=stream,
        stream_seq=seq,
        body=text,
        prev_hash=prev_hash,
        row_hash=chain.row_hash(prev_hash, seq, text),
    )


def _head(row: tuple[datetime, int | None, bytes | None]) -> tuple[datetime, int, bytes | None]:
    at, seq, last_hash = row
    return at, seq or 0, None if last_hash is None else bytes(last_hash)


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": user.display_name}


def _filled(**members: Any) -> dict[str, Any]:
    """Leave out what says nothing; False and 0 do say something."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {}, ())}


def _changes(
    before: dict[str, Any] | None, after: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if before is None or after is None:
        return before, after
    same = {name for name in before.keys() & after.keys() if before[name] == after[name]}
    return (
        {name: value for name, value in before.items() if name not in same},
        {name: value for name, value in after.items() if name not in same},
    )


def _commit_to(pii: dict[str, str]) -> tuple[list[dict[str, str]], list[tuple[str, bytes, str]]]:
    values = [(field, secrets.token_bytes(16), value) for field, value in sorted(pii.items()) if value]
    return [{"field": field, "sha256": chain.commitment(salt, value)} for field, salt, value in values], values
