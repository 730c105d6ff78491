"""One text for one value: the JSON form that is hashed (RFC 8785, restricted).

Allowed are text, whole numbers of 64 bits, true, false, null, lists and objects. Money, dates and times are
text. Floats are refused because two machines may print one float in two ways; NUL and lone surrogates because
no two readers agree on them; duplicate keys because two readers may see two values.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise

MAX_INTEGER: Final = 2**63 - 1
MAX_DEPTH: Final = 32
_UNUSUAL: Final = re.compile(r"[\U00010000-\U0010ffff]|\\u0000")
_QUICK: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class NotCanonicalError(ValueError):
    """The value or text has no canonical form; the message says where and why."""


def instant(at: datetime) -> str:
    """UTC with six digits of a second, e.g. ``2026-01-31T08:00:00.000000Z``; an aware time is required."""
    if at.tzinfo is None:
        raise NotCanonicalError("a time without a zone is ambiguous")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dumps(value: Any) -> str:
    """Return the canonical text of a value; Decimal, date, datetime, UUID and lazy strings become text.

    Raises:
        NotCanonicalError: for floats, non-finite decimals, NUL, lone surrogates, other types, depth over 32.
    """
    return json.dumps(_plain(value, "$", 0), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def loads(text: str) -> Any:
    """Read canonical text strictly.

    Raises:
        NotCanonicalError: for anything that `dumps` would not have written, byte for byte.
    """
    try:
        value = json.loads(text, parse_int=_small_integer, parse_float=_refuse_number, parse_constant=_refuse_number)
        # Fast for what we wrote ourselves; keys above U+FFFF sort differently, so they take the slow way
        if _UNUSUAL.search(text) is None and _QUICK.encode(value) == text:
            return value
        value = json.loads(text, object_pairs_hook=_object)
        written = dumps(value)
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonicalError(f"not JSON: {error}") from error
    if written != text:
        raise NotCanonicalError("the text is not in canonical form")
    return value


def _plain(value: Any, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotCanonicalError(f"{where}: nested deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _integer(value, where)
    if isinstance(value, Mapping):
        return _mapping(value, where, depth)
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    return _text(_as_text(value, where), where)


def _integer(value: int, where: str) -> int:
    if abs(value) > MAX_INTEGER:
        raise NotCanonicalError(f"{where}: the number does not fit into 64 bits")
    return int(value)


def _mapping(value: Mapping[Any, Any], where: str, depth: int) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise NotCanonicalError(f"{where}: the key {key!r} is not text")
    # RFC 8785 sorts by UTF-16 code units, which differs from Python's order outside the basic plane
    keys = sorted((_text(str(key), f"{where} key") for key in value), key=lambda key: key.encode("utf-16-be"))
    return {key: _plain(value[key], f"{where}.{key}", depth + 1) for key in keys}


def _as_text(value: Any, where: str) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NotCanonicalError(f"{where}: {value} is not a number")
        return format(value, "f")
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Promise):  # a lazy translation: recorded in the language of the moment
        return str(value)
    raise NotCanonicalError(f"{where}: {type(value).__name__} cannot be written exactly")


def _text(value: str, where: str) -> str:
    if "\x00" in value:
        raise NotCanonicalError(f"{where}: NUL is not allowed in text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonicalError(f"{where}: half of a surrogate pair is not a character") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonicalError("an object names a key twice")
    return found


def _small_integer(literal: str) -> int:
    return _integer(int(literal), "$") if len(literal) < 21 else _refuse_number(literal)


def _refuse_number(literal: str) -> Any:
    raise NotCanonicalError(f"the number {literal[:40]} is not a whole number of 64 bits")
