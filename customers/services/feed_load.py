"""One import: checked as a whole, then written as a whole, a constant number of statements per 5,000 rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import OperationalError, connection, models, transaction
from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.problems import Problem
from audit.services import record
from customers import messages
from customers.models import FeedBatch
from customers.rules.feed import COLUMNS, Fault, ParsedRow, check_row
from customers.services.feed_rows import MODELS, Load, columns_of, compare

CHUNK: Final = 5000
MAX_ERRORS: Final = 1000


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


@transaction.atomic
def take(load: Load, parsed: list[ParsedRow], faults: list[Fault]) -> ImportResult:
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
        chunk_faults, chunk_writes = compare(load, chunk, counts)
        faults += chunk_faults
        writes += chunk_writes
    if faults:
        return refused(faults, load.shown, load.sha256, len(parsed), load.dry_run)
    done = ImportResult(len(parsed), counts["inserted"], counts["updated"], counts["unchanged"], sha256=load.sha256)
    if load.dry_run:
        return replace(done, dry_run=True)
    batch = _write(load, writes, len(parsed), counts)
    return replace(done, batch_id=batch.pk)


def _one_import_at_a_time(load: Load) -> None:
    """Two imports of one kind for one unit would count wrongly: the second waits (`lock_timeout`)."""
    name = f"feed:{load.unit.pk}:{load.kind}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    except OperationalError as error:
        message = _("Another import of this kind is running. Try again in a minute.")
        raise Problem("import_running", 409, message) from error


def _same_as_last(load: Load, rows: int) -> ImportResult | None:
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


def _write(load: Load, writes: list[models.Model], rows: int, counts: Mapping[str, int]) -> FeedBatch:
    """One INSERT … ON CONFLICT per chunk; columns that the file does not carry keep their value."""
    batch = FeedBatch.objects.create(
        unit=load.unit, kind=load.kind, file_name=load.file_name, sha256=load.sha256,
        data_as_of=load.data_as_of, rows=rows, actor=load.actor, **counts,
    )  # fmt: skip
    for row in writes:
        row.batch_id = batch.pk  # type: ignore[attr-defined]
    updated = [name for name in columns_of(load) if name != "customer_id"]
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


def refused(faults: list[Fault], shown: Mapping[str, str], sha256: str, rows: int, dry_run: bool) -> ImportResult:
    ordered = sorted(faults, key=lambda fault: fault.row)[:MAX_ERRORS]
    return ImportResult(rows, errors=[_row_error(fault, shown) for fault in ordered], sha256=sha256, dry_run=dry_run)


def _row_error(fault: Fault, shown: Mapping[str, str]) -> RowError:
    column = shown.get(fault.column, fault.column)
    if fault.code == "heading_missing":
        named = [c for columns in COLUMNS.values() for c in columns if c.name == fault.column]
        column = pick(named[0].zh, named[0].en) if named else fault.column
    return RowError(fault.row, column, fault.code, messages.of_fault(fault))
