"""Each user reads in his own language and time zone."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from accounts.models import User
from accounts.problems import Problem

LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME


class PreferencesMiddleware:
    """Language: the account's; before login the cookie's, then the browser's. Time zone: the account's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        language = user.language if user else translation.get_language_from_request(request)
        zone = user.time_zone if user else settings.TIME_ZONE
        with translation.override(language), timezone.override(zoneinfo.ZoneInfo(zone)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class AddressMiddleware:
    """Nothing has NUL in its address, and the database would not even take the question."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, named: dict[str, Any]) -> None:
        """The API answers for itself, with a problem document."""
        if not request.path.startswith("/api/") and any("\x00" in str(value) for value in named.values()):
            raise Http404


class ProblemMiddleware:
    """A refusal that a page did not show at its place becomes a page of its own, never an error of the server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Problem):
            return None
        return render(request, "problem.html", {"problem": exception}, status=exception.status)
