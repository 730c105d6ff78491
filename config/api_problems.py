"""Everything that can go wrong below /api/ as a problem document (RFC 9457) with a stable code."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.problems import Problem

View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
# The sentences of the validation library, in the reader's language; by its error types.
SENTENCES: Final = {
    "missing": gettext_lazy("This member is missing."),
    "extra_forbidden": gettext_lazy("There is no such member."),
    "string_type": gettext_lazy("This must be text."),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "bool_type": gettext_lazy("This must be true or false."),
    "list_type": gettext_lazy("This must be a list."),
    "dict_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
    "date_from_datetime_parsing": gettext_lazy("There is no such day."),
    "literal_error": gettext_lazy("Expected one of: %(expected)s."),
    "greater_than_equal": gettext_lazy("This must be at least %(ge)s."),
    "less_than_equal": gettext_lazy("This must be at most %(le)s."),
    "string_too_long": gettext_lazy("This must have at most %(max_length)s characters."),
    "too_long": gettext_lazy("This must have at most %(max_length)s entries or characters."),
    "string_too_short": gettext_lazy("This must have at least %(min_length)s characters."),
    "string_pattern_mismatch": gettext_lazy("The text contains characters that cannot be stored."),
    "value_error": gettext_lazy("%(error)s"),
}


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem document; `type` is the stable code."""
    body = {
        "type": f"urn:countersign:problem:{problem.code}",
        "code": problem.code,
        "title": str(problem.title),
        "status": problem.status,
        "instance": request.path,
        **({"errors": [{"code": problem.code, **error} for error in problem.errors]} if problem.errors else {}),
        **problem.extra,
    }
    # What was sent comes back in it, even text that is none.
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(content, status=problem.status, content_type=MEDIA_TYPE)


def _not_found() -> Problem:
    return Problem("not_found", 404, _("There is no such thing, or it is not yours to see."))


def _too_large() -> Problem:
    return Problem("too_large", 413, _("The body is too large."))


def _unreadable() -> Problem:
    return Problem("unreadable_request", 400, _("The request cannot be read."))


PROBLEMS: Final[dict[type[Exception], Callable[[], Problem]]] = {
    Http404: _not_found,
    PermissionDenied: lambda: Problem("forbidden", 403, _("You may see this, but not do this.")),
    AuthenticationError: lambda: Problem("unauthenticated", 401, _("A valid bearer token is needed.")),
    RequestDataTooBig: _too_large,  # before the errors that it is one of
    SuspiciousOperation: _unreadable,
    MultiPartParserError: _unreadable,
    HttpError: _unreadable,
}


def _invalid(error: ValidationError) -> Problem:
    errors = [{"field": _field(each["loc"]), "message": _sentence(each)} for each in error.errors]
    return Problem("invalid", 422, _("Some values are not valid."), errors)


def _field(place: tuple[Any, ...]) -> str:
    """Where the value is in what was sent: `rows.3.amount`, `limit`."""
    hidden = 2 if place[0] in ("body", "form") and len(place) > 1 else 1
    return ".".join(str(part) for part in place[hidden:])


def _sentence(error: dict[str, Any]) -> str:
    known = SENTENCES.get(error["type"])
    return str(known) % error.get("ctx", {}) if known else str(error["msg"])


def _refused(error: DjangoValidationError) -> Problem:
    named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    errors = [{"field": name, "message": message} for name, messages in named.items() for message in messages]
    return Problem("invalid", 422, _("Some values are not valid."), errors)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception stands for."""
    match error:
        case Problem():
            return error
        case HttpError(__cause__=Exception() as cause):  # ninja hides what refused the body behind its own error
            return problem_of(cause)
        case ValidationError():
            return _invalid(error)
        case DjangoValidationError():
            return _refused(error)
    for kind, make in PROBLEMS.items():
        if isinstance(error, kind):
            return make()
    return Problem("internal_error", 500, _("Something went wrong on our side. It has been logged."))


def handle(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer with the problem; what nobody expected goes to the log with its trace."""
    problem = problem_of(error)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
    response = answer(request, problem)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(api: NinjaAPI) -> None:
    """Let the API answer every exception with a problem."""
    for kind in (Exception, Http404, HttpError, ValidationError):  # ninja has handlers of its own for these
        api.add_exception_handler(kind, handle)  # type: ignore[arg-type]


def asked_language(request: HttpRequest) -> str | None:
    """The first of our languages in Accept-Language; None without one."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return None


@contextmanager
def _in_language(request: HttpRequest) -> Iterator[None]:
    """Neither cookie nor session decides: the header, else (after authentication) the account."""
    with translation.override(asked_language(request) or settings.LANGUAGE_CODE):
        yield


def guarded(view: View) -> View:
    """The view in the asked language; what the library answers by itself becomes a problem too."""

    @wraps(view)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _in_language(request):
            if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                response = answer(request, _too_large())
            else:
                response = _called(view, request, *args, **kwargs)
            response.headers["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
            response.headers["Cache-Control"] = "no-store"
            return response

    return call


def _called(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        response = view(request, *args, **kwargs)
    except Exception as error:
        return handle(request, error)
    if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        return response
    problem = answer(request, Problem("method_not_allowed", 405, _("This address does not take this method.")))
    problem.headers["Allow"] = response.headers.get("Allow", "")
    return problem


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def unknown_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address below /api/."""
    return answer(request, _not_found())
