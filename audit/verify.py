"""Is the trail as it was written? Everything is recomputed from the stored texts, in constant memory.

What one layer of chains cannot show: somebody with full power over the database who rewrites a stream from
some event to its end, or cuts off its end before a check has counted it. The cross-checks of the other apps
(every decision has its event) narrow that down.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connections, transaction

from audit import chain_check, clock
from audit.findings import Finding
from audit.models import VerificationRun

__all__ = ["Finding", "Report", "check_and_keep", "keep", "register_cross_check", "verify"]

MAX_FINDINGS: Final = 1000
CrossCheck = Callable[[], Iterable[Finding]]
_cross_checks: list[CrossCheck] = []

_READ = """
SELECT id, stream, stream_seq, body, prev_hash, row_hash,
    action, at, actor_id, actor_name, object_type, object_id, object_label, request_no, customer_id,
    customer_label
FROM audit_event ORDER BY stream, stream_seq
"""
_VAULT = """
SELECT e.stream, e.stream_seq, e.id, v.field, v.salt, v.value, (e.body::jsonb -> 'pii')::text
FROM audit_piivalue v JOIN audit_event e ON e.id = v.event_id ORDER BY v.id
"""
_TRIGGERS: Final = {
    ("audit_event", "audit_event_chain"),
    ("audit_event", "audit_event_no_update"),
    ("audit_event", "audit_event_no_delete"),
    ("audit_event", "audit_event_no_truncate"),
    ("audit_piivalue", "audit_piivalue_no_update"),
}
_ENABLED = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgenabled = 'A' AND c.relname IN ('audit_event', 'audit_piivalue')
"""


@dataclass
class Report:
    """What a check found. At most MAX_FINDINGS findings are kept; `errors` and `warnings` count all."""

    started_at: datetime = field(default_factory=clock.db_now)
    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    up_to_id: int = 0
    errors: int = 0
    warnings: int = 0

    def add(self, finding: Finding) -> None:
        """Count a finding and keep the first ones."""
        if finding.warning:
            self.warnings += 1
        else:
            self.errors += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)

    @property
    def clean(self) -> bool:
        return self.errors == 0


def register_cross_check(check: CrossCheck) -> CrossCheck:
    """Add a check of another app, e.g. that every decided request has exactly its events."""
    if check not in _cross_checks:
        _cross_checks.append(check)
    return check


def verify(using: str = "default", *, cross_checks: bool = True) -> Report:
    """Recompute every chain and compare with what is stored, all as of one moment.

    Raises:
        django.db.Error: when the trail cannot be read; that is never a pass.
    """
    report = Report()
    with _one_moment(using):
        _check(report, using, cross_checks)
    return report


def _check(report: Report, using: str, cross_checks: bool) -> None:
    known_events, known_id = _last_count(using)
    still_there = 0
    checker = chain_check.StreamChecker()
    for row in _stream(using, _READ):
        report.events += 1
        report.up_to_id = max(report.up_to_id, row[0])
        still_there += row[0] <= known_id
        for finding in checker.check(row):
            report.add(finding)
    if still_there < known_events:
        report.add(_missing(known_events - still_there, known_id))
    for finding in _vault(using):
        report.add(finding)
    for finding in _protection(using):
        report.add(finding)
    for check in _cross_checks if cross_checks else ():
        for finding in check():
            report.add(finding)


@contextmanager
def _one_moment(using: str) -> Iterator[None]:
    """One snapshot for all reads: what is decided while the check runs has its event or neither is seen."""
    if connections[using].in_atomic_block:  # the caller has chosen what he sees
        yield
        return
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def keep(report: Report, using: str = "default") -> VerificationRun:
    """Keep a result, which finance's page shows and the next check compares with."""
    return VerificationRun.objects.using(using).create(
        started_at=report.started_at,
        events=report.events,
        up_to_id=report.up_to_id,
        errors=report.errors,
        warnings=report.warnings,
        findings=[finding.to_json() for finding in report.findings[:100]],
    )


def check_and_keep(using: str = "default") -> VerificationRun:
    """Verify and keep the result."""
    return keep(verify(using), using)


def _stream(using: str, query: str) -> Iterator[tuple[Any, ...]]:
    """Rows of one statement, hence of one snapshot, through a server-side cursor."""
    with transaction.atomic(using=using), connections[using].chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(2000):
            yield from rows


def _last_count(using: str) -> tuple[int, int]:
    """How many events the last check counted, up to which id; later commits may only add."""
    last = VerificationRun.objects.using(using).first()
    return (last.events, last.up_to_id) if last else (0, 0)


def _missing(count: int, up_to: int) -> Finding:
    return Finding(
        "events_missing",
        f"编号 {up_to} 及之前的事件比上次校验时少了 {count} 条。",
        f"{count} events up to number {up_to} that the last check counted are gone.",
        event_id=up_to,
    )


def _vault(using: str) -> Iterator[Finding]:
    for stream, seq, event_id, name, salt, value, refs in _stream(using, _VAULT):
        if not chain_check.committed(refs, name, bytes(salt), value):
            yield Finding(
                "pii_commitment",
                f"个人信息“{name}”与事件中的承诺值不符。",
                f"The personal value “{name}” is not the one that the event committed to.",
                stream,
                seq,
                event_id,
            )


def _protection(using: str) -> Iterator[Finding]:
    with connections[using].cursor() as cursor:
        cursor.execute(_ENABLED)
        enabled = set(cursor.fetchall())
    for table, trigger in sorted(_TRIGGERS - enabled):
        yield Finding(
            "protection_off",
            f"表 {table} 的保护触发器 {trigger} 已停用或缺失。",
            f"The trigger {trigger} that protects table {table} is switched off or missing.",
        )
