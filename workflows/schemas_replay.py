"""Shapes of the REST resource policies/{number}/replays."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Field, Schema
from pydantic import PlainSerializer

from accounts.schemas import Page, Strict, Whole

# Sums may be larger than an amount that somebody types.
Sum = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str)]


class ReplayIn(Strict):
    """Over how many months."""

    months: Whole = Field(description="3, 6, 12 or 24")


class ReplayOut(Schema):
    """`valid_to` is the first day that does not count any more."""

    id: int
    version: int
    digest: str
    current: bool
    base: int
    months: int
    valid_from: date
    valid_to: date
    state: str
    problem: str
    done: int
    total: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None


class ReplayPage(Page):
    """A page."""

    items: list[ReplayOut]


class BothOut(Schema):
    """Under the version in force, and under the replayed one."""

    before: int
    after: int


class KindOut(Schema):
    """One kind of request; `released` and `held` are amounts by currency that would have had less and more approval."""

    kind: str
    read: int
    judged: int
    changed: int
    released: dict[str, Sum]
    held: dict[str, Sum]


class LoadOut(BothOut):
    """Decisions of a role; `people` hold it today."""

    role: str
    place: str
    people: int


class ExampleOut(Schema):
    """One submission whose path changes; paths in the notation of the policy tables.

    `outcome` is how it ended, empty where it was sent on under another version.
    """

    change: str
    no: str
    kind: str
    before: str
    after: str
    outcome: str


class LineOut(Schema):
    """A sentence in both languages."""

    zh: str
    en: str


class ReplayDetail(ReplayOut):
    """The result; empty until it is done."""

    judged: int
    changes: dict[str, int]
    automatic: BothOut
    decisions: BothOut
    refused_then_eased: int
    kinds: list[KindOut]
    roles: list[LoadOut]
    places: list[LoadOut]
    not_judged: dict[str, int]
    summary: list[LineOut]
    examples: list[ExampleOut]
