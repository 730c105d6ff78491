"""Everything is denied until a view says who may come in.

Every view carries exactly one declaration; `accounts.checks` makes a view without one an Error.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.queries import has_role

View = Callable[..., HttpResponse]
PUBLIC: Final = "public"
AUTHENTICATED: Final = "authenticated"


def roles(*names: str) -> tuple[str, ...]:
    """A policy that lets in who holds one of these roles today."""
    return tuple(str(name) for name in names)


def access(policy: str | tuple[str, ...]) -> Callable[[View], View]:
    """Declare who may use the view: ``"public"``, ``"authenticated"`` or ``roles(...)``.

    Raises:
        PermissionDenied: from the view, when no role of the policy is held at this moment.
    """
    if isinstance(policy, str) and policy not in (PUBLIC, AUTHENTICATED):
        raise ValueError(f"unknown access policy {policy!r}")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if isinstance(policy, tuple) and not (request.user.is_authenticated and has_role(request.user, *policy)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access_policy = policy  # type: ignore[attr-defined]
        return login_not_required(guarded) if policy == PUBLIC else guarded

    return declare
