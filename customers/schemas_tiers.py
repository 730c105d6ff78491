"""Shapes of the REST resource `tier-changes`."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from accounts.schemas import Day, Flag, Strict, Text, Whole
from customers.models import Lever, ListChange, TierChange, TierReason
from customers.services.tier_changes import FIELDS

Long = Annotated[Text, Field(max_length=4000)]


class TierChangeChange(Strict):
    """Members that are left out stay as they are."""

    source: Literal["rep", "emergency"] | None = Field(
        default=None, description="`emergency` is for credit control: it takes effect at once and is ratified later"
    )
    proposed_tier: Annotated[Whole, Field(ge=1, le=4)] | None = None
    list_change: ListChange | Literal[""] | None = Field(default=None, description="the key-account list")
    levers: Annotated[list[Lever], Field(max_length=3)] | None = None
    effective_on: Day = None
    reason_code: TierReason | None = None
    reason_text: Long | None = None
    influence: Annotated[Whole, Field(ge=0, le=5)] | None = None
    influence_evidence: Long | None = None
    proactivity: Annotated[Whole, Field(ge=0, le=10)] | None = None
    proactivity_evidence: Long | None = None
    override_reason: Long | None = None
    exit: Flag | None = None
    sponsor_informed: Flag | None = None
    confidential: Flag | None = None


class TierChangeIn(TierChangeChange):
    """A new change."""

    customer: Annotated[Text, Field(min_length=1, max_length=40)] = Field(description="code of the customer")


class TierChangeOut(Schema):
    """A change as it stands; `request` once it was submitted. `current_tier` are the stars in force now."""

    id: int
    request: str | None
    customer: str
    current_tier: int | None
    source: str
    proposed_tier: int | None
    list_change: str
    levers: list[str]
    effective_on: Day
    reason_code: str
    reason_text: str
    influence: int | None
    influence_evidence: str
    proactivity: int | None
    proactivity_evidence: str
    override_reason: str
    exit: bool
    sponsor_informed: bool
    confidential: bool
    revision: int
    submitted: bool


def tier_change_out(letter: TierChange, no: str | None) -> dict[str, Any]:
    """The members of `TierChangeOut`."""
    return {
        **{name: getattr(letter, name) for name in FIELDS},
        "id": letter.pk,
        "request": no,
        "customer": letter.customer.code,
        "current_tier": letter.customer.tier,
        "revision": letter.revision,
        "submitted": letter.submitted,
    }
