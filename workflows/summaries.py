"""A request in one line, as lists, queue and home page show it: by its kind, from what was submitted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.db.models import F

from workflows.kinds.pages import PAGES
from workflows.models import Request, Submission
from workflows.pages import Frozen, Line

# The parts of a submission that a row of a list shows: the evaluation, which is large, stays in the database.
SHOWN: Final = {"asked": "content__asked", "facts": "content__facts", "terms": "content__terms"}


def lines(loaded: Iterable[tuple[Request, Mapping[str, Any]]]) -> dict[int, Line]:
    """One line for each request of a list, of whatever kind; a constant number of statements for each kind.

    Args:
        loaded: requests with the parts of their submission that `SHOWN` names.
    """
    by_kind: dict[str, list[Frozen]] = {}
    for request, parts in loaded:
        by_kind.setdefault(request.kind, []).append(Frozen(request, **parts))
    found: dict[int, Line] = {}
    for kind, rows in by_kind.items():
        today = PAGES[kind].todays(rows)
        for row in rows:
            found[row.request.pk] = PAGES[kind].line(replace(row, today=today.get(row.request.pk)))
    return found


def lines_of(requests: Sequence[Request]) -> dict[int, Line]:
    """The same for requests alone: one statement more."""
    current = Submission.objects.filter(request__in=requests, round=F("request__round"))
    found = current.values_list("request_id", *SHOWN.values())
    parts = {key: dict(zip(SHOWN, values, strict=True)) for key, *values in found}
    return lines((request, parts[request.pk]) for request in requests if request.pk in parts)
