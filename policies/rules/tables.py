"""Decision tables: typed columns, rows of cells, a hit policy, and the reason of every match in two
languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from policies.rules.cells import KINDS, NUMBER_KINDS, Cell, Fact, PolicyError, parse_cell
from policies.rules.wording import cell_bound, cell_words, condition_words, value_words

HIT_POLICIES = ("unique", "any", "first", "collect", "priority")
USES = ("band", "join", "escalator", "block", "notice")
_PLACE = re.compile(r"\{(\w+)(!{0,2})\}")

Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is asked, blocked or said: code of the rule, one sentence per language, the values
    it rests on.
    """

    code: str
    zh: str
    en: str
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"code": self.code, "zh": self.zh, "en": self.en, "values": dict(self.values)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reason:
        """The reason that `to_json` wrote."""
        return cls(data["code"], data["zh"], data["en"], dict(data["values"]))


@dataclass(frozen=True, slots=True)
class Column:
    """One input of a table: fact key, type, label in both languages; `required` facts must be known to
    route at all. `worse` says in which direction (``higher``, ``lower``) a number asks for more approval,
    `least` is the smallest value that it can have.
    """

    key: str
    kind: str
    zh: str
    en: str
    required: bool = False
    worse: str = ""
    least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A row that holds for the facts."""

    row_code: str
    outputs: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Only the cells that ask something are kept, in the order of the columns."""

    code: str
    conditions: tuple[tuple[Column, Cell], ...]
    outputs: Mapping[str, str]
    rationale_zh: str = ""
    rationale_en: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)

    def holds(self, facts: Facts) -> bool:
        """True when every cell matches; a missing fact matches no cell that asks."""
        for column, cell in self.conditions:
            value = facts.get(column.key)
            if value is None or not cell.test(value):
                return False
        return True

    def reasons(self, facts: Facts) -> tuple[Reason, ...]:
        """The row's own sentence where it has one, else one reason per matched cell with the actual value."""
        values = {column.key: plain(facts[column.key]) for column, _ in self.conditions}
        code = self.outputs.get("code") or self.outputs.get("band") or self.code
        if "zh" in self.outputs:
            said_zh, said_en = (self._filled(self.outputs[language], facts, language) for language in ("zh", "en"))
            return (Reason(code, said_zh, said_en, values),)
        return tuple(
            Reason(
                code,
                cell_words(column.zh, column.kind, cell, facts[column.key], "zh"),
                cell_words(column.en, column.kind, cell, facts[column.key], "en"),
                {column.key: values[column.key]},
            )
            for column, cell in self.conditions
        )

    def condition(self, language: str) -> str:
        """When the row holds, in words: its own wording where it has one, else its cells one after the other."""
        said = self.outputs.get(f"when_{language}")
        if said:
            return self._filled(said, {}, language)
        parts = [
            condition_words(column.zh if language == "zh" else column.en, column.kind, cell, language)
            for column, cell in self.conditions
        ]
        return ("，且" if language == "zh" else ", and ").join(parts)

    def _filled(self, sentence: str, facts: Facts, language: str) -> str:
        """``{key}`` becomes the value of the fact, ``{key!}`` the threshold of this row's cell, ``{key!!}`` its end."""
        cells = {column.key: cell for column, cell in self.conditions}

        def fill(place: re.Match[str]) -> str:
            key, marks = place[1], len(place[2])
            if marks:
                return cell_bound(cells[key], self.kinds[key], language, upper=marks == 2)
            return value_words(facts.get(key), self.kinds[key], language)

        return _PLACE.sub(fill, sentence)


@dataclass(frozen=True)
class Table:
    """A parsed table of one policy version.

    A table that routes requests says for which kind (`request_kind`) and how it is used (`use`: one of `USES`).
    `only` names a flag without which none of its rows holds, `subject` groups band tables that are alternatives,
    `ladder` lists the bands from lowest to highest, `cap` is how many bands escalators may add.
    """

    code: str
    kind: str
    hit_policy: str
    title_zh: str
    title_en: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    request_kind: str = ""
    use: str = ""
    only: str = ""
    subject: str = ""
    ladder: tuple[str, ...] = ()
    cap: int | None = None

    @cached_property
    def column(self) -> dict[str, Column]:
        """Columns by fact key."""
        return {column.key: column for column in self.columns}

    def evaluate(self, facts: Facts) -> list[Match]:
        """Rows that hold, after the hit policy.

        Raises PolicyError when a unique table is hit twice or an `any` table disagrees with itself.
        """
        if self.only and facts.get(self.only) is not True:
            return []
        hits = [row for row in self.rows if row.holds(facts)]
        if len(hits) > 1 and self.hit_policy != "collect":
            hits = self._resolve(hits)
        return [Match(row.code, row.outputs, row.reasons(facts) or self._always(row)) for row in hits]

    def _always(self, row: Row) -> tuple[Reason, ...]:
        """A rule without a condition and without words of its own: it blocks, warns or raises all the same."""
        if self.use not in ("block", "notice", "escalator"):
            return ()
        return (
            Reason(row.outputs.get("code") or row.code, f"规则 {row.code} 始终适用", f"rule {row.code} always holds"),
        )

    def _resolve(self, hits: list[Row]) -> list[Row]:
        if self.hit_policy == "first":
            return hits[:1]
        if self.hit_policy == "priority":
            return [max(hits, key=priority)]
        codes = ", ".join(row.code for row in hits)
        if self.hit_policy == "unique":
            raise PolicyError(f"Table {self.code}: rows {codes} overlap.")
        if any(row.outputs != hits[0].outputs for row in hits):
            raise PolicyError(f"Table {self.code}: rows {codes} contradict each other.")
        return hits[:1]


def priority(row: Row) -> int:
    """How important a row is. Raises PolicyError when its output does not say so."""
    said = row.outputs.get("priority", "")
    if not said.isdecimal():
        raise PolicyError(f"Row {row.code} needs a priority, a whole number.")
    return int(said)


def plain(value: Fact) -> str:
    """A fact as stored: a number always in the same shape, whatever its scale was (1000000.00 is
    ``1000000``).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def parse_table(data: Mapping[str, Any], scale: Decimal = Decimal(1)) -> Table:
    """Parse the stored form of a table; money thresholds are multiplied by `scale`. Raises PolicyError."""
    if data["hit_policy"] not in HIT_POLICIES:
        raise PolicyError(f"Table {data['code']}: unknown hit policy {data['hit_policy']!r}.")
    columns = tuple(_column(data["code"], each, data["kind"]) for each in data["columns"])
    rows = tuple(_row(data["code"], columns, row, scale) for row in data["rows"])
    if data["hit_policy"] == "priority":
        for row in rows:
            priority(row)
    use = data.get("routing", {})
    if use and (use["use"] not in USES or not use["request_kind"]):
        raise PolicyError(f"Table {data['code']}: cannot be used as {use!r}.")
    ladder = use.get("ladder") or dict.fromkeys(row.outputs.get("band", "") for row in rows)
    return Table(
        code=data["code"],
        kind=data["kind"],
        hit_policy=data["hit_policy"],
        title_zh=data["title_zh"],
        title_en=data["title_en"],
        columns=columns,
        rows=rows,
        request_kind=use.get("request_kind", ""),
        use=use.get("use", ""),
        only=use.get("only", ""),
        subject=use.get("subject", data["code"]),
        ladder=tuple(ladder) if use.get("use") == "band" else (),
        cap=int(use["cap"]) if "cap" in use else None,
    )


def _column(table: str, data: Mapping[str, Any], kind: str) -> Column:
    """Days of the calendar are for expressions; no cell asks for one."""
    if data["type"] not in KINDS and not (kind == "metric" and data["type"] == "date"):
        raise PolicyError(f"Table {table}, column {data['key']}: unknown type {data['type']!r}.")
    return Column(
        data["key"],
        data["type"],
        data["zh"],
        data["en"],
        bool(data.get("required")),
        data.get("worse", ""),
        Decimal(data["least"]) if "least" in data else None,
    )


def _row(table: str, columns: Iterable[Column], data: Mapping[str, Any], scale: Decimal) -> Row:
    unknown = set(data["cells"]) - {column.key for column in columns}
    if unknown:
        raise PolicyError(f"Table {table}, row {data['code']}: no column {', '.join(sorted(unknown))}.")
    conditions: list[tuple[Column, Cell]] = []
    for column in columns:
        try:
            cell = parse_cell(data["cells"].get(column.key, ""), column.kind, scale)
        except PolicyError as error:
            raise PolicyError(f"Table {table}, row {data['code']}, column {column.key}: {error}") from error
        if cell is not None:
            conditions.append((column, cell))
    kinds = {column.key: column.kind for column in columns}
    return Row(
        data["code"],
        tuple(conditions),
        dict(data["outputs"]),
        data["rationale_zh"],
        data["rationale_en"],
        kinds,
    )


def check_facts(columns: Mapping[str, Column], facts: Facts) -> None:
    """Refuse facts of the wrong type: floats, NaN, truth values where a number is asked. Raises
    PolicyError.
    """
    for key, column in columns.items():
        value = facts.get(key)
        if value is None:
            continue
        if column.kind in NUMBER_KINDS:
            if type(value) is not Decimal and type(value) is not int:
                raise PolicyError(f"Fact {key} must be a Decimal or an int, not {type(value).__name__}.")
            if type(value) is Decimal and not value.is_finite():
                raise PolicyError(f"Fact {key} must be a finite number.")
        elif column.kind != "date" and type(value) is not (bool if column.kind == "flag" else str):
            raise PolicyError(f"Fact {key} has the wrong type {type(value).__name__}.")
