"""Tells the trail where a web request came from, and records writes refused for lack of authority."""

import hashlib
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from audit import refusals
from audit.origin import Origin, coming_from

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class OriginMiddleware:
    """Sets `audit.origin` for the request and answers with its ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(origin_of(request)) as origin, refusals.watching() as seen:
            response = self.get_response(request)
            # GET never writes; the web server's log has refused reads
            if response.status_code == 403 and request.method not in _SAFE and not seen:
                _record_denied(request)
        response.headers.setdefault("X-Request-ID", origin.request_id)
        return response


def origin_of(request: HttpRequest) -> Origin:
    """Read channel, address, browser (as a hash) and request id from the request."""
    given = request.headers.get("X-Request-ID", "")
    agent = request.headers.get("User-Agent", "")
    return Origin(
        channel="api" if request.path.startswith("/api/") else "page",
        ip=client_address(request),
        user_agent_hash=hashlib.sha256(agent.encode()).hexdigest()[:16] if agent else "",
        request_id=given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex,
    )


def client_address(request: HttpRequest) -> str:
    """The peer's address; behind our own proxy the one it appended, never one the client may invent."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def _record_denied(request: HttpRequest) -> None:
    user = request.user
    if isinstance(user, User):
        refusals.record_refusal(
            "authz.denied", actor=user, code="forbidden", object_type="page", object_id=request.path[:200]
        )
