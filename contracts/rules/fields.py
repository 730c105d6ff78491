"""The fields that a contract template may print, with examples, and whether values fit them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.rules.field_list import ROWS

# Filled in by the production of documents, never by who draws up a contract.
IDENTITY: Final = "document"
# The picture that becomes the QR code of the verification page.
QR: Final = "qr"


@dataclass(frozen=True)
class Field:
    """One value of a contract; `clause` is where it belongs, `required` whether every template prints it."""

    path: str
    zh: str
    en: str
    sample_zh: str
    sample_en: str
    clause: str
    required: bool


FIELDS: Final[Mapping[str, Field]] = {row[0]: Field(*row) for row in ROWS}
LISTS: Final = frozenset(path.split("[]")[0] for path in FIELDS if "[]" in path)


def sample(language: str) -> dict[str, Any]:
    """A complete example: nested texts, every list with one row, as a template is rendered with."""
    context: dict[str, Any] = {}
    for field in FIELDS.values():
        put(context, field.path, field.sample_en if language == "en" else field.sample_zh)
    return context


def put(context: dict[str, Any], path: str, value: str) -> None:
    """Set the value at a path; "lines[].name" goes into the first row."""
    *groups, name = path.split(".")
    place = context
    for group in groups:
        if group.endswith("[]"):
            place = place.setdefault(group[:-2], [{}])[0]
        else:
            place = place.setdefault(group, {})
    place[name] = value


def only(values: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The values at these paths, nested as before: the paper must show everything that it was given."""
    kept: dict[str, Any] = {}
    for path in sorted(paths):
        first, _, rest = path.partition(".")
        if first.endswith("[]"):
            rows = values.get(first[:-2], [])
            kept_rows = kept.setdefault(first[:-2], [{} for _ in rows])
            for row, kept_row in zip(rows, kept_rows, strict=True):
                kept_row[rest] = row[rest]
        elif first in LISTS:
            kept.setdefault(first, [{} for _ in values.get(first, [])])
        elif rest:
            kept[first] = _merged(kept.get(first, {}), only(values[first], [rest]))
        else:
            kept[first] = values[first]
    return kept


def problems(values: Mapping[str, Any], paths: Iterable[str]) -> list[str]:
    """The paths that are missing in the values or are not text; empty when a template can be filled."""
    return [path for path in sorted(paths) if path not in LISTS and not _has_text(values, path)]


def _has_text(values: object, path: str) -> bool:
    first, _, rest = path.partition(".")
    if not isinstance(values, Mapping):
        return False
    if first.endswith("[]"):
        rows = values.get(first[:-2])
        return isinstance(rows, list) and all(_has_text(row, rest) for row in rows)
    return _has_text(values.get(first), rest) if rest else isinstance(values.get(first), str)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for name, value in other.items():
        merged[name] = _merged(merged.get(name, {}), value) if isinstance(value, dict) else value
    return merged
