"""The REST API: the same services as the pages, bearer tokens, RFC 9457 problems, an idempotency key on each write."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

from accounts.problems import Problem
from accounts.tokens import user_of_token
from audit.api import router as audit
from contracts.api import router as documents
from customers.api import router as customers
from workflows.api import applications, lines, requests


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`; the token's user acts, with his roles of this moment."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        user = user_of_token(token)
        if user is not None:
            request.user = user
            if "Accept-Language" not in request.headers:
                translation.activate(user.language)
        return user


class StrictParser(Parser):
    """JSON as it is meant: no floats (money is text), no NaN, no key twice."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(
                request.body,
                parse_float=_no_float,
                parse_constant=_no_constant,
                object_pairs_hook=_no_duplicates,
            )
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise Problem("malformed_json", 400, _("The body is not valid JSON.")) from error


def _no_float(text: str) -> Any:
    raise Problem(
        "number_not_exact", 400, _("Write %(number)s as text: amounts are exact.") % {"number": text[:40]}
    )


def _no_constant(text: str) -> Any:
    raise Problem("number_not_exact", 400, _("%(number)s is not a number.") % {"number": text})


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("duplicate_key", 400, _("A key occurs twice in an object."))
    return found


api = NinjaAPI(
    title="Countersign",
    version="1",
    urls_namespace="api",
    auth=Bearer(),
    parser=StrictParser(),
    docs_url=None,  # its page would need scripts from elsewhere
    openapi_url="/openapi.json",
)
api.add_router("/customers", customers)
api.add_router("/credit-applications", applications)
api.add_router("/requests", requests)
api.add_router("/credit-lines", lines)
api.add_router("/documents", documents)
api.add_router("/audit-events", audit)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem document (RFC 9457); `type` is the stable code."""
    body = {
        "type": f"urn:countersign:problem:{problem.code}",
        "code": problem.code,
        "title": str(problem.title),
        "status": problem.status,
        "instance": request.path,
        **({"errors": problem.errors} if problem.errors else {}),
        **problem.extra,
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type="application/problem+json"
    )


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return answer(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"field": ".".join(str(part) for part in each["loc"][1:]), "message": each["msg"]}
        for each in error.errors
    ]
    return answer(request, Problem("invalid", 422, _("Some values are not valid."), errors))


@api.exception_handler(DjangoValidationError)
def _refused(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    errors = [{"field": name, "message": message} for name, messages in named.items() for message in messages]
    return answer(request, Problem("invalid", 422, _("Some values are not valid."), errors))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(request, Problem("not_found", 404, _("There is no such thing, or it is not yours to see.")))


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return answer(request, Problem("forbidden", 403, _("You may see this, but not do this.")))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja hides what the parser refused behind its own error; the reason is the cause."""
    if isinstance(error.__cause__, Problem):
        return answer(request, error.__cause__)
    return answer(request, Problem("unreadable_request", error.status_code, _("The request cannot be read.")))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = answer(request, Problem("unauthenticated", 401, _("A valid bearer token is needed.")))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


# Bearer tokens, not sessions, open these addresses.
urls = api.urls  # every access makes new views
for _pattern in urls[0]:
    _pattern.callback.login_required = False  # type: ignore[attr-defined,union-attr]
