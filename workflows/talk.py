"""What people say beside a request, and who is kept informed: how both are shown. Two statements."""

import re
from typing import Any, Final

from django.urls import reverse
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from workflows.forms import WatcherForm
from workflows.models import Comment, Request, Watcher

LAST: Final = 100
_NUMBER: Final = re.compile(r"\b[A-Z]{2}-\d{6}-\d{4,}\b", re.ASCII)


def talk(request: Request, user: User, watcher_form: WatcherForm | None = None) -> dict[str, Any]:
    """Comments, oldest first, and watchers of a request that the user sees.

    Args:
        watcher_form: as it was sent, when a colleague could not be added.
    """
    rows = Comment.objects.filter(request=request).select_related("author").order_by("-pk")[: LAST + 1]
    comments = list(rows)
    watchers = list(
        Watcher.objects.filter(request=request, ended_at__isnull=True).select_related("user", "added_by").order_by("pk")
    )
    return {
        "comments": [{"row": each, "html": linked(each.text)} for each in reversed(comments[:LAST])],
        "earlier": len(comments) > LAST,
        "watchers": [{"row": each, "mine": user.pk in (each.user_id, each.added_by_id)} for each in watchers],
        "watcher_form": watcher_form or WatcherForm(auto_id="watcher_%s"),
        "watching": any(each.user_id == user.pk for each in watchers),
    }


def linked(text: str) -> SafeString:
    """Plain text as HTML: escaped, with its line breaks, and the numbers of requests as links."""
    safe = linebreaks(text, autoescape=True)

    def link(found: re.Match[str]) -> str:
        return format_html('<a href="{}">{}</a>', reverse("workflows:request", args=[found[0]]), found[0])

    return mark_safe(_NUMBER.sub(link, safe))  # noqa: S308  # escaped above; what is put in is a number
