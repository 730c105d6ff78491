"""A write that is sent twice with the same key happens once; the second sender gets the first answer."""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from audit import canonical
from jobs.models import IdempotencyKey

_INSERT = """
INSERT INTO jobs_idempotencykey (user_id, key, fingerprint) VALUES (%s, %s, %s)
ON CONFLICT (user_id, key) DO NOTHING
"""

# What the keys of forms begin with.
PAGE: Final = "page:"


class KeyReused(Problem):
    """The key was used before, for something else."""


def reused(key: str) -> KeyReused:
    """The refusal, for whoever came back to a page by the browser's button in other words than for a program."""
    said = _("This page was sent before, with something else. What you have written now was not sent: open it anew.")
    plain = _("This idempotency key was already used for another request.")
    return KeyReused("idempotency_key_reused", 409, said if key.startswith(PAGE) else plain)


class KeyBusy(Problem):
    """The first request with this key has not finished."""


def once(user: User, key: str, fingerprint: Any, run: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
    """Run a write once per user and key, in one transaction with the note of its answer.

    Args:
        key: chosen by the sender, 1 to 200 characters.
        fingerprint: everything that says what is asked (canonical JSON value); floats are refused.
        run: does the write and returns a JSON answer; when it raises, the key stays free.

    Returns:
        The answer, and whether it is the repetition of an earlier one.

    Raises:
        Problem: 400 without a usable key.
        KeyReused: 409, the same key with another fingerprint.
        KeyBusy: 409, the first request is still at work after the lock time-out.
    """
    if not 0 < len(key) <= 200 or "\x00" in key:
        raise Problem("idempotency_key_invalid", 400, _("The idempotency key must have 1 to 200 characters."))
    digest = hashlib.sha256(canonical.dumps(fingerprint).encode()).hexdigest()
    with transaction.atomic():
        if not _reserve(user, key, digest):
            return _first_answer(user, key, digest), True
        answer = json.loads(json.dumps(run(), cls=DjangoJSONEncoder, allow_nan=False))
        IdempotencyKey.objects.filter(user=user, key=key).update(response=answer)
    return answer, False


def key_of_form(sent: Mapping[str, str]) -> str:
    """The key of one rendering of a form (tag ``idempotency_key``), so that sending it twice acts once."""
    return f"{PAGE}{sent.get('idempotency_key', '')[:100] or uuid.uuid4()}"


def _reserve(user: User, key: str, digest: str) -> bool:
    """Insert the key; waits while another transaction is inserting the same one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [user.pk, key, digest])
            return bool(cursor.rowcount)
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise KeyBusy("idempotency_key_busy", 409, _("The same request is still being processed.")) from error


def _first_answer(user: User, key: str, digest: str) -> dict[str, Any]:
    first = IdempotencyKey.objects.get(user=user, key=key)
    if first.fingerprint != digest:
        raise reused(key)
    answer: dict[str, Any] = first.response or {}
    return answer
