"""One page of a long list by key, newest first: the same cost on every page, and nothing is shown twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE: Final = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, newest first, with the cursors of the neighbouring pages."""

    rows: list[Row]
    older: int | None
    newer: int | None


def page_of(rows: QuerySet[Row], sent: Mapping[str, str], size: int = SIZE) -> Page[Row]:
    """The page that an address asks for with `before` or `after`, else the newest; one statement."""
    before, after = cursor(sent.get("before", "")), cursor(sent.get("after", ""))
    if after is not None:
        nearest = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        shown = nearest[:size][::-1]
        return Page(shown, shown[-1].pk if shown else None, shown[0].pk if len(nearest) > size else None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    shown = found[:size]
    older = shown[-1].pk if len(found) > size else None
    return Page(shown, older, shown[0].pk if before is not None and shown else None)


def cursor(text: str) -> int | None:
    """A number of a row; anything else means the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
