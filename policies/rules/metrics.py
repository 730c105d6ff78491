"""Derived metrics: figures that a policy version works out from facts, and that its tables may ask for like any fact.

A table of the kind ``metric`` has a row for each: its name, the kind of request, the type, the expression, unit, label.
An expression may use every fact that the tables of the kind ask for, facts that the metric table itself describes, and
other metrics of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from policies.rules.cells import KINDS, CellError, Fact, PolicyError
from policies.rules.expressions import Expression, compile_expression
from policies.rules.expressions_tree import ExpressionError
from policies.rules.expressions_types import NUMERIC, PLAIN, TYPE_OF_COLUMN
from policies.rules.tables import Column, Facts, Reason, Row, Table, plain
from policies.rules.wording import value_words

KIND: Final = "metric"
MOST: Final = 50
_HOLDS: Final[Mapping[str, Mapping[bool | None, str]]] = {
    "zh": {True: "是", False: "否", None: "未知"},
    "en": {True: "yes", False: "no", None: "unknown"},
}


class MetricError(CellError):
    """A metric that cannot be: `field` of the row (`policies.rules.grid`) is wrong."""

    def __init__(self, table: str, row: str, field: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.table, self.row, self.field = table, row, field

    def __str__(self) -> str:
        return f"Table {self.table}, row {self.row}: {self.en}"


@dataclass(frozen=True)
class Metric:
    """One derived figure; `unit` is for the reader."""

    column: Column
    request_kind: str
    unit: str
    expression: Expression

    def value(self, facts: Facts) -> Fact:
        """Its value for facts that hold the metrics before it; None is unknown."""
        found = self.expression.value(facts)
        return found if isinstance(found, Decimal | str | bool) else None

    def reason(self, facts: Facts) -> Reason:
        """What it came to, and what each comparison in it said, for facts that hold this metric, too."""
        value, leaves = facts.get(self.column.key), self.expression.leaves(facts)
        said = []
        for language, label, shape in (
            ("zh", self.column.zh, ("：", "；", "（", "）")),
            ("en", self.column.en, (": ", "; ", " (", ")")),
        ):
            colon, then, opens, closes = shape
            holds = (_HOLDS[language][leaf.holds] for leaf in leaves)
            parts = [
                (leaf.zh if language == "zh" else leaf.en) + colon + held
                for leaf, held in zip(leaves, holds, strict=True)
            ]
            words = f"{label} {value_words(value, self.column.kind, language)}"
            said.append(words + opens + then.join(parts) + closes if parts else words)
        values = {} if value is None else {self.column.key: plain(value)}
        return Reason(self.column.key, said[0], said[1], values)


@dataclass(frozen=True)
class Metrics:
    """The metrics of one kind of request, each after those that it uses, and the columns that they bring along."""

    all: tuple[Metric, ...]
    columns: Mapping[str, Column]

    @property
    def names(self) -> frozenset[str]:
        """Facts that nobody has to supply."""
        return frozenset(metric.column.key for metric in self.all)

    def derive(self, facts: Facts) -> dict[str, Any]:
        """The facts with every metric; a caller's own figure for one is not trusted."""
        known = dict(facts)
        for metric in self.all:
            known[metric.column.key] = metric.value(known)
        return known


def metrics_of(kind: str, tables: Mapping[str, Table], asked: Mapping[str, Column]) -> Metrics | None:
    """The metrics of a kind of request, compiled; None when the version has none for it.

    Args: `asked`: the columns of the kind's other tables. Raises PolicyError naming table and row of what is wrong.
    """
    own = [table for table in tables.values() if table.kind == KIND]
    rows = {
        row.code: (table.code, row) for table in own for row in table.rows if row.outputs.get("request_kind") == kind
    }
    if not rows:
        return None
    if len(rows) > MOST:
        raise PolicyError(f"At most {MOST} metrics for requests of kind {kind}.")
    described = {column.key: column for table in own for column in table.columns}
    labels = {name: _column(table, row, asked.get(name)) for name, (table, row) in rows.items()}
    known = {**described, **asked, **labels}
    compiled = {name: _compiled(table, row, known) for name, (table, row) in rows.items()}
    ordered = tuple(compiled[name] for name in _in_order(compiled, rows))
    used = {name for metric in ordered for name in metric.expression.uses}
    return Metrics(ordered, {**{name: known[name] for name in sorted(used)}, **labels})


def check_placed(tables: Iterable[Table], kinds: Iterable[str]) -> None:
    """Raises MetricError for a metric of a kind of request that no table routes."""
    known = set(kinds)
    for table in tables:
        for row in table.rows if table.kind == KIND else ():
            kind = row.outputs.get("request_kind", "")
            if kind not in known:
                zh, en = f"没有表格处理 {kind} 类申请。", f"No table routes requests of kind {kind}."
                raise MetricError(table.code, row.code, "out.request_kind", zh, en)


def _column(table: str, row: Row, asked: Column | None) -> Column:
    said, kind = row.outputs, row.outputs.get("type", "")
    if not row.code.isidentifier() or row.code != row.code.lower():
        zh, en = "指标的名称与数据项相同写法，例如 cover_pct。", "A metric is named like a fact, for example cover_pct."
        raise MetricError(table, row.code, "code", zh, en)
    if kind not in KINDS:
        zh, en = f"未知类型「{kind}」。", f"Unknown type {kind!r}."
        raise MetricError(table, row.code, "out.type", zh, en)
    if asked is not None and TYPE_OF_COLUMN[asked.kind] != TYPE_OF_COLUMN[kind]:
        zh = f"类型为 {kind}，但有表格按 {asked.kind} 使用。"
        raise MetricError(table, row.code, "out.type", zh, f"It is {kind}, but a table asks for it as {asked.kind}.")
    return Column(row.code, kind, said.get("zh") or row.code, said.get("en") or row.code)


def _compiled(table: str, row: Row, known: Mapping[str, Column]) -> Metric:
    column = known[row.code]
    try:
        expression = compile_expression(row.outputs.get("expression", ""), known)
    except ExpressionError as error:
        raise MetricError(table, row.code, "out.expression", error.zh, error.en) from error
    wanted = TYPE_OF_COLUMN[column.kind]
    if expression.type != wanted and not (expression.type == PLAIN and wanted in NUMERIC):
        zh = f"表达式的类型是 {expression.type}，不是 {column.kind}。"
        en = f"The expression is {expression.type}, not {column.kind}."
        raise MetricError(table, row.code, "out.expression", zh, en)
    return Metric(column, row.outputs["request_kind"], row.outputs.get("unit", ""), expression)


def _in_order(metrics: Mapping[str, Metric], rows: Mapping[str, tuple[str, Row]]) -> list[str]:
    """Each after those it uses. Raises MetricError for a circle."""
    done: list[str] = []
    waiting = dict(metrics)
    while waiting:
        ready = [name for name, metric in waiting.items() if not metric.expression.uses & waiting.keys()]
        if not ready:
            circle = ", ".join(sorted(waiting))
            zh, en = f"指标互相引用：{circle}。", f"Metrics that need each other: {circle}."
            raise MetricError(rows[min(waiting)][0], min(waiting), "out.expression", zh, en)
        for name in ready:
            done.append(name)
            del waiting[name]
    return done
