"""Template versions and clauses as pages show them: states, findings, redline, owners."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.roles import Role
from contracts.models import ClauseVersion, TemplateState, TemplateVersion
from contracts.rules.clause_text import FRAME
from contracts.rules.redline import ClauseChange, by_clause

# Unchanged lines shown on both sides of a change; the rest is folded.
AROUND = 1


@dataclass(frozen=True)
class ShownClause:
    """A clause of a version with its place in the library."""

    code: str
    title: str
    lines: Sequence[str]
    owners: str
    final_owner: str
    deviation_allowed: bool | None
    fields: Sequence[str]


def state(version: TemplateVersion, on: date) -> str:
    """The state as people see it on a day: a published version is planned, in force or retired."""
    if version.discarded_at is not None:
        return "void"
    if version.state != TemplateState.PUBLISHED:
        return version.state
    if version.retires_on is not None and version.retires_on <= on:
        return "superseded"
    return "effective" if version.valid_from and version.valid_from <= on else "approved"


def roles(codes: Iterable[str]) -> str:
    """Names of roles in a line."""
    return pick("、", ", ").join(str(Role(code).label) for code in codes)


def clauses(version: TemplateVersion, known: Mapping[str, ClauseVersion]) -> list[ShownClause]:
    """The clauses of a version in their order, with owners."""
    shown = []
    for one in version.clauses:
        clause = known.get(one["code"])
        shown.append(
            ShownClause(
                one["code"],
                title(one),
                one["lines"],
                roles(clause.owners) if clause else "",
                roles([clause.final_owner]) if clause and clause.final_owner else "",
                clause.deviation_allowed if clause else None,
                one["fields"],
            )
        )
    return shown


def title(clause: Mapping[str, Any]) -> str:
    """The heading of a clause; text outside all clauses has a name too."""
    return _("Header, footer and pictures") if clause["code"] == FRAME else clause["title"]


def redline(changes: Iterable[Mapping[str, Any]], owners: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The changed clauses for `contracts/parts/redline.html`: unchanged stretches are folded to a count.

    Args:
        changes: `ClauseChange.to_json`, as frozen with a request or made just now.
    """
    return [
        {
            **change,
            "title": title(change),
            "owners": roles(owners.get(change["code"], change.get("owners", ()))),
            "lines": folded(change["lines"]),
        }
        for change in changes
        if change["state"] != "same"
    ]


def folded(lines: Sequence[Sequence[Mapping[str, str]]]) -> list[dict[str, Any]]:
    """Lines with changes and their neighbours; what lies between is only counted."""
    changed = {number for number, line in enumerate(lines) if any(piece["op"] != "same" for piece in line)}
    near = {number + step for number in changed for step in range(-AROUND, AROUND + 1)}
    shown: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        if number in near or not changed:
            shown.append({"pieces": line})
        elif shown and "skipped" in shown[-1]:
            shown[-1]["skipped"] += 1
        else:
            shown.append({"skipped": 1})
    return shown


def against(version: TemplateVersion, base: TemplateVersion | None) -> list[ClauseChange]:
    """What a version changes, clause by clause."""
    return by_clause(base.clauses if base else [], version.clauses)
