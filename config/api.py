"""The REST API: the same services as the pages, bearer tokens, RFC 9457 problems, an idempotency key on each write."""

import json
from typing import Any, Final

from django.http import HttpRequest
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja.parser import Parser
from ninja.security import HttpBearer

from accounts.access import access
from accounts.problems import Problem
from accounts.tokens import user_of_token
from audit.api import router as audit
from config.api_document import DocumentedAPI
from config.api_problems import asked_language, guarded, install, unknown_address
from contracts.api import router as documents
from customers.api import router as customers
from policies.api import versions as policy_versions
from policies.api_drafts import drafts as policy_drafts
from pricing.api import agreements as price_agreements
from pricing.api import checks as price_checks
from workflows.api import lines, requests
from workflows.api_consulting import consulting
from workflows.api_contract import contract_letters
from workflows.api_contract_template import clause_library, template_letters
from workflows.api_credit import applications
from workflows.api_delegations import delegations
from workflows.api_handing import handing
from workflows.api_notices import deliveries, notifications, preferences
from workflows.api_overriding import overriding
from workflows.api_policy import policy_changes, rerouting
from workflows.api_queue import asides, queue, saved_filters
from workflows.api_replay import replays
from workflows.api_special_price import special_price_letters
from workflows.api_step_actions import step_actions
from workflows.api_tier_change import tier_change_letters

DESCRIPTION: Final = """Customers, requests of every kind, credit lines, granted prices, documents and the audit trail.

`POST /price-checks` says which price holds for an order line and takes its quantity from the agreement, once.

Every write carries `Idempotency-Key`. Amounts are text (`"1200000.00"`), days `2026-01-31`, times with a zone.
Lists are keyset pages: `{"items": [...], "next_cursor": ...}`. Errors are problem documents with a stable `code`.
What you may not see answers 404; what you may see but not do answers 403.
"""


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`; the token's user acts, with his roles of this moment."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        user = user_of_token(token)
        if user is not None:
            request.user = user
            translation.activate(asked_language(request) or user.language)
        return user


class Inexact(str):
    """A JSON number that binary floating point could not hold."""


class StrictParser(Parser):
    """JSON as it is meant: no floats (money is text), no NaN, no key twice."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem("unsupported_media_type", 415, _("The body must be application/json."))
        try:
            body = json.loads(
                request.body, parse_float=Inexact, parse_constant=Inexact, object_pairs_hook=_exact_object
            )
        except (ValueError, RecursionError) as error:
            raise Problem("malformed_json", 400, _("The body is not valid JSON.")) from error
        _check_exact("", body)
        return body


def _exact_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            sentence = _("The key %(key)s occurs twice in an object.") % {"key": key[:80]}
            raise Problem("duplicate_key", 400, sentence, [{"field": key, "message": sentence}])
        _check_exact(key, value)
        found[key] = value
    return found


def _check_exact(key: str, value: Any) -> None:
    """Objects inside have been checked by the hook already; lists have not."""
    if isinstance(value, list):
        for each in value:
            _check_exact(key, each)
    if isinstance(value, Inexact):
        sentence = _("Write %(number)s as text: amounts are exact.") % {"number": value[:40]}
        raise Problem("number_not_exact", 400, sentence, [{"field": key, "message": sentence}])


api = DocumentedAPI(
    title="Countersign",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=Bearer(),
    parser=StrictParser(),
    docs_url=None,  # its page would need scripts from elsewhere
    openapi_url="/openapi.json",
)
api.add_router("/customers", customers)
api.add_router("/credit-applications", applications)
api.add_router("/requests", asides)
api.add_router("/requests", requests)
api.add_router("/requests", handing)
api.add_router("/requests", consulting)
api.add_router("/requests", overriding)
api.add_router("/delegations", delegations)
api.add_router("/requests", step_actions)
api.add_router("/queue", queue)
api.add_router("/saved-filters", saved_filters)
api.add_router("/credit-lines", lines)
api.add_router("/tier-changes", tier_change_letters)
api.add_router("/special-prices", special_price_letters)
api.add_router("/contracts", contract_letters)
api.add_router("/contract-templates", template_letters)
api.add_router("/clauses", clause_library)
api.add_router("/price-agreements", price_agreements)
api.add_router("/price-checks", price_checks)
api.add_router("/documents", documents)
api.add_router("/policies", policy_versions)
api.add_router("/policies", policy_drafts)
api.add_router("/policies", replays)
api.add_router("/policy-changes", policy_changes)
api.add_router("/requests", rerouting)
api.add_router("/audit-events", audit)
api.add_router("/notifications", notifications)
api.add_router("/notification-preferences", preferences)
api.add_router("/deliveries", deliveries)
install(api)

# Bearer tokens, not sessions, open these addresses.
urls = api.urls  # every access makes new views
for _pattern in urls[0]:
    _pattern.callback = csrf_exempt(guarded(_pattern.callback))  # type: ignore[arg-type]
    _pattern.callback.login_required = False  # type: ignore[attr-defined]

unknown = access("public")(csrf_exempt(guarded(unknown_address)))
urlpatterns = [
    path("api/v1/", urls),
    path("api", unknown),
    path("api/", unknown),
    path("api/<path:rest>", unknown),
]
