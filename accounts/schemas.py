"""Values of the REST API: money as text, pages by key, the idempotency key of a write."""

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from accounts.money import NotMoney, parse_money
from accounts.problems import Problem

LARGEST_PAGE = 200


def _money(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, str):
        raise ValueError('money is written as text, for example "1200000.00"')
    try:
        return parse_money(value)
    except NotMoney as error:
        raise ValueError(f"not an amount ({error.code})") from error


# In and out as text: a JSON number would be read as a binary float by most clients.
Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$", "examples": ["1200000.00"]}
    ),
]


def idempotency_key(request: HttpRequest) -> str:
    """The key that every write carries.

    Raises:
        Problem: 400 when the header is missing.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise Problem("idempotency_key_missing", 400, _("The header Idempotency-Key is missing."))
    return f"api:{key}"


def page_size(limit: int) -> int:
    """Between 1 and 200 rows."""
    return max(1, min(limit, LARGEST_PAGE))
