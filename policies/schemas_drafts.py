"""What the REST resource of policy tables takes and gives."""

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field as Limits

from accounts.schemas import Day, Flag, Strict, Text, Whole
from policies.editing import MOST_ROWS
from policies.rules.grid import LONGEST

Revision = Annotated[Whole | None, Limits(ge=0, description="`revision` that you had before you; null does not ask")]
Code = Annotated[Text, Limits(max_length=60)]
Words = Annotated[Text, Limits(max_length=LONGEST + 1)]


class DraftIn(Strict):
    """Begin a version with the tables that are in force."""

    change_note: Words
    effective_from: Day = None


class DraftChange(Strict):
    """Why the policy changes, and from which day on; what is left out stays as it is."""

    change_note: Words | None = None
    effective_from: Day = None
    revision: Revision = None


class DraftOut(Schema):
    """A version while it is written."""

    number: int
    state: str
    revision: int
    digest: str
    effective_from: date
    change_note: str


class FieldOut(Schema):
    """A field of every row: `code`, `in.<fact>`, `out.<name>`, `why.zh`, `why.en`."""

    name: str
    kind: str
    zh: str
    en: str
    hint: str


class RowOut(Schema):
    """A row: what its fields say, what is wrong with them, and the row in words."""

    code: str
    fields: dict[str, str]
    wrong: dict[str, str]
    sentence: str


class TableOut(Schema):
    """A table of a version."""

    version: int
    revision: int
    editable: bool
    code: str
    kind: str
    title: str
    hit_policy: str
    routing: dict[str, Any]
    fields: list[FieldOut]
    rows: list[RowOut]


class TableLine(Schema):
    """A table in the list of a version's tables."""

    code: str
    kind: str
    title: str
    request_kind: str
    rows: int


class TableList(Schema):
    """The tables of a version."""

    version: int
    revision: int
    digest: str
    items: list[TableLine]


class FieldIn(Strict):
    """One field of a row as it is to be written."""

    row: Code
    field: Code
    text: Words


class FieldsIn(Strict):
    """Fields to be written at once."""

    revision: Revision = None
    fields: Annotated[list[FieldIn], Limits(min_length=1, max_length=2000)]


class RowIn(Strict):
    """A new row: blank, or a copy of another one."""

    code: Code = ""
    after: Code = ""
    copy_of: Code = ""


class MoveIn(Strict):
    """How many places down; up when negative."""

    by: Annotated[Whole, Limits(ge=-MOST_ROWS, le=MOST_ROWS)]


class RevisionIn(Strict):
    """The revision that you had before you."""

    revision: Revision = None


class SettingsIn(Strict):
    """How a table is read."""

    revision: Revision = None
    hit_policy: Code
    ladder: Annotated[list[Code], Limits(max_length=60)] = []
    cap: Annotated[Whole | None, Limits(ge=0, le=9)] = None


class ColumnIn(Strict):
    """A fact that the table may ask for from now on, or no longer."""

    revision: Revision = None
    fact: Code
    do: Literal["add", "remove"] = "add"


class SavedOut(Schema):
    """The draft's revision now, and what was written."""

    revision: int
    changed: list[str]


class ChangeOut(Schema):
    """One difference: `mark` is + − ~ or ↕."""

    mark: str
    zh: str
    en: str


class ChangesOut(Schema):
    """What a version changes against the one that it is compared with."""

    version: int
    compared_with: int | None
    items: list[ChangeOut]


class TrialIn(Strict):
    """Facts of a request that need not exist, as text."""

    kind: Code
    facts: Annotated[dict[Code, Annotated[Text, Limits(max_length=60)]], Limits(max_length=200)]


class TrialOut(Schema):
    """The plan under the version and under the one that it is compared with; `problem` where there is none."""

    version: dict[str, Any]
    compared_with: dict[str, Any] | None
    wrong: dict[str, str]


class WorkbookIn(Strict):
    """A workbook in Base64; nothing is changed unless `apply` is true."""

    file: Annotated[Text, Limits(max_length=4_000_000)]
    name: Annotated[Text, Limits(max_length=120)] = ""
    apply: Flag = False


class WorkbookOut(Schema):
    """What a workbook changes, and whether that was done."""

    applied: bool
    revision: int
    items: list[ChangeOut]
