"""What the verbs beside the decision take and answer over REST."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from accounts.schemas import Strict, Text, Whole


class AdditionIn(Strict):
    """Who is asked as well: `user` (id) or `role`; with both, the person in that role.

    `before`: the step waits for the answer; `parallel`: beside it; `after`: next, in a stage of its own. A `comment` is
    an opinion, which binds nobody.
    """

    user: Whole | None = Field(None, ge=1, le=2**63 - 1)
    role: Text = Field("", max_length=4)
    where: Literal["before", "after", "parallel"]
    mode: Literal["approve", "comment"] = "approve"
    reason: Text = Field(max_length=2000)


class AddedOut(Schema):
    """The step that was added."""

    request: str
    step: int
    key: str
    role: str
    mode: str
    stage: int
    status: str


class TextIn(Strict):
    """A question or an answer."""

    text: Text = Field(max_length=4000)


class QuestionOut(Schema):
    """A question to the submitter; `closed_at` without an answer: it was decided or ended meanwhile."""

    id: int
    step: int
    asked_by: str
    text: str
    asked_at: datetime
    answered_by: str | None
    answer: str
    closed_at: datetime | None


class QuestionPage(Schema):
    """Every question about a request, the first one first."""

    items: list[QuestionOut]
