"""The first answer of a write over the API, kept so that a repetition gets it word for word."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import canonical
from jobs.idempotency import KeyReused
from jobs.models import IdempotencyKey

PREFIX = "answer:"


def answered_once(user: User, key: str, fingerprint: Any, write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give the stored answer of this key, or write and store what was answered.

    For services that are idempotent by `key` themselves and tell of refusals after their rollback, which
    `once` around them would take back: they run outside any transaction, and the answer follows in its own.

    Raises:
        KeyReused: 409, the same key with another fingerprint.
    """
    digest = hashlib.sha256(canonical.dumps(fingerprint).encode()).hexdigest()
    stored = IdempotencyKey.objects.filter(user=user, key=PREFIX + key).first()
    if stored is None:
        answer = json.loads(json.dumps(write(), cls=DjangoJSONEncoder, allow_nan=False))
        with transaction.atomic():
            stored, _created = IdempotencyKey.objects.get_or_create(
                user=user, key=PREFIX + key, defaults={"fingerprint": digest, "response": answer}
            )
    if stored.fingerprint != digest:
        raise KeyReused("idempotency_key_reused", 409, _("This idempotency key was already used for another request."))
    return dict(stored.response or {})
