"""What the REST API takes and gives for requests and credit."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from accounts.schemas import Money


class Strict(Schema):
    """An input: a member that is not declared is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class ApplicationIn(Strict):
    """A credit application; members that are left out stay as they are (or empty in a new one)."""

    customer: str | None = Field(None, description="customer code; only when creating")
    req_type: str | None = None
    req_limit: Money | None = None
    req_term: int | None = Field(None, ge=0, le=365, description="days")
    settlement: str | None = None
    req_placement: Money | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    forecast_month: Money | None = None
    categories: str | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    give_get: str | None = None
    competitor: str | None = None
    security_type: str | None = None
    security_value: Money | None = None
    security_provider: str | None = None
    security_valid_to: date | None = None
    confidential: bool | None = None


class ApplicationOut(Schema):
    """A credit application as it stands; `request` once it was submitted."""

    id: int
    customer: str
    req_type: str
    req_limit: Money | None
    req_term: int | None
    valid_from: date | None
    valid_to: date | None
    reason_code: str
    reason_text: str
    currency: str
    revision: int
    submitted: bool
    request: str | None


class StepOut(Schema):
    """One approval of the path."""

    id: int | None
    stage: int
    role: str
    mode: str
    status: str
    reasons: list[dict[str, Any]]
    people: list[str]
    due_at: datetime | None
    decided_by: str | None = None
    decided_at: datetime | None = None
    verb: str | None = None
    reason: str | None = None
    conditions: dict[str, Any] | None = None


class PreviewOut(Schema):
    """What a submission would lead to; `blocks` say why it would be refused."""

    submittable: bool
    blocks: list[str]
    hints: list[str]
    bands: dict[str, str]
    steps: list[StepOut]
    expected_hours: int
    done_by: datetime
    content_sha256: str
    evaluation: dict[str, Any]


class RequestOut(Schema):
    """A request in a list."""

    no: str
    kind: str
    customer: str
    amount: Money
    currency: str
    state: str
    round: int
    submitted_by: str
    submitted_at: datetime
    closed_at: datetime | None
    confidential: bool


class RequestDetail(RequestOut):
    """A request with what is decided on: content and digest, policy, steps."""

    content: dict[str, Any]
    content_sha256: str
    policy_number: int
    policy_digest: str
    plan_digest: str
    steps: list[StepOut]


class ConditionsIn(Strict):
    """Conditions only tighten what was asked."""

    limit: Money | None = None
    term_days: int | None = Field(None, ge=0, le=365)
    valid_to: date | None = None
    security: str = Field("", max_length=300)
    note: str = Field("", max_length=1000)


class DecisionIn(Strict):
    """`content_sha256` is the digest of the content that was read."""

    verb: Literal["approve", "approve_conditional", "return", "reject"]
    content_sha256: str
    reason: str = Field("", max_length=10_000)
    conditions: ConditionsIn | None = None


class ReturnIn(Strict):
    """The step is the one of the caller that is open."""

    content_sha256: str
    reason: str = Field(max_length=10_000)


class ReasonIn(Strict):
    reason: str = Field(max_length=10_000)


class DecisionOut(Schema):
    """What was decided, and where the request is now."""

    request: str
    step: int
    verb: str
    decided_at: datetime
    state: str


class LineOut(Schema):
    """A credit line; `basis` unlimited has no amount; no line at all means: not set."""

    customer: str
    kind: str
    basis: str
    amount: Money | None
    currency: str
    term_days: int
    valid_from: date
    valid_to: date | None
    state: str
    request: str


class Page(Schema):
    """`next_cursor` is given back as `cursor` for the following page; null at the end."""

    next_cursor: str | None


class RequestPage(Page):
    items: list[RequestOut]


class ApplicationPage(Page):
    items: list[ApplicationOut]


class LinePage(Page):
    items: list[LineOut]
