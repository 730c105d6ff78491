"""Which papers an amount needs and which of them are there (policy table DOCS)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from policies.rules.pack import DocumentRule

REFERENCES_NEEDED = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the file holds on a day.

    Args:
        papers: newest upload day per document code.
        licences: every blocking licence is valid and there is at least one.
        survey_on: day of the newest survey (form 2), None without one.
        references: trade references named in it; `court_checked`: its court check is filled in.
        statements: quality of the statements analysed in form 3 (audited, tax_filed, management, none).
    """

    papers: Mapping[str, date] = field(default_factory=dict)
    licences: bool = False
    authorisation: bool = False
    survey_on: date | None = None
    references: int = 0
    court_checked: bool = False
    second_surveyor: bool = False
    statements: str = "none"
    security_offered: bool = False


@dataclass(frozen=True, slots=True)
class DocumentState:
    """One required document: there or missing, and of which day (None where age does not matter)."""

    rule: DocumentRule
    present: bool
    dated: date | None

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.rule.code,
            "document": self.rule.document,
            "label_zh": self.rule.zh,
            "label_en": self.rule.en,
            "present": self.present,
            "dated": None if self.dated is None else self.dated.isoformat(),
        }


def checklist(required: Iterable[DocumentRule], evidence: Evidence, on: date) -> tuple[DocumentState, ...]:
    """Every required document with whether it is there and young enough; an upload stands for any of them."""
    return tuple(_state(rule, evidence, on) for rule in required if _applies(rule, evidence))


def _applies(rule: DocumentRule, evidence: Evidence) -> bool:
    return rule.document != "legal_opinion" or evidence.security_offered


def _state(rule: DocumentRule, evidence: Evidence, on: date) -> DocumentState:
    uploaded = evidence.papers.get(rule.document)
    in_file, dated = _in_file(rule.document, evidence)
    if rule.max_age_days is not None:
        uploaded = uploaded if uploaded and (on - uploaded).days <= rule.max_age_days else None
        in_file = in_file and dated is not None and (on - dated).days <= rule.max_age_days
    if in_file:
        return DocumentState(rule, True, dated)
    return DocumentState(rule, uploaded is not None, uploaded)


def _in_file(document: str, evidence: Evidence) -> tuple[bool, date | None]:
    """Whether the customer file itself proves the document, without an upload."""
    survey = evidence.survey_on
    known: dict[str, tuple[bool, date | None]] = {
        "licences": (evidence.licences, None),
        "authorisation": (evidence.authorisation, None),
        "survey": (survey is not None, survey),
        "references": (evidence.references >= REFERENCES_NEEDED, survey),
        "court_check": (evidence.court_checked, survey),
        "second_surveyor": (evidence.second_surveyor, survey),
        "statements": (evidence.statements != "none", None),
        "filed_statements": (evidence.statements in ("audited", "tax_filed"), None),
        "audited_statements": (evidence.statements == "audited", None),
    }
    return known.get(document, (False, None))
