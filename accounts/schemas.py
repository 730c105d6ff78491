"""Values of the REST API that every resource shares: exact text, pages by key, the idempotency key of a write."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from accounts.models import User
from accounts.money import NotMoney, parse_money
from accounts.problems import Problem

LARGEST_PAGE: Final = 200
LARGEST_ID: Final = 2**63 - 1
LONGEST_KEY: Final = 180
STORABLE: Final = r"^[^\x00]*$"
Row = TypeVar("Row", bound=Model)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _money(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, str):
        raise ValueError(_('An amount is written as text, for example "1200000.00".'))
    try:
        return parse_money(value)
    except NotMoney as error:
        raise ValueError(_("This is not an amount (%(code)s).") % {"code": error.code}) from error


def _day(value: Any) -> Any:
    """Days are ISO text; anything else could be read as seconds since 1970."""
    if value is not None and not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError(_("A day is written as text such as 2026-01-31."))
    return value


def _moment(value: Any) -> Any:
    if not (isinstance(value, str) and "T" in value):
        raise ValueError(_("A time is written as text such as 2026-01-31T18:00:00+08:00."))
    return value


def _storable(text: str) -> str:
    """Half a surrogate pair and NUL are no text that a database keeps."""
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(_("The text contains characters that cannot be stored."))
    return text


# In and out as text: a JSON number would be read as a binary float by most clients.
Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$", "examples": ["1200000.00"]}),
]
Text = Annotated[str, AfterValidator(_storable)]
Day = Annotated[date | None, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
# True is no number and "1" is no number.
Whole = StrictInt
Flag = StrictBool

Cursor = Annotated[
    int | None, Query(ge=1, le=LARGEST_ID, description="`next_cursor` of the page before; absent for the first page")
]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="rows per page")]
# No validator but the pattern: ninja loses the default of a parameter whose type carries more.
Word = Annotated[str | None, Query(max_length=200, pattern=STORABLE)]
Words = Annotated[str, Query(max_length=200, pattern=STORABLE)]
Name = Annotated[str, Path(max_length=200, pattern=STORABLE)]


class Strict(Schema):
    """An input: a member that is not declared is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema):
    """`next_cursor` is given back as `cursor` for the following page; null at the end."""

    next_cursor: str | None


def check_nulls(model: type[Model], values: dict[str, Any]) -> None:
    """Refuse null for a member that cannot be empty; a change may leave members out, so types do not say it.

    Raises:
        ValidationError: naming the members.
    """
    empty = [name for name, value in values.items() if value is None and not model._meta.get_field(name).null]
    if empty:
        raise ValidationError({name: _("This must not be null.") for name in empty})


def acting(request: HttpRequest) -> User:
    """The user whose token came with the request."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def idempotency_key(request: HttpRequest) -> str:
    """The key that every write carries.

    Raises:
        Problem: 400 when the header is missing or too long.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise Problem("idempotency_key_missing", 400, _("The header Idempotency-Key is missing."))
    if len(key) > LONGEST_KEY:
        raise Problem("idempotency_key_invalid", 400, _("The header Idempotency-Key is too long."))
    return f"api:{key}"


def keyset(
    rows: QuerySet[Row], cursor: int | None, limit: int, *, newest_first: bool = True
) -> tuple[list[Row], str | None]:
    """One page and the cursor of the next one: one statement, whatever the page's place in the list."""
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor) if newest_first else rows.filter(pk__gt=cursor)
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    page = found[:limit]
    return page, str(page[-1].pk) if len(found) > limit else None
