"""What one content of the policy tables changes against another: tables, rows and single fields, nothing else.

Contents are in the stored form (`policies.queries.content`). Rows belong together by their code; one that only got
another code is said to be renamed. A row has moved when it stands elsewhere among the rows that both contents have.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.rules.grid import Field, fields, get

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
MARKS = {ADDED: "+", REMOVED: "−", CHANGED: "~", MOVED: "↕"}
# What is said of a table apart from its rows: Chinese, English.
_SETTINGS = {
    "hit_policy": ("多行成立时", "when several rows hold"),
    "title_zh": ("中文标题", "title in Chinese"),
    "title_en": ("英文标题", "title in English"),
    "ladder": ("档次顺序", "ladder"),
    "cap": ("最多上升档数", "raises by at most"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that was written differently."""

    field: Field
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that was added, removed, changed or moved; positions count from 1, None where it is not there.

    `moved`: it stands elsewhere, whatever else is changed in it.
    """

    kind: str
    code: str
    before: int | None
    after: int | None
    fields: tuple[FieldChange, ...] = ()
    moved: bool = False

    @property
    def mark(self) -> str:
        """The sign that stands beside the colour."""
        return MARKS[self.kind]


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that was added, removed or changed: its rows, columns and settings."""

    kind: str
    code: str
    zh: str
    en: str
    rows: tuple[RowChange, ...] = ()
    columns: tuple[FieldChange, ...] = ()
    settings: tuple[FieldChange, ...] = ()

    @property
    def mark(self) -> str:
        """The sign that stands beside the colour."""
        return MARKS[self.kind]

    def count(self, kind: str) -> int:
        """How many rows were added, removed, changed or moved."""
        return sum(row.kind == kind for row in self.rows)


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[TableChange]:
    """Every table that differs, in the order of the new content; removed ones at the end."""
    old = {table["code"]: table for table in before["tables"]}
    new = {table["code"]: table for table in after["tables"]}
    found = []
    for code, table in new.items():
        change = _added(table) if code not in old else table_diff(old[code], table)
        if change is not None:
            found.append(change)
    gone = [TableChange(REMOVED, code, t["title_zh"], t["title_en"]) for code, t in old.items() if code not in new]
    return [*found, *gone]


def _added(table: Mapping[str, Any]) -> TableChange:
    empty = {**table, "rows": [], "columns": []}
    change = table_diff(empty, table)
    rows = change.rows if change is not None else ()
    return TableChange(ADDED, table["code"], table["title_zh"], table["title_en"], rows)


def table_diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> TableChange | None:
    """What differs inside one table; None for nothing."""
    rows = tuple(_rows(before, after))
    columns = tuple(_columns(before, after))
    settings = tuple(_settings(before, after))
    if not (rows or columns or settings):
        return None
    return TableChange(CHANGED, after["code"], after["title_zh"], after["title_en"], rows, columns, settings)


def _rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[RowChange]:
    old, new = before["rows"], after["rows"]
    place = {row["code"]: number for number, row in enumerate(old)}
    partner = {n: place[row["code"]] for n, row in enumerate(new) if row["code"] in place}
    partner |= _renamed(old, new, partner)
    named = _fields(before, after)
    moved = _moved(partner)
    for number, row in enumerate(new):
        here = partner.get(number)
        if here is None:
            written = tuple(FieldChange(f, "", get(row, f.name)) for f in named if get(row, f.name))
            yield RowChange(ADDED, row["code"], None, number + 1, written)
            continue
        changed = tuple(_changed(old[here], row, named))
        if changed:
            yield RowChange(CHANGED, old[here]["code"], here + 1, number + 1, changed, number in moved)
        elif number in moved:
            yield RowChange(MOVED, row["code"], here + 1, number + 1, moved=True)
    for number in sorted(set(range(len(old))) - set(partner.values())):
        row = old[number]
        written = tuple(FieldChange(f, get(row, f.name), "") for f in named if get(row, f.name))
        yield RowChange(REMOVED, row["code"], number + 1, None, written)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], named: Sequence[Field]) -> Iterator[FieldChange]:
    for field in named:
        before, after = get(old, field.name), get(new, field.name)
        if before != after:
            yield FieldChange(field, before, after)


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Field]:
    return list({field.name: field for table in (after, before) for field in fields(table)}.values())


def _renamed(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], partner: Mapping[int, int]
) -> dict[int, int]:
    """Rows whose code alone is another one."""
    left = [number for number in range(len(old)) if number not in set(partner.values())]
    found: dict[int, int] = {}
    for number in (n for n in range(len(new)) if n not in partner):
        same = next((n for n in left if _apart_from_code(old[n]) == _apart_from_code(new[number])), None)
        if same is not None:
            found[number] = same
            left.remove(same)
    return found


def _apart_from_code(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "code"}


def _moved(partner: Mapping[int, int]) -> set[int]:
    """The fewest rows whose going elsewhere explains the new order: all but a longest ascending sequence."""
    order = sorted(partner)
    tails: list[int] = []
    lengths = []
    for number in order:
        at = bisect_left(tails, partner[number])
        tails[at : at + 1] = [partner[number]]
        lengths.append(at + 1)
    stays, wanted = set(), len(tails)
    for number, length in zip(reversed(order), reversed(lengths), strict=True):
        if length == wanted:
            stays.add(number)
            wanted -= 1
    return set(order) - stays


def _columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    """Conditions that a table can ask for now, and no longer."""
    old = {each.name: each for each in fields({**before, "rows": []}) if each.part == "in"}
    new = {each.name: each for each in fields({**after, "rows": []}) if each.part == "in"}
    yield from (FieldChange(new[name], "", name) for name in new if name not in old)
    yield from (FieldChange(old[name], name, "") for name in old if name not in new)


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    """The hit policy, the titles and what the table routes, where they differ."""
    for name in ("hit_policy", "title_zh", "title_en"):
        if before[name] != after[name]:
            yield FieldChange(_setting(name), before[name], after[name])
    old, new = before.get("routing", {}), after.get("routing", {})
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield FieldChange(_setting(name), _said(old.get(name)), _said(new.get(name)))


def _setting(name: str) -> Field:
    return Field(name, "setting", name, "text", *_SETTINGS.get(name, (name, name)))


def _said(value: Any) -> str:
    return " < ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def sentences(changes: Sequence[TableChange]) -> list[tuple[str, str, str]]:
    """(mark, Chinese, English) of every change, one line each: for papers, logs and the trail."""
    return [line for change in changes for line in _lines(change)]


def _lines(change: TableChange) -> Iterator[tuple[str, str, str]]:
    zh, en = f"{change.code}（{change.zh}）", f"{change.code} ({change.en})"
    if change.kind != CHANGED:
        whole = {ADDED: ("新增表格", "table added"), REMOVED: ("删除表格", "table removed")}[change.kind]
        yield change.mark, f"{zh}：{whole[0]}", f"{en}: {whole[1]}"
    for each in change.settings:
        said = f"{each.before} → {each.after}"
        yield MARKS[CHANGED], f"{zh} {each.field.zh}：{said}", f"{en} {each.field.en}: {said}"
    for each in change.columns:
        mark = MARKS[ADDED if each.after else REMOVED]
        yield mark, f"{zh}：条件「{each.field.zh}」", f"{en}: condition “{each.field.en}”"
    for row in change.rows:
        yield row.mark, f"{zh} {row.code}：{_row_words(row, 'zh')}", f"{en} {row.code}: {_row_words(row, 'en')}"


def _row_words(row: RowChange, language: str) -> str:
    zh = language == "zh"
    none = "任意" if zh else "any"
    parts = []
    if row.moved:
        parts = [f"第 {row.before} 行 → 第 {row.after} 行" if zh else f"row {row.before} → row {row.after}"]
    elif row.kind == ADDED:  # where the first row that holds decides, its place decides too
        parts = [f"第 {row.after} 行" if zh else f"row {row.after}"]
    for each in row.fields:
        if each.field.wording and row.kind != CHANGED:
            continue
        label = each.field.zh if zh else each.field.en
        if row.kind == CHANGED:
            parts.append(f"{label} {each.before or none} → {each.after or none}")
        else:
            parts.append(f"{label} {each.after or each.before}")
    return ("；" if zh else "; ").join(parts)
