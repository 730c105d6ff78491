"""Where higher layers put their part of the customer page: lines, requests, documents.

`customers` knows none of them; each registers, when its app starts, a function that says what to show.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

from customers.models import Customer

# (template, its context), or None to show nothing to this reader
Panel = tuple[str, Mapping[str, Any]]
Provider = Callable[[HttpRequest, Customer], Panel | None]
_providers: list[tuple[int, Provider]] = []


def register(provider: Provider, *, position: int = 100) -> None:
    """Add a part to the customer page; lower positions come first."""
    _providers.append((position, provider))


def panels(request: HttpRequest, customer: Customer) -> list[dict[str, Any]]:
    """The parts for this reader, ready for the template: ``{"template": …, "context": {…}}``."""
    given = (provide(request, customer) for _, provide in sorted(_providers, key=lambda pair: pair[0]))
    return [{"template": panel[0], "context": panel[1]} for panel in given if panel is not None]
