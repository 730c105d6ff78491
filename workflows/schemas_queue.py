"""What the REST API takes and gives for the queue and what is said beside a request."""

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from accounts.schemas import LARGEST_ID, Flag, Money, Page, Strict, Text, Whole


class WaitingOut(Schema):
    """A step that waits for you; `content_sha256` goes back with the decision."""

    request: str
    step: int
    role: str
    mode: str
    kind: str
    title: str
    customer: str | None
    amount: Money
    currency: str
    risk: int = Field(description="0 to 100, how far from everyday business")
    round: int
    confidential: bool
    submitted_by: str
    opened_at: datetime | None
    due_at: datetime | None
    content_sha256: str


class QueuePage(Page):
    items: list[WaitingOut]


class BulkItemIn(Strict):
    """One of many, with the digest of what you have seen of it."""

    request: Text = Field(max_length=24)
    step: Whole = Field(ge=1, le=LARGEST_ID)
    content_sha256: Text = Field(max_length=64)


class BulkIn(Strict):
    """The same decision for all of them."""

    verb: Literal["approve", "return", "reject"]
    items: list[BulkItemIn] = Field(min_length=1, max_length=200)
    reason: Text = Field("", max_length=2000, description="needed to return and to reject")
    role: Text = Field("", max_length=3, description="in which role; by default that of the first")


class BulkItemOut(Schema):
    """What became of one of many: decided, or refused with a code and a sentence."""

    request: str
    step: int
    decided: bool
    state: str | None
    code: str | None
    title: str | None
    status: int


class BulkOut(Schema):
    decided: int
    refused: int
    items: list[BulkItemOut]


class CommentIn(Strict):
    text: Text = Field(min_length=1, max_length=2000)


class CommentShown(Schema):
    """A comment; mentions are the ids of the people whom it tells."""

    id: int
    author: str
    text: str
    mentions: list[int]
    at: datetime


class CommentOut(CommentShown):
    """A comment as it was taken: who sees the request by it, and who was not told."""

    shown_to: list[str]
    not_told: list[str]


class CommentPage(Page):
    items: list[CommentShown]


class WatcherIn(Strict):
    email: Text | None = Field(None, max_length=254, description="the colleague; left out: yourself")


class WatcherOut(Schema):
    name: str
    email: str
    since: datetime
    added_by: str


class FilterIn(Strict):
    name: Text = Field(max_length=60)
    query: Text = Field("", max_length=400)
    default: Flag = False


class FilterChange(Strict):
    """Members that are left out stay as they are."""

    name: Text | None = Field(None, max_length=60)
    default: Flag | None = None
    move: Literal[-1, 1] | None = Field(None, description="one place up or down")


class FilterOut(Schema):
    id: int
    name: str
    query: str
    default: bool
