"""Shapes of the REST resource `contract-templates`."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from accounts.queries import business_today
from accounts.schemas import Day, Strict, Text
from contracts.models import ClauseVersion, TemplateVersion
from contracts.rules.redline import by_clause
from contracts.template_presentation import state

LANGUAGES = Literal["zh-hans", "en", "bilingual"]


class TemplateChange(Strict):
    """What is said about a version; members that are left out stay as they are."""

    change_note: Annotated[Text, Field(max_length=4000)] = ""
    valid_from: Day = None


class TemplateIn(TemplateChange):
    """A new version of a template, begun with the published file; another file is put in its place."""

    code: Annotated[Text, Field(max_length=20, examples=["SALES"])]
    language: LANGUAGES
    unit: Annotated[Text, Field(max_length=20)] = ""


class FindingOut(Schema):
    """One thing that the check found, at its place, with what to do about it."""

    code: str
    severity: Literal["error", "notice"]
    clause: str
    place_zh: str
    place_en: str
    excerpt: str
    zh: str
    en: str
    cure_zh: str
    cure_en: str


class TemplateVersionOut(Schema):
    """A version of a template; `state` is draft, in_review, approved (planned), effective or superseded."""

    id: int
    unit: str
    code: str
    language: LANGUAGES
    title_zh: str
    title_en: str
    number: int
    state: str
    base: int | None
    change_note: str
    valid_from: date | None
    retires_on: date | None
    published_at: datetime | None
    file_name: str
    sha256: str
    size: int
    pages: int | None
    sound: bool
    findings: list[FindingOut]
    fields: list[str]
    changed_clauses: list[str]
    request: str | None


class ClauseOut(Schema):
    """A clause of the library as it reads today."""

    unit: str
    code: str
    category: str
    number: int
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    owners: list[str]
    final_owner: str
    need: str
    deviation_allowed: bool
    published_at: datetime


def shown(version: TemplateVersion, no: str | None) -> dict[str, Any]:
    """A version with everything that was found in its file."""
    same = (
        "number", "change_note", "valid_from", "retires_on", "published_at", "file_name", "sha256", "size", "pages",
        "findings", "fields",
    )  # fmt: skip
    base = version.base
    changes = by_clause(base.clauses, version.clauses) if base else []
    return {
        "id": version.pk,
        "unit": version.unit.code,
        **{name: getattr(version.template, name) for name in ("code", "language", "title_zh", "title_en")},
        **{name: getattr(version, name) for name in same},
        "state": state(version, business_today()),
        "base": base.number if base else None,
        "sound": version.is_sound and bool(version.clauses),
        "changed_clauses": [change.code for change in changes if change.state != "same"],
        "request": version.request_no or no,
    }


def clause_out(version: ClauseVersion) -> dict[str, Any]:
    """A clause with owners and wording."""
    same = (
        "number", "title_zh", "title_en", "text_zh", "text_en", "owners", "final_owner", "need", "deviation_allowed",
        "published_at",
    )  # fmt: skip
    clause = version.clause
    about = {"unit": clause.unit.code, "code": clause.code, "category": clause.category}
    return about | {name: getattr(version, name) for name in same}
