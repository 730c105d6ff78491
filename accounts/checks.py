"""System check: a route whose view does not declare its access is an Error."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

# Third-party routes that bring their own rules: the admin (staff flag), the API (bearer tokens).
THIRD_PARTY = ("admin/", "api/v1/")


def views(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every (route, view) below the patterns."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


@register("security")
def every_view_declares_its_access(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    return [
        Error(
            f"The view of '{route}' declares no access policy.",
            hint="Use accounts.access.access(...).",
            id="accounts.E001",
        )
        for route, view in views(get_resolver().url_patterns)
        if not route.startswith(THIRD_PARTY) and not hasattr(view, "access_policy")
    ]
