"""The tables of a version as a workbook, and back: one sheet per table, every cell text, nothing that is executed.

The first sheet names the version and the digest of what was exported. A workbook comes back only into a draft that
still says what it said then; what it would change is shown before anything is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.problems import Problem
from customers.rules.sheets import SheetError, check_archive
from policies.editing import MOST_ROWS
from policies.editing_tables import check_rows
from policies.models import PolicyVersion
from policies.queries import content
from policies.rules.diff import diff
from policies.rules.grid import CONTROL, LONGEST, Field, blank_row, clean, fields, get, put

LARGEST: Final = 2_000_000
FIRST_SHEET: Final = "countersign"
_TITLE_ROWS: Final = 2  # names of the fields, and what they are called
_MOST_COLUMNS: Final = 60
_MOST_SAID: Final = 50
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]{1,40})[\"']")
# How a spreadsheet writes the first half of a line end of Windows.
_LINE_END: Final = re.compile(r"_x000[Dd]_")
_HEAD: Final = PatternFill("solid", fgColor="E9F0FA")
_NARROW, _WIDE = 16, 44


def export(version: PolicyVersion) -> bytes:
    """The workbook of a version: headings stand still, hints show where a cell is chosen, all is text."""
    stored = content(version)
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = FIRST_SHEET
    for name, value in _about(version):
        first.append([name, value])
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 20, 90
    for table in stored["tables"]:
        _write(book.create_sheet(table["code"]), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(version: PolicyVersion) -> Iterator[tuple[str, str]]:
    yield "version", str(version.number)
    yield "digest", version.digest
    yield "note", "一张表一页；第一行和本页请勿改动。 / One sheet per table; leave the first row and this sheet alone."
    yield "note", "所有单元格都是文本；不要用公式。 / Every cell is text; use no formulas."
    yield "note", "删除一行即删除规则；顺序即规则顺序。 / A row that is deleted is removed; the order of rows counts."


def _write(sheet: Any, table: Mapping[str, Any]) -> None:
    named = fields(table)
    for column, field in enumerate(named, start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = _WIDE if field.wording else _NARROW
        head = _text(sheet, 1, column, field.name)
        head.font, head.fill = Font(size=8, color="535F70"), _HEAD
        label = _text(sheet, 2, column, _label(field))
        label.font, label.fill = Font(bold=True), _HEAD
        if any(field.hint):
            _remark(sheet, letter, field)
    for number, row in enumerate(table["rows"], start=_TITLE_ROWS + 1):
        for column, field in enumerate(named, start=1):
            _text(sheet, number, column, get(row, field.name))
    sheet.freeze_panes = sheet.cell(row=_TITLE_ROWS + 1, column=2)


def _remark(sheet: Any, letter: str, field: Field) -> None:
    """How the cells of a column are written, shown where one is chosen; a comment would be a file of its own."""
    note = DataValidation(showInputMessage=True, promptTitle=field.en[:32], prompt="\n".join(field.hint)[:255])
    note.add(f"{letter}{_TITLE_ROWS + 1}:{letter}{_TITLE_ROWS + MOST_ROWS}")
    sheet.add_data_validation(note)


def _text(sheet: Any, row: int, column: int, value: str) -> Any:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    cell = sheet.cell(row=row, column=column)
    if shown := CONTROL.sub("", value):
        cell.value, cell.data_type = shown, "s"
    cell.number_format, cell.quotePrefix = "@", True
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def read(data: bytes, version: PolicyVersion) -> list[dict[str, Any]]:
    """The tables of a workbook in the stored form, those that it has a sheet for.

    Raises:
        Problem: 422 ``workbook`` for a file that is no such workbook, is too large, or holds formulas, macros, links or
            cells that cannot be kept, with each place; 409 ``policy_stale`` when it was exported from other tables.
    """
    if len(data) > LARGEST:
        raise _refusal(_("The file is larger than %(most)s MB.") % {"most": LARGEST // 1_000_000})
    sheets = _sheets(data)
    about = {str(row[0]): str(row[1]) for row in sheets.pop(FIRST_SHEET, []) if len(row) > 1 and row[0]}
    if "digest" not in about:
        raise _refusal(_("This workbook was not exported here: its first sheet does not name a version."))
    before = content(version)
    stale = about["digest"] != version.digest
    try:
        tables = _tables({table["code"]: table for table in before["tables"]}, sheets)
    except Problem:
        if stale:
            raise _stale(about, version) from None
        raise
    # The same workbook once more says what the draft says by now, and changes nothing.
    if stale and diff(before, {"tables": [*_others(before, tables), *tables]}):
        raise _stale(about, version)
    return tables


def _others(before: Mapping[str, Any], tables: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    mine = {table["code"] for table in tables}
    return [table for table in before["tables"] if table["code"] not in mine]


def _stale(about: Mapping[str, str], version: PolicyVersion) -> Problem:
    said = _("The workbook was exported from version %(number)s when it said something else (%(digest)s, now"
             " %(now)s). Export the draft again and repeat your changes there.")  # fmt: skip
    values = {"number": about.get("version", "?"), "digest": about["digest"][:12], "now": version.digest_short}
    return Problem("policy_stale", 409, said % values)


def _tables(stored: Mapping[str, Any], sheets: Mapping[str, list[list[str]]]) -> list[dict[str, Any]]:
    if strangers := sorted(set(sheets) - set(stored)):
        raise _refusal(_("There is no table for the sheet %(sheets)s.") % {"sheets": ", ".join(strangers)[:200]})
    tables = [_table(stored[code], rows) for code, rows in sheets.items()]
    check_rows(tables, "workbook")
    return tables


def _sheets(data: bytes) -> dict[str, list[list[str]]]:
    """Every sheet as rows of text."""
    try:
        check_archive(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            wrong: list[dict[str, str]] = []
            sheets = {sheet.title: list(_rows(sheet, wrong)) for sheet in book.worksheets}
            paths = {sheet._worksheet_path: sheet.title for sheet in book.worksheets}  # type: ignore[attr-defined]  # the stubs do not know it
            merged = _merged(data, paths)
        finally:
            book.close()
    except SheetError as error:
        raise _refusal(_NOT_READABLE.get(error.code, _NOT_READABLE["not_a_table"])()) from error
    except Problem:
        raise
    except Exception as error:  # a hostile file may raise anything inside the reader
        raise _refusal(_NOT_READABLE["not_a_table"]()) from error
    if merged:
        said = _("The cells %(cells)s are merged: take them apart, each says something.")
        errors = [{"field": place, "message": said % {"cells": place}} for place in merged]
        raise _refusal(said % {"cells": ", ".join(merged[:5])}, errors)
    if wrong:
        several = _("%(count)s cells cannot be taken.") % {"count": len(wrong)}
        raise _refusal(wrong[0]["message"] if len(wrong) == 1 else several, wrong[:_MOST_SAID])
    return sheets


def _merged(data: bytes, sheets: Mapping[str, str]) -> list[str]:
    """The merged cells of the sheets, by their paths; the reader of rows would see them as empty ones."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {path: _MERGED.findall(archive.read(path)) for path in sheets}
    return [f"{sheets[path]}!{found.decode()}" for path, each in parts.items() for found in each][:_MOST_SAID]


_NOT_READABLE: Final = {
    "not_a_table": lambda: _("The file cannot be read as an XLSX workbook."),
    "unsafe_archive": lambda: _("The file is packed in a way that is not safe to open."),
    "encrypted": lambda: _("The file is encrypted."),
    "active_content": lambda: _("The file holds macros, links to other files or embedded objects."),
}


def _rows(sheet: Any, wrong: list[dict[str, str]]) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what the file says about its size is not to be believed
    for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS + 1), start=1):
        if number > MOST_ROWS + _TITLE_ROWS:
            raise _refusal(
                _("The sheet %(sheet)s has more than %(most)s rows.") % {"sheet": sheet.title, "most": MOST_ROWS}
            )
        if len(cells) > _MOST_COLUMNS and cells[_MOST_COLUMNS].value is not None:
            raise _refusal(_("The sheet %(sheet)s has too many columns.") % {"sheet": sheet.title})
        yield [_plain(sheet.title, cell, wrong) for cell in cells[:_MOST_COLUMNS]]


def _plain(sheet: str, cell: Any, wrong: list[dict[str, str]]) -> str:
    """What a cell shows; of one that cannot be taken, why is added to `wrong`."""
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind in ("n", "b") and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "n" and isinstance(value, int | float) and "%" not in (cell.number_format or ""):
        return f"{Decimal(repr(value)).normalize():f}"
    if kind == "f":
        said = _("%(sheet)s, cell %(cell)s holds a formula: write the value as text.")
    elif not isinstance(value, str) or kind == "e":
        said = _("%(sheet)s, cell %(cell)s is no text: format it as text and write it again.")
    elif len(value) > LONGEST:
        said = _("%(sheet)s, cell %(cell)s is longer than %(most)s characters.")
    else:
        return clean(_LINE_END.sub("", value))
    place = {"sheet": sheet, "cell": cell.coordinate, "most": LONGEST}
    wrong.append({"field": f"{sheet}!{cell.coordinate}", "message": said % place})
    return ""


def _table(stored: Mapping[str, Any], rows: Iterable[list[str]]) -> dict[str, Any]:
    """A stored table with the rows of its sheet; a row that was there keeps what the sheet does not name."""
    lines = [row for row in rows if any(row)]
    named = {field.name: field for field in fields(stored)}
    head = lines[0] if lines else []
    missing = [name for name in named if name not in head]
    strange = [name for name in head if name and name not in named]
    twice = [name for name in named if head.count(name) > 1]
    if missing or strange or twice:
        said = _("The first row of the sheet %(sheet)s was changed (%(names)s).")
        raise _refusal(said % {"sheet": stored["code"], "names": ", ".join([*missing, *strange, *twice])[:200]})
    below = lines[1:]
    if not below or below[0][head.index("code")] != _label(named["code"]):
        said = _("In the sheet %(sheet)s the second row, which says what the columns are called, is missing.")
        raise _refusal(said % {"sheet": stored["code"]})
    for line in below:
        if beside := [text for text, name in zip_longest(line, head, fillvalue="") if text and not name]:
            said = _("In the sheet %(sheet)s “%(text)s” stands in a column without a name.")
            raise _refusal(said % {"sheet": stored["code"], "text": beside[0][:80]})
    order = [named[name] for name in head if name]
    before = {row["code"]: row for row in stored["rows"]}
    return {**stored, "rows": [_row(stored, order, head, line, before) for line in below[1:]]}


def _label(field: Field) -> str:
    return f"{field.zh}\n{field.en}"


def _row(
    stored: Mapping[str, Any], order: list[Field], head: list[str], line: list[str], before: Mapping[str, Any]
) -> dict[str, Any]:
    said = dict(zip(head, line, strict=False))
    row = dict(before.get(said["code"]) or blank_row(stored, said["code"]))
    for field in order:
        if get(row, field.name) != said.get(field.name, ""):
            row = put(stored, row, field.name, said.get(field.name, ""))
    return row


def _refusal(sentence: str, errors: list[dict[str, str]] | None = None) -> Problem:
    return Problem("workbook", 422, sentence, errors or [{"field": "file", "message": sentence}])
