"""Shapes of the REST resource policies: versions and their states."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from accounts.schemas import Page, Strict, Text, Whole


class VersionOut(Schema):
    """A version; `effective_to` is the first day on which it no longer holds, null while nothing follows it."""

    number: int
    state: str = Field(description="draft, checked, in_review, scheduled, active, retired or superseded")
    in_force: bool
    effective_from: date
    effective_to: date | None
    digest: str
    revision: int
    change_note: str
    based_on: int | None
    restores: int | None = Field(description="the version whose tables come back with this one after an emergency")
    created_by: str
    created_at: datetime


class VersionPage(Page):
    """A page."""

    items: list[VersionOut]


class VersionDetail(VersionOut):
    """With its tables in the stored form, which the digest is made of."""

    request: str | None = Field(
        description="the request by which it was agreed; null for what was shipped or came back"
    )
    tables: list[dict[str, Any]]


class FindingOut(Schema):
    """One thing that is wrong, with facts that show it."""

    code: str
    table: str
    rows: list[str]
    zh: str
    en: str
    blocking: bool
    example: dict[str, str]


class CheckOut(Schema):
    """Everything that a check says; what is blocking keeps the version from being asked for."""

    number: int
    state: str
    digest: str
    blocking: int
    findings: list[FindingOut]


class CheckIn(Strict):
    """Which revision of the draft is meant; another one is refused with 409."""

    revision: Whole = Field(ge=0)


class ReopenIn(Strict):
    """Why it is to be changed again."""

    reason: Text = Field("", max_length=10_000)
