"""What the REST API takes and gives for delegations."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from accounts.schemas import Moment, Money, Page, Strict, Text


class DelegationIn(Strict):
    """Half-open: from `valid_from` until just before `valid_to`, 30 days at most."""

    delegate: Text = Field(description="e-mail address of the account")
    delegator: Text | None = Field(None, description="for sales operations only; left out it is yourself")
    valid_from: Moment
    valid_to: Moment
    kinds: list[Text] = Field(default_factory=list, max_length=20, description="empty: all kinds")
    ceiling: Money | None = None
    reason: Text = Field("", max_length=1000)


class EndIn(Strict):
    """Why it ends, if there is something to say."""

    reason: Text = Field("", max_length=1000)


class DelegationOut(Schema):
    """A delegation, in force while `valid_from <= now < valid_to` and it has not been ended."""

    id: int
    delegator: str
    delegate: str
    valid_from: datetime
    valid_to: datetime
    kinds: list[str]
    ceiling: Money | None
    reason: str
    ended_at: datetime | None


class DelegationPage(Page):
    """Newest first."""

    items: list[DelegationOut]
