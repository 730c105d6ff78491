"""What the REST API takes and gives where a step is handed over, an opinion asked for, or a decision overridden."""

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from accounts.schemas import Page, Strict, Text


class ToWhom(Strict):
    """A colleague by his address, and why."""

    to: Text = Field(description="e-mail address of the account")
    reason: Text = Field(max_length=4000)


class Opinion(Strict):
    """What one thinks; empty only to call back what one has given out oneself."""

    opinion: Text = Field("", max_length=4000)


class ConsultIn(Strict):
    """Whose opinion is asked for, and on what."""

    to: Text = Field(description="e-mail address of the account")
    text: Text = Field(max_length=4000)


class AnswerIn(Strict):
    """The opinion that was asked for."""

    text: Text = Field(max_length=4000)


class OverrideIn(Strict):
    """What the owner of the policy decides in somebody's place."""

    verb: Literal["approve", "return", "reject", "object"]
    content_sha256: Text
    reason: Text = Field(max_length=10_000)


class StepAt(Schema):
    """Where a step is now."""

    request: str
    step: int
    status: str
    assignee: str | None
    with_whom: str | None = Field(None, description="who was asked for an opinion; the step comes back")


class ConsultationOut(Schema):
    """An opinion that was asked for."""

    id: int
    asked_by: str
    asked: str
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None


class ConsultationPage(Page):
    """Newest first."""

    items: list[ConsultationOut]
