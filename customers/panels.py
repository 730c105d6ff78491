"""Where higher layers put their part of the customer page: lines, requests, documents.

`customers` knows none of them; each registers, when its app starts, a function that says what to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from customers.models import Customer

# (template, its context), or None to show nothing to this reader
Panel = tuple[str, Mapping[str, Any]]
Provider = Callable[[HttpRequest, Customer], Panel | None]
# What stands above the trade figures: pictures that people look at first.
FIRST: Final = 10


@dataclass(frozen=True)
class Place:
    """Where a part stands on the page, and the tab that leads to it."""

    position: int
    provide: Provider
    anchor: str
    label: Any


_providers: list[Place] = []


def register(provider: Provider, *, position: int = 100, anchor: str = "", label: Any = "") -> None:
    """Add a part to the customer page; lower positions come first, those up to `FIRST` above everything else.

    Args:
        anchor, label: of the tab that leads there; a part without a label has none.
    """
    _providers.append(Place(position, provider, anchor, label))


def panels(request: HttpRequest, customer: Customer) -> list[dict[str, Any]]:
    """The parts for this reader, ready for the template: ``{"template", "context", "anchor", "label", "first"}``."""
    shown = []
    for place in sorted(_providers, key=lambda place: place.position):
        panel = place.provide(request, customer)
        if panel is not None:
            about = {"anchor": place.anchor, "label": place.label, "first": place.position <= FIRST}
            shown.append({"template": panel[0], "context": panel[1], **about})
    return shown
