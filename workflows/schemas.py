"""What the REST API takes and gives for requests and credit."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from django.core.exceptions import ValidationError as Invalid
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BeforeValidator, Field, create_model
from pydantic import ValidationError as Wrong

from accounts.schemas import Day, Flag, Money, Page, Strict, Text, Whole
from workflows.kind import Kind

_NUMBER: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)


class ApplicationChange(Strict):
    """Members that are left out stay as they are; null empties a member that may be empty."""

    req_type: Text | None = None
    req_limit: Money | None = None
    req_term: Whole | None = Field(None, ge=0, le=365, description="days")
    settlement: Text | None = None
    req_placement: Money | None = None
    valid_from: Day = None
    valid_to: Day = None
    forecast_month: Money | None = None
    categories: Text | None = None
    reason_code: Text | None = None
    reason_text: Text | None = Field(None, max_length=10_000)
    give_get: Text | None = Field(None, max_length=10_000)
    competitor: Text | None = Field(None, max_length=10_000)
    security_type: Text | None = None
    security_value: Money | None = None
    security_provider: Text | None = None
    security_valid_to: Day = None
    confidential: Flag | None = None


class ApplicationIn(ApplicationChange):
    """A new credit application for the customer with this code."""

    customer: Text


class ApplicationOut(Schema):
    """A credit application as it stands; `request` once it was submitted."""

    id: int
    customer: str
    req_type: str
    req_limit: Money | None
    req_term: int | None
    settlement: str
    req_placement: Money | None
    valid_from: date | None
    valid_to: date | None
    forecast_month: Money | None
    categories: str
    reason_code: str
    reason_text: str
    give_get: str
    competitor: str
    security_type: str
    security_value: Money | None
    security_provider: str
    security_valid_to: date | None
    confidential: bool
    currency: str
    revision: int
    submitted: bool
    request: str | None


class AttachmentOut(Schema):
    """A paper of an application."""

    id: int
    kind: str
    name: str
    size: int
    media_type: str
    sha256: str


class StepOut(Schema):
    """One approval of the path.

    `key` names it in `to` of a return. `panel`: it is a seat where several decide together, with mode, needed approvals
    and what a rejection does. `clock_stands_since`: a question is out, or it waits again.
    """

    id: int | None
    key: str
    stage: int
    role: str
    mode: str
    status: str
    reasons: list[dict[str, Any]]
    people: list[str]
    due_at: datetime | None
    clock_stands_since: datetime | None = None
    panel: dict[str, Any] | None = None
    added_by: str | None = None
    carried_why: list[dict[str, str]] = []
    decided_by: str | None = None
    on_behalf_of: str | None = None
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
    customer: str | None
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


class DecisionIn(Strict):
    """`content_sha256` is the digest of the content that was read; `conditions` only tighten what was asked.

    Every kind takes the condition `note`; a credit application also `limit`, `term_days`, `valid_to` and `security`.
    A step that ratifies is approved or rejected, one that comments is approved or objected to. `to` sends a return to
    an earlier stage: the key of one of its steps; without it the submitter revises the request.
    """

    verb: Literal["approve", "approve_conditional", "return", "reject", "object"]
    content_sha256: Text = Field(max_length=64)
    reason: Text = Field("", max_length=10_000)
    conditions: dict[Text, Whole | Text | None] | None = None
    to: Text = Field("", max_length=24)


class ReturnIn(Strict):
    """The step is the one of the caller that is open; `to` as in a decision."""

    content_sha256: Text = Field(max_length=64)
    reason: Text = Field(max_length=10_000)
    to: Text = Field("", max_length=24)


class ReasonIn(Strict):
    """Why."""

    reason: Text = Field(max_length=10_000)


class DecisionOut(Schema):
    """What was decided, and where the request is now."""

    request: str
    step: int
    verb: str
    decided_at: datetime
    state: str


class LineOut(Schema):
    """A credit line; `basis` unlimited has no amount; no line at all means: not set."""

    id: int
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


class RequestPage(Page):
    """Requests, newest first."""

    items: list[RequestOut]


class LinePage(Page):
    """Credit lines, newest first."""

    items: list[LineOut]


def _exact(value: Any) -> Any:
    if not (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError(_('A number is written as text, for example "12.5".'))
    return value


Exact = Annotated[Decimal, BeforeValidator(_exact)]
TYPES: Final[Mapping[str, Any]] = {
    "money": Money,
    "percent": Exact,
    "number": Exact,
    "days": Annotated[Whole, Field(ge=0, le=3650)],
    "day": Day,
    "text": Annotated[Text, Field(max_length=1000)],
}


def conditions_of(kind: Kind, sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """The conditions of a decision, each read as the kind declares it.

    Raises:
        ValidationError: naming the members that are unknown or wrong.
    """
    members: dict[str, Any] = {each.name: (TYPES[each.type] | None, None) for each in kind.conditions}
    try:
        read = create_model("Conditions", __base__=Strict, **members).model_validate(sent or {})
    except Wrong as error:
        raise Invalid({str(each["loc"][0]): each["msg"] for each in error.errors()}) from error
    return {name: value for name, value in dict(read).items() if value not in (None, "")}
