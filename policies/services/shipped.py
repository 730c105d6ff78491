"""The tables that come with the product: version 1 of a new installation, a further version of an older one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.queries import business_today
from policies.models import PolicyVersion
from policies.rules.pack import content_digest
from policies.seed import default_content
from policies.services.drafts import draft_version, next_number
from policies.services.timeline import activate

FIRST: Final = 1
PINNED_BY: list[Callable[[int], bool]] = []


def pinned_by(asks: Callable[[int], bool]) -> Callable[[int], bool]:
    """Register who knows whether something under way was sent under the version with a number: an app above."""
    PINNED_BY.append(asks)
    return asks


@transaction.atomic
def load_default_version(effective_from: date, actor: User | None = None) -> PolicyVersion:
    """Put version 1, the domain's default tables, in force from a day on; a second call changes nothing.

    Args: `actor` None is the system. Raises PolicyError when the shipped tables cannot be read.
    """
    found = PolicyVersion.objects.filter(number=FIRST).first()
    if found is not None:
        return found
    note = "默认政策表 / Default tables"
    version = draft_version(FIRST, default_content(), effective_from, note, actor)
    return activate(version, actor)


@transaction.atomic
def load_shipped(effective_from: date | None = None) -> PolicyVersion:
    """Put the tables of this edition of the product in force; version 1 of an older edition stays as it was.

    Where the tables in force are those of an older edition they are followed by a new version: from today on when
    nothing under way was submitted under them, else from the day after. Where the owners of the policy have made a
    version of their own, nothing happens: theirs holds.

    Args:
        effective_from: first day of version 1 in a new installation; by default today.

    Returns:
        the version that holds the shipped tables, or the owners' newest.
    """
    first = load_default_version(effective_from or business_today())
    newest = PolicyVersion.objects.dated().filter(restores__isnull=True).order_by("-effective_from")[:1].get()
    content = default_content()
    owned = PolicyVersion.objects.dated().filter(created_by__isnull=False).exclude(pk=first.pk).exists()
    if newest.digest == content_digest(content) or owned:
        return newest
    today = business_today()
    used = newest.effective_from >= today or any(pinned(newest.number) for pinned in PINNED_BY)
    on = max(newest.effective_from, today) + timedelta(days=1) if used else today
    words = "产品新版本的默认政策表 / Default tables of a newer edition of the product"
    return activate(draft_version(next_number(), content, on, words, None), None)
