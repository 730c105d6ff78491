"""What a letter says: the exact shape of the data that each template prints.

Everything is a finished string in the language of the letter: the caller formats amounts ("1,200,000.00"),
dates ("2026-11-22") and times ("2026-11-22 14:05 UTC+8") and leaves out nothing. An unknown value is
printed as NOTHING, never as None. Lists may be empty: their section is then not printed.
"""

from collections.abc import Mapping
from typing import TypedDict, cast

from contracts.pipeline.fonts import printable

# What stands where there is nothing to say.
NOTHING = "—"


class Unit(TypedDict):
    """The company that answers for the letter: its letterhead."""

    name: str
    """Registered name in the language of the letter."""
    second_name: str
    """The name in the other language, printed small below; "" when there is none."""
    address: str
    uscc: str
    """Unified social credit code."""


class Customer(TypedDict):
    """The customer as the file names it; all "" for a request without one, whose papers name nobody."""

    name: str
    code: str
    uscc: str


class Term(TypedDict):
    """One line of "what was asked, what was granted"."""

    label: str
    """For example "Credit limit (CNY)"."""
    requested: str
    approved: str


class Fact(TypedDict):
    """A labelled value, for example "Grade": "B (76.5 points)"."""

    label: str
    value: str


class Approval(TypedDict):
    """One person's decision as the customer may see it."""

    role: str
    name: str
    decision: str
    decided_at: str
    comment: str


class Box(TypedDict):
    """A figure of the tinted band, with a few words above and below; all "" where there is none."""

    label: str
    value: str
    below: str


class Boxes(TypedDict):
    """The band: the first figure is printed large."""

    first: Box
    second: Box
    third: Box


class Cells(TypedDict):
    """A row of an open table; what goes beyond its columns is ""."""

    c1: str
    c2: str
    c3: str
    c4: str
    c5: str
    c6: str


class Table(TypedDict):
    """A table with its own heads; exactly one of the lists of rows is filled.

    figures: every column but the first is set to the right; words: all to the left. The digit counts the columns.
    """

    title: str
    heads: Cells
    figures2: list[Cells]
    figures3: list[Cells]
    figures4: list[Cells]
    figures5: list[Cells]
    figures6: list[Cells]
    words2: list[Cells]
    words3: list[Cells]
    words4: list[Cells]
    words5: list[Cells]
    words6: list[Cells]


SHAPES_OF_TABLES: Mapping[str, int] = {
    f"{kind}{columns}": columns for kind in ("figures", "words") for columns in range(2, 7)
}


class Picture(TypedDict):
    """A drawing, twice as wide as high; `words` say the same for who cannot see it."""

    title: str
    words: str
    svg: str
    """Not printed as text: production draws it."""


class DecisionNotice(TypedDict):
    """批复通知书 / Decision notice: what was decided, for the customer and the file."""

    unit: Unit
    customer: Customer
    title: str
    """For example "Credit decision notice"."""
    request_no: str
    request_kind: str
    """For example "Increase of the credit limit"."""
    opening: str
    """What was decided, how and when."""
    headline: str
    """The decision in one sentence, printed above the terms."""
    boxes: list[Boxes]
    """One band, or none when nothing was granted."""
    terms: list[Term]
    conditions: list[str]
    assessment: list[Fact]
    """Score, grade, formula limit, exposure: at most a dozen lines."""
    tables: list[Table]
    pictures: list[Picture]
    """At most one."""
    approvals: list[Approval]
    closing: str
    """What follows from it; "" when nothing was granted."""
    policy_version: str
    """For example "Policy version 1 (digest 3f9a…)"."""


class Figure(TypedDict):
    """A computed figure with the way it was computed."""

    label: str
    value: str
    formula: str
    source: str
    """Where the inputs come from and as of when."""


class PlannedStep(TypedDict):
    """One step of the frozen plan and the rules that demand it."""

    stage: str
    role: str
    mode: str
    reason: str


class Verdict(TypedDict):
    """One decision with everything that was recorded about it."""

    round: str
    step: str
    name: str
    decision: str
    decided_at: str
    comment: str
    evidence: str
    """First digits of the content hash that the decider saw."""


class Occurrence(TypedDict):
    """One event of the request's audit trail."""

    position: str
    at: str
    actor: str
    action: str
    detail: str
    hash: str
    """First digits of the event's hash."""


class File(TypedDict):
    """One attachment of the request."""

    name: str
    kind: str
    size: str
    sha256: str


class ApprovalSheet(TypedDict):
    """审批记录单 / Approval sheet: the full trail of one request, for the file and the auditors."""

    unit: Unit
    customer: Customer
    request_no: str
    request_kind: str
    outcome: str
    submitted_by: str
    submitted_at: str
    closed_at: str
    policy_version: str
    plan_digest: str
    summary: list[Fact]
    """What was asked, with the reasons given by the applicant."""
    terms: list[Term]
    figures: list[Figure]
    tables: list[Table]
    plan: list[PlannedStep]
    decisions: list[Verdict]
    events: list[Occurrence]
    attachments: list[File]


class Identity(TypedDict):
    """What the document says about itself; filled in by contracts, never by the caller."""

    number: str
    issued_on: str
    snapshot_sha256: str
    verify_code: str
    verify_url: str


SHAPES: Mapping[str, type] = {"decision_notice": DecisionNotice, "approval_sheet": ApprovalSheet}


class SnapshotError(ValueError):
    """The data of a letter does not have the shape that its template prints; `path` names the field."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}")


def fit(kind: str, snapshot: Mapping[str, object]) -> dict[str, object]:
    """Check a snapshot against its TypedDict and make every string printable.

    Characters that no embedded font can draw and invisible control characters are spelled out
    (see fonts.printable), so that a name or comment never stops a letter.

    Raises SnapshotError naming the first field that is missing, unknown or not a string.
    """
    return cast(dict[str, object], _fit(SHAPES[kind], snapshot, kind))


def _fit(shape: object, value: object, path: str) -> object:
    if shape is str:
        if not isinstance(value, str):
            raise SnapshotError(path, f"expected text, got {type(value).__name__}")
        return printable(value)
    item = getattr(shape, "__args__", (None,))[0]
    if item is not None:
        if not isinstance(value, list):
            raise SnapshotError(path, f"expected a list, got {type(value).__name__}")
        return [_fit(item, member, f"{path}[{n}]") for n, member in enumerate(value)]
    return _fit_mapping(shape, value, path)


def _fit_mapping(shape: object, value: object, path: str) -> dict[str, object]:
    fields: dict[str, object] = shape.__annotations__
    if not isinstance(value, Mapping):
        raise SnapshotError(path, f"expected fields, got {type(value).__name__}")
    for name in fields.keys() - value.keys():
        raise SnapshotError(f"{path}.{name}", "missing")
    for name in value.keys() - fields.keys():
        raise SnapshotError(f"{path}.{name}", "unknown field")
    return {name: _fit(fields[name], value[name], f"{path}.{name}") for name in fields}
