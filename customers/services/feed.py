"""Bringing in trade facts: all of a file or nothing of it, idempotent by source key."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.problems import Problem
from audit.clock import db_now
from customers import authority
from customers.rules import sheets
from customers.rules.feed import COLUMNS, Fault, ParsedRow, json_cells, match_header, parse_cells
from customers.services.feed_load import ImportResult, refused, take
from customers.services.feed_rows import MODELS, Load

MAX_JSON_ROWS: Final = 5000


def import_feed(
    unit: Unit,
    kind: str,
    file_bytes: bytes,
    file_name: str,
    *,
    data_as_of: datetime,
    actor: User | None,
    dry_run: bool = False,
) -> ImportResult:
    """Import a CSV or XLSX file of one kind for one unit, all of it or nothing.

    Args:
        kind: orders, invoices, receipts or claims.
        data_as_of: the moment for which the ERP made the file (aware).
        actor: who imports; None is the system and sees every customer of the unit.
        dry_run: check and count, write nothing.

    Raises:
        Problem: 403 without authority, 422 for a time in the future.
    """
    authorise(unit, kind, data_as_of, actor)
    sha256 = hashlib.sha256(file_bytes).hexdigest()
    try:
        header, rows = sheets.read(file_bytes)
    except sheets.SheetError as error:
        return refused([Fault(error.row, error.column, error.code, error.values)], {}, sha256, 0, dry_run)
    columns, faults = match_header(kind, header.cells)
    shown = {known[0].name: known[1] for known in columns if known is not None}
    present = [known[0].name for known in columns if known is not None]
    if faults:
        return refused(faults, shown, sha256, len(rows), dry_run)
    parsed: list[ParsedRow] = []
    for row in rows:
        values, row_faults = parse_cells(row.number, row.cells, columns)
        parsed.append(values)
        faults += row_faults
    return take(
        Load(unit, kind, data_as_of, actor, present, shown, sha256, safe_name(file_name), dry_run),
        parsed, faults,
    )  # fmt: skip


def upsert_feed(
    unit: Unit, kind: str, rows: list[dict[str, Any]], *, data_as_of: datetime, actor: User | None
) -> ImportResult:
    """Insert or update facts that another system sends as JSON; the same rules as for a file.

    Args:
        rows: at most 5,000 objects with the same fields; amounts and dates as text. Rows count from 1.

    Raises:
        Problem: 403 without authority, 413 for too many rows, 422 for a time in the future.
    """
    authorise(unit, kind, data_as_of, actor)
    if len(rows) > MAX_JSON_ROWS:
        raise Problem("too_many_rows", 413, _("At most %(limit)s rows at once.") % {"limit": MAX_JSON_ROWS})
    faults: list[Fault] = []
    clean: list[dict[str, Any]] = []
    if not rows:
        faults.append(Fault(0, "", "empty_file"))
    present = [column.name for column in COLUMNS[kind] if rows and column.name in rows[0]]
    missing = [column.name for column in COLUMNS[kind] if column.required and column.name not in present]
    faults += [Fault(1, name, "heading_missing") for name in missing]
    columns = [(column, column.name) for column in COLUMNS[kind] if column.name in present]
    parsed: list[ParsedRow] = []
    for number, row in enumerate(rows, start=1):
        cells, refused = json_cells(kind, row)
        clean.append(cells)
        faults += [Fault(number, name, code) for name, code in refused]
        if set(row) != set(rows[0]):
            faults.append(Fault(number, "", "uneven_rows"))
        values, row_faults = parse_cells(number, [cells.get(name) for name in present], columns)
        parsed.append(values)
        faults += [fault for fault in row_faults if (fault.column, "json_type") not in refused]
    text = json.dumps(clean, sort_keys=True)  # what was understood; nothing else can be in it
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    load = Load(unit, kind, data_as_of, actor, present, {}, sha256, "api", dry_run=False)
    return take(load, parsed, faults)


def authorise(unit: Unit, kind: str, data_as_of: datetime, actor: User | None) -> None:
    """Refuse who may not import for the unit, an unknown kind, a data time that lies ahead.

    Raises:
        Problem: 403, 404 or 422.
    """
    if actor is not None:
        authority.require(authority.may_import(actor, unit), "not_importer")
    if kind not in MODELS:
        raise Problem("feed_kind_unknown", 404, _("There is no such kind of trade data."))
    if data_as_of > db_now() + timedelta(minutes=5):
        message = _("The time of the data lies in the future.")
        raise Problem("data_as_of_in_future", 422, message, [{"field": "data_as_of", "message": message}])


def safe_name(file_name: str) -> str:
    """A file name as it is kept and shown: the last part, printable, at most 200 characters."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:200] or "upload"
