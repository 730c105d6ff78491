"""Shapes of the REST resource policy-changes, and of the re-routing of a request."""

from datetime import date

from ninja import Schema
from pydantic import Field

from accounts.schemas import Day, Flag, Strict, Text, Whole


class PolicyChangeChange(Strict):
    """Members that are left out stay as they are."""

    emergency: Flag | None = Field(None, description="in force as soon as it is approved, for thirty days")
    effective_from: Day = Field(None, description="tomorrow at the earliest")
    change_note: Text | None = Field(None, max_length=10_000)


class PolicyChangeIn(PolicyChangeChange):
    """The request for the version with this number."""

    version: Whole = Field(ge=1)


class PolicyChangeOut(Schema):
    """A request for a version as it stands; `request` once it was submitted."""

    id: int
    version: int
    digest: str
    state: str
    emergency: bool
    effective_from: date
    change_note: str
    unit: str
    request: str | None


class RerouteIn(Strict):
    """Under which version, and why."""

    version: Whole = Field(ge=1)
    reason: Text = Field(max_length=10_000)
