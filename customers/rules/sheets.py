"""Bytes of an untrusted CSV or XLSX file become rows of plain cells, or one clear reason why they do not.

Nothing is parsed before its size is known: trust.md 5 F3, F4, F7.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 40
MAX_MEMBERS: Final = 200
MAX_UNPACKED: Final = 150 * 1024 * 1024
MAX_RATIO: Final = 100  # of members that unpack to more than 1 MB; real sheets stay below 40
_SPECIAL_MEMBERS: Final = (
    "vbaproject",
    "externallink",
    "embeddings",
    "activex",
    "oleobject",
    "connections.xml",
)
_MARKUP_DECLARATION: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_EXCEL_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"

Cell = str | Decimal | date | bool | None


class SheetError(Exception):
    """The file cannot be read; `code` says why, `values` fill the sentence."""

    def __init__(self, code: str, *, row: int = 0, column: str = "", **values: object) -> None:
        super().__init__(code)
        self.code, self.row, self.column, self.values = code, row, column, values


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula; which result to believe is not ours to guess."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell with an error value such as #N/A, or a time of day where a date was expected."""

    code: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number as a spreadsheet shows it (the header is row 1)."""

    number: int
    cells: tuple[Cell | Formula | BadCell, ...]


def read(data: bytes) -> tuple[Row, list[Row]]:
    """The header row and the non-empty rows below it.

    Raises:
        SheetError: too large, not a table, wrong encoding, unsafe content, empty, too many rows.
    """
    if len(data) > MAX_BYTES:
        raise SheetError("too_large", megabytes=MAX_BYTES // 1024 // 1024)
    if data.startswith(_OLD_EXCEL):
        raise SheetError("old_excel")
    rows = _from_xlsx(data) if data.startswith(_EXCEL_ZIP) else _from_csv(data)
    filled = [row for row in rows if any(cell not in (None, "") for cell in row.cells)]
    if not filled:
        raise SheetError("empty_file")
    if len(filled) == 1:
        raise SheetError("only_header")
    return filled[0], filled[1:]


# CSV --------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """Text of UTF-8 (with or without a mark) or GB18030; anything else is refused, never guessed."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetError("encoding")
    if b"\x00" in data:
        raise SheetError("nul", row=data[: data.index(b"\x00")].count(b"\n") + 1)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(char) == "Co" for char in set(text)):
            raise SheetError("encoding")
        return text
    raise SheetError("encoding")


def _from_csv(data: bytes) -> list[Row]:
    text = decode(data)
    first = text.split("\n", 1)[0]
    delimiter = next((char for char in ",\t;" if char in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if len(rows) > MAX_ROWS:
                raise SheetError("too_many_rows", limit=MAX_ROWS)
            if len(cells) > MAX_COLUMNS:
                raise SheetError("too_many_columns", row=number, limit=MAX_COLUMNS)
            rows.append(Row(number, tuple(cells)))
    except csv.Error as error:
        raise SheetError("csv", row=len(rows) + 1) from error
    return rows


# XLSX -------------------------------------------------------------------------------------------------------


def check_archive(data: bytes) -> None:
    """Refuse zip bombs, macros, links, embedded objects and document type declarations, before parsing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise SheetError("unsafe_archive")
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise SheetError("unsafe_archive")
            for member in members:
                _check_member(archive, member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise SheetError("not_a_table") from error


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    name = member.filename.casefold()
    packed = max(1, member.compress_size)
    if member.file_size > 1024 * 1024 and member.file_size / packed > MAX_RATIO:
        raise SheetError("unsafe_archive")
    if member.flag_bits & 0x1:
        raise SheetError("encrypted")
    if any(part in name for part in _SPECIAL_MEMBERS):
        raise SheetError("active_content")
    if name.endswith((".xml", ".rels", ".vml")):
        with archive.open(member) as stream:
            tail = b""
            while chunk := stream.read(1 << 20):
                if b"\x00" in chunk or _MARKUP_DECLARATION.search(tail + chunk):
                    raise SheetError("unsafe_archive")
                tail = chunk[-16:]


def _from_xlsx(data: bytes) -> list[Row]:
    check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            first, *others = book.worksheets
            if any(_has_content(sheet) for sheet in others):
                raise SheetError("several_sheets")
            return list(_sheet_rows(first))
        finally:
            book.close()
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise SheetError("not_a_table") from error
    except (InvalidFileException, ParseError, zipfile.BadZipFile, SyntaxError) as error:
        raise SheetError("not_a_table") from error


def _has_content(sheet: Any) -> bool:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=1000, values_only=True)
    return any(value not in (None, "") for row in rows for value in row)


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says about its size is not to be believed
    filled = 0
    # One column more than allowed, so that a wide sheet is noticed and a hostile one does not cost memory.
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        values = tuple(_xlsx_cell(cell) for cell in cells)
        if all(value is None for value in values):
            continue
        filled += 1
        if filled > MAX_ROWS + 1:
            raise SheetError("too_many_rows", limit=MAX_ROWS)
        if len(values) > MAX_COLUMNS and values[MAX_COLUMNS] is not None:
            raise SheetError("too_many_columns", row=number, limit=MAX_COLUMNS)
        yield Row(number, values[:MAX_COLUMNS])


def _xlsx_cell(cell: Any) -> Cell | Formula | BadCell:
    value, kind = cell.value, cell.data_type
    if value is None or value == "":
        return None
    if kind == "f":
        return Formula()
    if kind == "e":
        return BadCell("error_value")
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return Decimal(repr(value)) if _finite(value) else BadCell("error_value")
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else BadCell("time_of_day")
    return value if isinstance(value, date) else BadCell("error_value")


def _finite(value: float) -> bool:
    return abs(value) < 1e300
