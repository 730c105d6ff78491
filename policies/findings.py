"""Everything that is wrong with a version before it may be asked for: its tables, and the people who would decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from accounts.models import RoleAssignment, Unit
from accounts.queries import business_today, covers, in_force
from policies.models import PolicyVersion
from policies.queries import content
from policies.rules.cells import PolicyError
from policies.rules.check import Finding, check, check_table
from policies.rules.metrics import MetricError
from policies.rules.pack import Pack, build_pack
from policies.rules.structure import structure
from policies.rules.tables import parse_table

# What reading tables raises that pass every check of single fields: the message names the place.
UNREADABLE: Final = (PolicyError, KeyError, ValueError, ArithmeticError, AttributeError, IndexError, TypeError)


def findings(version: PolicyVersion, on: date | None = None) -> list[Finding]:
    """Every finding of a version, those that block it first.

    Args:
        on: the business day whose holders of roles are asked for; by default today.
    """
    stored = content(version)
    found, pack = findings_of(stored, version.number)
    if pack is not None:
        found += _vacant(pack, on or business_today())
    return sorted(found, key=lambda finding: not finding.blocking)


def findings_of(stored: Mapping[str, Any], number: int) -> tuple[list[Finding], Pack | None]:
    """What is wrong with a content, and its pack where it can be read."""
    found = structure(stored)
    if any(finding.blocking for finding in found):
        return found + list(_single(stored)), None
    try:
        pack = build_pack(number, stored)
        return found + check(pack), pack
    except MetricError as error:
        at = Finding("unreadable", error.table, (error.row,), error.zh, error.en, field=error.field)
        return [*found, at], None
    except UNREADABLE as error:
        said_zh, said_en = (error.zh, error.en) if isinstance(error, PolicyError) else (repr(error), repr(error))
        zh, en = f"表格无法读取：{said_zh}", f"The tables cannot be read: {said_en}"
        return [*found, Finding("unreadable", "", (), zh, en)], None


def _single(stored: Mapping[str, Any]) -> Iterator[Finding]:
    """What can be said about each table alone while they do not fit together yet."""
    for table in stored["tables"]:
        try:
            parsed = parse_table(table)
            yield from check_table(parsed) if parsed.use else ()
        except UNREADABLE:
            continue  # said by the fields of the table


def _vacant(pack: Pack, on: date) -> Iterator[Finding]:
    """Roles that a chain asks for and that nobody holds: blocking where nobody does at all, else per unit."""
    asked = [role for role in pack.roles if any(role in stage for c in pack.chains.values() for stage in c.stages)]
    held = list(RoleAssignment.objects.filter(in_force(on), user__is_active=True, role__in=asked))
    units = list(Unit.objects.all())
    for role in asked:
        mine = [each for each in held if each.role == role]
        name = pack.roles[role]
        if not mine:
            zh, en = f"没有人担任{name.zh}（{role}）。", f"Nobody holds the role {name.en} ({role})."
            yield Finding("vacant", "ROLES", (role,), zh, en)
            continue
        for unit in units:
            if not any(covers(each, unit.pk, each.region_id) for each in mine):
                zh = f"在{unit.name_zh}没有人担任{name.zh}（{role}）。"
                en = f"Nobody holds the role {name.en} ({role}) in {unit.name_en}."
                yield Finding("vacant", "ROLES", (role,), zh, en, blocking=False)
