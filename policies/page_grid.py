"""A table of a version as a grid on a page: every field with what is wrong with it and what is in force instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.language import pick
from policies.findings import UNREADABLE, findings_of
from policies.models import PolicyVersion
from policies.page_kinds import language, row_sentence
from policies.queries import NoPolicyError, content, version_in_force
from policies.rules.check import Finding
from policies.rules.diff import MARKS, RowChange, TableChange, diff
from policies.rules.grid import Field, fields, get, wrong
from policies.rules.pack import Pack
from policies.rules.tables import parse_table

SEPARATOR = "|"
# What a column of conditions is compared with.
UNITS: Final[dict[str, Any]] = {
    "money": _("amount"),
    "pct": "%",
    "days": _("days"),
    "count": _("count"),
    "number": pgettext_lazy("type", "number"),
    "text": _("list"),
    "flag": _("yes or no"),
}


@dataclass(frozen=True)
class CellShown:
    """One field of a row as it is written."""

    row: str
    field: Field
    value: str
    place: str
    error: str
    before: str | None

    @property
    def name(self) -> str:
        """Its name in a form."""
        return SEPARATOR.join(("f", self.row, self.field.name))

    @property
    def label(self) -> str:
        """What it is called."""
        return pick(self.field.zh, self.field.en)

    @property
    def hint(self) -> str:
        """How to write it."""
        return pick(*self.field.hint)


@dataclass(frozen=True)
class RowShown:
    """One row: the fields that stand in it, those that stand under it, and what is said about it."""

    code: str
    place: str
    mark: str
    kind: str
    cells: list[CellShown]
    words: list[CellShown]
    sentence: str
    findings: list[dict[str, Any]]


class Draft:
    """A version with its content, the content that it is compared with, and what is wrong with it."""

    def __init__(self, version: PolicyVersion, on: Any) -> None:
        self.version = version
        self.content = content(version)
        self.base = base_of(version, on)
        self.base_content: Mapping[str, Any] = content(self.base) if self.base else self.content

    @cached_property
    def _judged(self) -> tuple[list[Finding], Pack | None]:
        return findings_of(self.content, self.version.number)

    @property
    def findings(self) -> list[Finding]:
        """Everything that its tables alone show to be wrong."""
        return self._judged[0]

    @property
    def pack(self) -> Pack | None:
        """The tables, where they can be read."""
        return self._judged[1]

    @cached_property
    def changes(self) -> list[TableChange]:
        """Everything that differs from the base."""
        return diff(self.base_content, self.content)

    def change(self, code: str) -> TableChange | None:
        """What differs in one table."""
        return next((each for each in self.changes if each.code == code), None)

    def table(self, code: str) -> dict[str, Any] | None:
        """A table in the stored form."""
        return next((each for each in self.content["tables"] if each["code"] == code), None)


def base_of(version: PolicyVersion, on: Any) -> PolicyVersion | None:
    """What a version is compared with: the one in force; for one that is or was in force, what it was drawn up from."""
    if version.state in ("draft", "checked", "in_review"):
        try:
            return version_in_force(on)
        except NoPolicyError:
            return None
    return version.based_on


def grid(draft: Draft, code: str, *, everything: bool = False) -> dict[str, Any]:
    """What the page of a table shows; columns that no row asks for only when `everything` is wanted."""
    table = draft.table(code)
    assert table is not None  # noqa: S101 - the view has looked
    named = fields(table)
    change = draft.change(code)
    changed = {row.code: row for row in change.rows} if change else {}
    renamed = {each.after: row for row in changed.values() for each in row.fields if each.field.name == "code"}
    used = {f.name for f in named if f.part != "in" or any(get(row, f.name) for row in table["rows"])}
    shown = [f for f in named if not f.wording and (everything or f.name in used)]
    rows = [
        _row(draft, table, row, number, (shown, named), renamed.get(row["code"]) or changed.get(row["code"]))
        for number, row in enumerate(table["rows"], start=1)
    ]
    return {
        "table": table,
        "title": pick(table["title_zh"], table["title_en"]),
        "fields": [
            {"field": f, "label": pick(f.zh, f.en), "hint": pick(*f.hint), "unit": UNITS.get(f.kind, "")} for f in shown
        ],
        "rows": rows,
        "removed": [row for row in changed.values() if row.kind == "removed"],
        "change": change,
        "hidden": sum(f.name not in used for f in named),
        "everything": everything,
        "findings": [finding(draft.version, each) for each in draft.findings if each.table == code and not each.rows],
    }


def _row(
    draft: Draft,
    table: Mapping[str, Any],
    row: Mapping[str, Any],
    number: int,
    named: tuple[Sequence[Field], Sequence[Field]],
    change: RowChange | None,
) -> RowShown:
    shown, everything = named
    before = {each.field.name: each.before for each in change.fields} if change and change.kind == "changed" else {}
    kind = change.kind if change else ""
    here = [each for each in draft.findings if each.table == table["code"] and row["code"] in each.rows[:1]]
    return RowShown(
        row["code"],
        f"r{number}",
        MARKS.get(kind, ""),
        kind,
        [_cell(row, field, number, before) for field in shown],
        [_cell(row, field, number, before) for field in everything if field.wording],
        sentence(draft.pack, table, row),
        [finding(draft.version, each) for each in here if not each.field],
    )


def _cell(row: Mapping[str, Any], field: Field, number: int, before: Mapping[str, str]) -> CellShown:
    value = get(row, field.name)
    said = wrong(field, value)
    place = f"r{number}-{field.name.replace('.', '-')}"
    return CellShown(row["code"], field, value, place, pick(*said) if said else "", before.get(field.name))


def sentence(pack: Pack | None, table: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """A row in words; empty where it has no condition or cannot be read."""
    try:
        if pack is not None and table["code"] in pack.tables:
            parsed = pack.tables[table["code"]]
        else:
            parsed = parse_table({**table, "rows": [row]})
        mine = next((each for each in parsed.rows if each.code == row["code"]), None)
        return row_sentence(pack, parsed, mine) if mine is not None else ""
    except UNREADABLE:
        return ""


def finding(version: PolicyVersion, each: Finding) -> dict[str, Any]:
    """A finding in the reader's language, with the way to its place and to the panel that tries its example."""
    zh = language() == "zh"
    address = ""
    codes = each.table.split()
    if codes:
        address = reverse("policies:table", args=[version.number, codes[0]])
        address += f"#row-{each.rows[0]}" if each.rows else ""
    example = {key: value for key, value in each.example.items() if value != "…"}
    return {
        "finding": each,
        "said": each.zh if zh else each.en,
        "place": " ".join([each.table, *each.rows]),
        "url": address,
        "example": "; ".join(f"{key} = {value}" for key, value in each.example.items()),
        "try": reverse("policies:try", args=[version.number]) + "?" + urlencode({"table": codes[0], **example})
        if example and codes
        else "",
    }
