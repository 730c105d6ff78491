"""A template version as the people who decide about it see it: what changes, who owns it, what stands against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts import template_queries as queries
from contracts.models import TemplateVersion
from contracts.rules.clause_text import FRAME, digest
from contracts.rules.redline import ClauseChange, by_clause, only_layout
from policies.rules.tables import Reason

NEW, TEXT, LAYOUT, NOTHING = "new", "text", "layout", "nothing"


@dataclass(frozen=True)
class TemplateEvaluation:
    """What a version changes; `change` is decided by comparing the texts, never by what the drafter says."""

    version: TemplateVersion
    change: str
    changes: tuple[ClauseChange, ...]
    owners: Mapping[str, tuple[str, ...]]
    fields_added: tuple[str, ...]
    fields_removed: tuple[str, ...]
    facts: Mapping[str, Any]
    blocks: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything that is shown later, frozen with the submission."""
        version, base = self.version, self.version.base
        template = version.template
        return {
            "template": {
                "id": template.pk,
                "code": template.code,
                "language": template.language,
                "title_zh": template.title_zh,
                "title_en": template.title_en,
            },
            "version": _described(version),
            "base": _described(base) if base else None,
            "change": self.change,
            "changes": [
                one.to_json() | {"owners": list(self.owners.get(one.code, ()))} for one in changed(self.changes)
            ],
            "unchanged": [one.code for one in self.changes if one.state == "same"],
            "fields_added": list(self.fields_added),
            "fields_removed": list(self.fields_removed),
            "findings": version.findings,
        }


def evaluate(version: TemplateVersion, on: date, *, other_in_review: bool = False) -> TemplateEvaluation:
    """Compare a version with the published one that it follows.

    Args:
        on: the business date; other_in_review: another version of the template waits for a decision.
    """
    base = version.base
    old: Sequence[Mapping[str, Any]] = base.clauses if base else []
    changes = tuple(by_clause(old, version.clauses))
    change = _change(version, base)
    latest = queries.latest(version.template)
    owners = {code: tuple(one.owners) for code, one in queries.clause_versions(version.unit).items()}
    before, after = set(base.fields if base else ()), set(version.fields)
    texts = len(changed(changes))
    facts = {
        # Fields may differ without a word of difference only when marks do; then somebody has to look at the text.
        "text_changes": max(texts, 1) if change in (NEW, TEXT) else 0,
        "new_template": base is None,
        "template_unsound": not version.is_sound or not version.clauses,
        "template_stale": (latest.pk if latest else None) != version.base_id,
        "template_same": change == NOTHING,
        "template_in_review": other_in_review,
    }
    return TemplateEvaluation(
        version,
        change,
        changes,
        {FRAME: ("LG",), **owners},
        tuple(sorted(after - before)) if base else (),
        tuple(sorted(before - after)),
        facts,
        tuple(_blocks(version, on)),
    )


def changed(changes: Sequence[ClauseChange]) -> list[ClauseChange]:
    """The clauses that do not say the same in the same place."""
    return [one for one in changes if one.state != "same"]


def _change(version: TemplateVersion, base: TemplateVersion | None) -> str:
    if base is None:
        return NEW
    if base.sha256 == version.sha256:
        return NOTHING
    return LAYOUT if only_layout(base.clauses, version.clauses) else TEXT


def _blocks(version: TemplateVersion, on: date) -> list[Reason]:
    found = []
    if not version.change_note.strip():
        found.append(
            Reason("TP-NOTE", "请说明修改了什么、为什么修改。", "Say what changes and why.", {"field": "change_note"})
        )
    if version.valid_from is None:
        found.append(Reason("TP-DAY", "请填写生效日期。", "Say from which day it is to hold.", {"field": "valid_from"}))
    elif version.valid_from < on:
        found.append(
            Reason("TP-PAST", "生效日期不能早于今天。", "It cannot begin to hold in the past.", {"field": "valid_from"})
        )
    return found


def _described(version: TemplateVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "number": version.number,
        "file": version.file_name,
        "sha256": version.sha256,
        "size": version.size,
        "pages": version.pages,
        "text": digest(version.clauses),
        "valid_from": version.valid_from.isoformat() if version.valid_from else None,
    }
