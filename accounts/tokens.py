"""Bearer tokens of the REST API: shown once, stored as a hash, revocable."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import ApiToken, User

PREFIX = "cs_"


def digest(token: str) -> str:
    """SHA-256 of the token; it has 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_token(user: User, *, name: str, expires_at: datetime | None = None) -> str:
    """Make a token for the user and return it; it cannot be shown again."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name, digest=digest(token), expires_at=expires_at)
    return token


def user_of_token(token: str) -> User | None:
    """The active user whose unexpired, unrevoked token this is."""
    found = (
        ApiToken.objects.filter(digest=digest(token), revoked_at__isnull=True, user__is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
        .select_related("user")
        .first()
    )
    return found.user if found else None
