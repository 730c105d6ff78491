"""A policy change as the people who decide about it see it: what changes, whose authority it raises, what blocks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from accounts.models import RoleAssignment
from accounts.queries import in_force
from accounts.roles import Role
from policies import replays
from policies.findings import findings
from policies.models import PolicyChange, PolicyVersion
from policies.queries import content, pack
from policies.rules.cells import PolicyError
from policies.rules.check import Finding
from policies.rules.diff import TableChange, diff, sentences
from policies.rules.raises import raised
from policies.rules.tables import Reason

SELLING: Final = (Role.REP, Role.SM, Role.RD)
# More lines than anybody reads; the page of the version shows all of them.
MOST_LINES: Final = 400


@dataclass(frozen=True)
class ChangeEvaluation:
    """What a version changes against the one that it was drawn up from.

    Args:
        raised: role -> why its authority rises.
        replay: what it would have meant for earlier requests, as JSON; None when that was not worked out.
    """

    letter: PolicyChange
    changes: tuple[TableChange, ...]
    findings: tuple[Finding, ...]
    raised: Mapping[str, tuple[Reason, ...]]
    replay: Mapping[str, Any] | None
    facts: Mapping[str, Any]
    blocks: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything that is shown later, frozen with the submission."""
        version, base = self.letter.version, self.letter.version.based_on
        lines = sentences(self.changes)
        return {
            "version": _described(version),
            "base": _described(base) if base else None,
            "emergency": self.letter.emergency,
            "tables": [
                {"code": each.code, "kind": each.kind, "zh": each.zh, "en": each.en, "rows": _rows(each)}
                for each in self.changes
            ],
            "lines": [list(line) for line in lines[:MOST_LINES]],
            "more": max(0, len(lines) - MOST_LINES),
            "findings": [_finding(each) for each in self.findings],
            "raised": {role: [reason.to_json() for reason in reasons] for role, reasons in self.raised.items()},
            "replay": dict(self.replay) if self.replay else None,
        }


def evaluate(letter: PolicyChange, on: date, *, history: bool = False) -> ChangeEvaluation:
    """Compare a version with the one that it was drawn up from, and say what stands against it on a business date.

    Args:
        history: there are earlier requests on which it can be replayed.
    """
    version, base = letter.version, letter.version.based_on
    found = tuple(findings(version))
    changes = tuple(diff(content(base), content(version))) if base else ()
    raises = _raised(version, base)
    first_day = on if letter.emergency else version.effective_from
    replay = _replay(version)
    followed = PolicyVersion.objects.covering(first_day).first()
    facts = {
        "policy_emergency": letter.emergency,
        "policy_changes": sum(max(1, len(each.rows)) for each in changes),
        "policy_raises": len(raises),
        "policy_raises_cfo": Role.CFO in raises,
        "policy_unsound": any(each.blocking for each in found),
        "policy_stale": followed is None or base is None or followed.digest != base.digest,
        "policy_in_review": _other_in_review(letter),
        "policy_too_soon": version.effective_from < on + timedelta(days=1),
        "policy_day_taken": _day_taken(version),
        "policy_maker_sells": _makers_sell(letter, on),
        "policy_unreplayed": history and replay is None,
    }
    return ChangeEvaluation(letter, changes, found, raises, replay, facts, tuple(_blocks(letter)))


def persons_raised(roles: Mapping[str, Any], on: date) -> frozenset[int]:
    """Natural persons who hold a role whose authority rises: they do not decide about it. One statement, if any."""
    if not roles:
        return frozenset()
    held = RoleAssignment.objects.filter(in_force(on), role__in=list(roles), user__is_active=True)
    return frozenset(held.values_list("user__person_id", flat=True))


def _raised(version: PolicyVersion, base: PolicyVersion | None) -> Mapping[str, tuple[Reason, ...]]:
    try:
        found = raised(pack(base), pack(version)) if base else {}
    except PolicyError:  # tables that cannot be read are a finding of the check
        return {}
    return {role: reasons for role, reasons in found.items() if role in Role.values}  # so is a role nobody can hold


def _other_in_review(letter: PolicyChange) -> bool:
    return PolicyVersion.objects.filter(state=PolicyVersion.State.IN_REVIEW).exclude(pk=letter.version_id).exists()


def _day_taken(version: PolicyVersion) -> bool:
    dated = PolicyVersion.objects.dated().filter(effective_from=version.effective_from, restores__isnull=True)
    return dated.exclude(pk=version.pk).exists()


def _makers_sell(letter: PolicyChange, on: date) -> bool:
    makers = {letter.created_by.person_id, *letter.editors.values_list("person_id", flat=True)}
    return RoleAssignment.objects.filter(in_force(on), role__in=SELLING, user__person_id__in=makers).exists()


def _blocks(letter: PolicyChange) -> list[Reason]:
    if letter.version.change_note.strip():
        return []
    field = {"field": "change_note"}
    return [Reason("PL-NOTE", "请说明修改了什么、为什么修改。", "Say what changes and why.", field)]


def _described(version: PolicyVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "digest": version.digest,
        "effective_from": version.effective_from.isoformat(),
        "change_note": version.change_note,
    }


def _replay(version: PolicyVersion) -> dict[str, Any] | None:
    """The finished replay of exactly these tables, as it is shown and printed."""
    found = replays.current(version)
    if found is None:
        return None
    return {
        "id": found.pk,
        "months": found.months,
        "base": found.base.number,
        "lines": [[line.zh, line.en] for line in replays.summary_lines(found)],
        "headline": replays.headline(found),
    }


def _rows(change: TableChange) -> dict[str, int]:
    return {kind: change.count(kind) for kind in ("added", "removed", "changed", "moved")}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "table": finding.table, "rows": list(finding.rows), "zh": finding.zh, "en": finding.en,
        "blocking": finding.blocking, "example": dict(finding.example),
    }  # fmt: skip
