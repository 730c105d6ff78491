"""Bringing in trade facts: all of a file or nothing of it, idempotent by source key, a constant number of
statements per 5,000 rows."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection, models, transaction
from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.models import Unit, User
from accounts.problems import Problem
from audit.clock import db_now
from audit.services import record
from customers import authority, messages
from customers.models import Claim, Customer, FeedBatch, Invoice, Order, Receipt
from customers.rules import sheets
from customers.rules.currencies import DECIMALS
from customers.rules.feed import COLUMNS, Fault, ParsedRow, check_row, json_cells, match_header, parse_cells

CHUNK: Final = 5000
MAX_ERRORS: Final = 1000
MAX_JSON_ROWS: Final = 5000
MODELS: Final[dict[str, type[models.Model]]] = {
    "orders": Order,
    "invoices": Invoice,
    "receipts": Receipt,
    "claims": Claim,
}
_MONEY: Final = ("amount", "shipped_amount", "cost")


@dataclass(frozen=True)
class RowError:
    """A refused cell: row as a spreadsheet numbers it (0 is the whole file), heading, code, sentence."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or with `dry_run` would do; with errors nothing was written."""

    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    sha256: str = ""
    dry_run: bool = False
    batch_id: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the file was (or would be) accepted."""
        return not self.errors


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
        return _refused([Fault(error.row, error.column, error.code, error.values)], {}, sha256, 0, dry_run)
    columns, faults = match_header(kind, header.cells)
    shown = {known[0].name: known[1] for known in columns if known is not None}
    present = [known[0].name for known in columns if known is not None]
    if faults:
        return _refused(faults, shown, sha256, len(rows), dry_run)
    parsed: list[ParsedRow] = []
    for row in rows:
        values, row_faults = parse_cells(row.number, row.cells, columns)
        parsed.append(values)
        faults += row_faults
    return _take(
        _Load(unit, kind, data_as_of, actor, present, shown, sha256, safe_name(file_name), dry_run),
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
    load = _Load(unit, kind, data_as_of, actor, present, {}, sha256, "api", dry_run=False)
    return _take(load, parsed, faults)


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


# One import ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Load:
    """Everything about an import that is not its rows."""

    unit: Unit
    kind: str
    data_as_of: datetime
    actor: User | None
    present: list[str]
    shown: Mapping[str, str]
    sha256: str
    file_name: str
    dry_run: bool

    @property
    def latest_day(self) -> date:
        return self.data_as_of.astimezone(ZoneInfo(self.unit.time_zone)).date()


@transaction.atomic
def _take(load: _Load, parsed: list[ParsedRow], faults: list[Fault]) -> ImportResult:
    """Check against the database and, unless something is wrong or it is a rehearsal, write."""
    _one_import_at_a_time(load)
    again = None if faults or load.dry_run else _same_as_last(load, len(parsed))
    if again is not None:
        return again
    faults += _duplicates(parsed)
    for row in parsed:
        faults += check_row(load.kind, row, load.latest_day)
    writes: list[models.Model] = []
    counts = {"inserted": 0, "updated": 0, "unchanged": 0}
    for chunk in _chunks(parsed):
        chunk_faults, chunk_writes = _compare(load, chunk, counts)
        faults += chunk_faults
        writes += chunk_writes
    if faults:
        return _refused(faults, load.shown, load.sha256, len(parsed), load.dry_run)
    done = ImportResult(len(parsed), counts["inserted"], counts["updated"], counts["unchanged"], sha256=load.sha256)
    if load.dry_run:
        return replace(done, dry_run=True)
    batch = _write(load, writes, len(parsed), counts)
    return replace(done, batch_id=batch.pk)


def _one_import_at_a_time(load: _Load) -> None:
    """Two imports of one kind for one unit would count wrongly: the second waits (`lock_timeout`)."""
    name = f"feed:{load.unit.pk}:{load.kind}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    except OperationalError as error:
        message = _("Another import of this kind is running. Try again in a minute.")
        raise Problem("import_running", 409, message) from error


def _same_as_last(load: _Load, rows: int) -> ImportResult | None:
    """A second click on the button: the newest batch is this very file, of this very time."""
    last = FeedBatch.objects.filter(unit=load.unit, kind=load.kind).order_by("-created_at", "-pk").first()
    if last is None or (last.sha256, last.data_as_of) != (load.sha256, load.data_as_of):
        return None
    return ImportResult(rows, unchanged=rows, sha256=load.sha256, batch_id=last.pk)


def _duplicates(parsed: Sequence[ParsedRow]) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for row in parsed:
        key = row.values.get("source_key")
        if key is None:
            continue
        if key in first:
            faults.append(Fault(row.number, "source_key", "duplicate_key", {"first": first[key]}))
        else:
            first[key] = row.number
    return faults


def _chunks(parsed: Sequence[ParsedRow]) -> Iterator[Sequence[ParsedRow]]:
    for start in range(0, len(parsed), CHUNK):
        yield parsed[start : start + CHUNK]


def _compare(load: _Load, chunk: Sequence[ParsedRow], counts: dict[str, int]) -> tuple[list[Fault], list[models.Model]]:
    """Three or four reads: customers, invoices for receipts, what is there; rows to write and faults."""
    customers = _customers(load, chunk)
    invoices = _invoices(load, chunk) if load.kind == "receipts" else {}
    existing = _existing(load, chunk)
    faults: list[Fault] = []
    writes: list[models.Model] = []
    for row in chunk:
        found, values = _resolve(load, row, customers, invoices)
        if values is not None:
            old = existing.get(values["source_key"])
            found += _against(load, row, values, old)
            if not found:
                _sort_in(load, values, old, counts, writes)
        faults += found
    return faults, writes


def _customers(load: _Load, chunk: Sequence[ParsedRow]) -> dict[str, tuple[int, str]]:
    codes = {row.values.get("customer") for row in chunk} - {None}
    visible = Customer.objects.filter(unit=load.unit, code__in=codes)
    if load.actor is not None:
        visible = visible & Customer.objects.visible_to(load.actor)
    return {code: (pk, currency) for code, pk, currency in visible.values_list("code", "pk", "currency")}


def _invoices(load: _Load, chunk: Sequence[ParsedRow]) -> dict[str, tuple[int, int]]:
    keys = {row.values.get("invoice") for row in chunk} - {None}
    rows = Invoice.objects.filter(unit=load.unit, source_key__in=keys)
    return {key: (pk, owner) for key, pk, owner in rows.values_list("source_key", "pk", "customer_id")}


def _existing(load: _Load, chunk: Sequence[ParsedRow]) -> dict[str, dict[str, Any]]:
    keys = [row.values["source_key"] for row in chunk if row.values.get("source_key")]
    rows = MODELS[load.kind]._default_manager.filter(unit=load.unit, source_key__in=keys)
    fields = ("source_key", "customer_id", "data_as_of", *_columns(load))
    return {row["source_key"]: row for row in rows.values(*dict.fromkeys(fields))}


def _columns(load: _Load) -> list[str]:
    """Model columns that this file carries; the others keep their value."""
    renamed = {"customer": "customer_id", "invoice": "invoice_id"}
    return [renamed.get(name, name) for name in load.present if name != "source_key"]


def _resolve(
    load: _Load,
    row: ParsedRow,
    customers: Mapping[str, tuple[int, str]],
    invoices: Mapping[str, tuple[int, int]],
) -> tuple[list[Fault], dict[str, Any] | None]:
    """Codes become ids; None as values when the row cannot be compared at all."""
    values = dict(row.values)
    code = values.pop("customer", None)
    if code is None or "source_key" not in values:
        return [], None
    if code not in customers:
        return [Fault(row.number, "customer", "unknown_customer", {"value": code})], None
    values["customer_id"], currency = customers[code]
    faults = _check_currency(row, values, currency)
    if "invoice" in values:
        faults += _resolve_invoice(row, values, invoices)
    return faults, values


def _check_currency(row: ParsedRow, values: dict[str, Any], currency: str) -> list[Fault]:
    if (values.get("currency") or currency) != currency:
        return [Fault(row.number, "currency", "currency_mismatch", {"currency": currency})]
    values["currency"] = currency
    if DECIMALS.get(currency, 2) == 0:
        return [
            Fault(row.number, name, "currency_decimals", {"currency": currency})
            for name in _MONEY
            if values.get(name) is not None and values[name] != int(values[name])
        ]
    return []


def _resolve_invoice(row: ParsedRow, values: dict[str, Any], invoices: Mapping[str, tuple[int, int]]) -> list[Fault]:
    key = values.pop("invoice")
    values["invoice_id"] = None
    if key is None:
        return []
    pk, owner = invoices.get(key, (None, None))
    if pk is None or owner != values["customer_id"]:
        return [Fault(row.number, "invoice", "unknown_invoice", {"value": key})]
    values["invoice_id"] = pk
    return []


def _against(load: _Load, row: ParsedRow, values: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[Fault]:
    """A key stays with its customer, and older data never overwrites newer data."""
    if old is None:
        return []
    if old["customer_id"] != values["customer_id"]:
        return [Fault(row.number, "customer", "customer_changed")]
    if old["data_as_of"] > load.data_as_of and _differs(load, values, old):
        as_of = old["data_as_of"].astimezone(ZoneInfo(load.unit.time_zone)).isoformat(timespec="minutes")
        return [Fault(row.number, "source_key", "newer_data", {"as_of": as_of})]
    return []


def _differs(load: _Load, values: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return any(values[name] != old[name] for name in _columns(load) if name in values)


def _sort_in(
    load: _Load,
    values: dict[str, Any],
    old: Mapping[str, Any] | None,
    counts: dict[str, int],
    writes: list[models.Model],
) -> None:
    if old is not None and not _differs(load, values, old):
        counts["unchanged"] += 1
        return
    counts["inserted" if old is None else "updated"] += 1
    if load.dry_run:
        return
    defaults = {column.name: column.default for column in COLUMNS[load.kind] if column.name not in load.present}
    defaults.pop("invoice", None)
    writes.append(MODELS[load.kind](unit_id=load.unit.pk, data_as_of=load.data_as_of, **{**defaults, **values}))


def _write(load: _Load, writes: list[models.Model], rows: int, counts: Mapping[str, int]) -> FeedBatch:
    """One INSERT … ON CONFLICT per chunk; columns that the file does not carry keep their value."""
    batch = FeedBatch.objects.create(
        unit=load.unit, kind=load.kind, file_name=load.file_name, sha256=load.sha256,
        data_as_of=load.data_as_of, rows=rows, actor=load.actor, **counts,
    )  # fmt: skip
    for row in writes:
        row.batch_id = batch.pk  # type: ignore[attr-defined]
    updated = [name for name in _columns(load) if name != "customer_id"]
    manager = MODELS[load.kind]._default_manager
    manager.bulk_create(
        writes,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["unit", "source_key"],
        update_fields=[*(name.removesuffix("_id") for name in updated), "batch", "data_as_of"],
    )
    record(
        "feed.imported",
        stream=f"feed:{load.unit.code}",
        actor=load.actor,
        object_type="feed_batch",
        object_id=str(batch.pk),
        object_label=load.file_name,
        content_sha256=load.sha256,
        after={"kind": load.kind, "rows": rows, **counts, "data_as_of": load.data_as_of},
    )
    return batch


def _refused(faults: list[Fault], shown: Mapping[str, str], sha256: str, rows: int, dry_run: bool) -> ImportResult:
    ordered = sorted(faults, key=lambda fault: fault.row)[:MAX_ERRORS]
    return ImportResult(rows, errors=[_row_error(fault, shown) for fault in ordered], sha256=sha256, dry_run=dry_run)


def _row_error(fault: Fault, shown: Mapping[str, str]) -> RowError:
    column = shown.get(fault.column, fault.column)
    if fault.code == "heading_missing":
        named = [c for columns in COLUMNS.values() for c in columns if c.name == fault.column]
        column = pick(named[0].zh, named[0].en) if named else fault.column
    return RowError(fault.row, column, fault.code, messages.of_fault(fault))
