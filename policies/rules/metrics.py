"""Derived metrics: figures that a policy version works out from facts, and that its tables may ask for like any fact.

A table of the kind ``metric`` has a row for each: its name, the kind of request, the type, the expression, unit, label.
An expression may use every fact that the tables of the kind ask for, facts that the metric table itself describes, and
other metrics of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from policies.rules.cells import KINDS, Fact, PolicyError
from policies.rules.expressions import Expression, compile_expression
from policies.rules.expressions_tree import ExpressionError
from policies.rules.expressions_types import NUMERIC, PLAIN, TYPE_OF_COLUMN
from policies.rules.tables import Column, Facts, Row, Table

KIND: Final = "metric"
MOST: Final = 50


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
    rows = [(table, row) for table in own for row in table.rows if row.outputs.get("request_kind") == kind]
    if not rows:
        return None
    if len(rows) > MOST:
        raise PolicyError(f"Table {rows[0][0].code}: at most {MOST} metrics for {kind}.")
    described = {column.key: column for table in own for column in table.columns}
    labels = {row.code: _column(table, row) for table, row in rows}
    _agree(labels, asked)
    known = {**described, **asked, **labels}
    compiled = {row.code: _compiled(table, row, labels[row.code], known, kind) for table, row in rows}
    ordered = tuple(compiled[name] for name in _in_order(compiled))
    used = {name for metric in ordered for name in metric.expression.uses}
    columns = {**{name: known[name] for name in sorted(used)}, **labels}
    return Metrics(ordered, columns)


def unplaced(tables: Iterable[Table], kinds: Iterable[str]) -> Iterator[str]:
    """Names of metrics for kinds of request that no table routes."""
    known = set(kinds)
    for table in tables:
        if table.kind == KIND:
            yield from (row.code for row in table.rows if row.outputs.get("request_kind") not in known)


def _column(table: Table, row: Row) -> Column:
    said, kind = row.outputs, row.outputs.get("type", "")
    if kind not in KINDS:
        raise PolicyError(f"Table {table.code}, row {row.code}: unknown type {kind!r}.")
    if not row.code.isidentifier() or row.code != row.code.lower():
        raise PolicyError(f"Table {table.code}, row {row.code}: a metric is named like a fact, for example cover_pct.")
    return Column(row.code, kind, said.get("zh", row.code), said.get("en", row.code))


def _agree(labels: Mapping[str, Column], asked: Mapping[str, Column]) -> None:
    """A table that asks for a metric says the same type as its expression."""
    for key, column in labels.items():
        if key in asked and TYPE_OF_COLUMN[asked[key].kind] != TYPE_OF_COLUMN[column.kind]:
            raise PolicyError(f"Metric {key} is {column.kind}, but a table asks for it as {asked[key].kind}.")


def _compiled(table: Table, row: Row, column: Column, known: Mapping[str, Column], kind: str) -> Metric:
    try:
        expression = compile_expression(row.outputs.get("expression", ""), known)
    except ExpressionError as error:
        raise PolicyError(f"Table {table.code}, row {row.code}, expression: {error}") from error
    wanted = TYPE_OF_COLUMN[column.kind]
    if expression.type != wanted and not (expression.type == PLAIN and wanted in NUMERIC):
        raise PolicyError(
            f"Table {table.code}, row {row.code}: the expression is {expression.type}, not {column.kind}."
        )
    return Metric(column, kind, row.outputs.get("unit", ""), expression)


def _in_order(metrics: Mapping[str, Metric]) -> list[str]:
    """Each after those it uses. Raises PolicyError for a circle."""
    done: list[str] = []
    waiting = dict(metrics)
    while waiting:
        ready = [name for name, metric in waiting.items() if not metric.expression.uses & waiting.keys()]
        if not ready:
            raise PolicyError(f"Metrics that need each other: {', '.join(sorted(waiting))}.")
        for name in ready:
            done.append(name)
            del waiting[name]
    return done
