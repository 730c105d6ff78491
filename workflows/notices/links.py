"""One-time links: a mail leads its reader to one step; deciding needs his login and a POST."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.models import User
from audit.clock import db_now
from workflows.models import OneTimeLink, Request, Step, Submission

LIFETIME: Final = timedelta(hours=48)


def link_for(user: User, request: Request, step: Step) -> str:
    """The address by which this person may decide this step for 48 hours; the same one while it lives."""
    now = db_now()
    sha = Submission.objects.get(pk=step.submission_id).content_sha256
    alive = OneTimeLink.objects.filter(
        user=user, step=step, content_sha256=sha, used_at__isnull=True, expires_at__gt=now + LIFETIME / 2
    ).first()
    return address(token_of(alive or _made(user, request, step, sha, now)))


def _made(user: User, request: Request, step: Step, sha: str, now: datetime) -> OneTimeLink:
    link = OneTimeLink(user=user, request=request, step=step, content_sha256=sha, expires_at=now + LIFETIME)
    link.token_sha256 = digest(token_of(link))
    link.save(force_insert=True)
    return link


def token_of(link: OneTimeLink) -> str:
    """The token of a row: signed with the server's key, so that a copy of the database opens nothing.

    A repeated mail carries the same token without it being stored.
    """
    said = f"{link.nonce}:{link.user_id}:{link.step_id}:{link.content_sha256}"
    proof = salted_hmac("workflows.notices.links", said, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(proof).decode().rstrip("=")


def digest(token: str) -> str:
    """Under which the token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def address(token: str) -> str:
    """The whole address, for a mail."""
    return str(settings.PUBLIC_URL).rstrip("/") + reverse("workflows:one-time", args=[token])


def found(token: str) -> OneTimeLink | None:
    """The link of a token, with what it is about."""
    rows = OneTimeLink.objects.select_related("user", "step__submission", "request__customer__unit", "request__unit")
    return rows.filter(token_sha256=digest(token)).first()


@dataclass(frozen=True)
class Dead:
    """Why a link opens nothing any more: used, expired, settled or changed."""

    why: str


def dead(link: OneTimeLink) -> Dead | None:
    """Whether the link has been used, is too old, or speaks of a step that is no longer what it was."""
    if link.used_at is not None:
        return Dead("used")
    if link.expires_at <= db_now():
        return Dead("expired")
    if link.step.status != "open":
        return Dead("settled")
    submission = link.step.submission
    if submission.round != link.request.round or submission.content_sha256 != link.content_sha256:
        return Dead("changed")
    return None


def use_up(link: OneTimeLink) -> None:
    """It has decided; every other link of the step is dead by the step itself."""
    OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=Now())
