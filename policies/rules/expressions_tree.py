"""The parts of an expression, and what is said about a part that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from policies.rules.cells import CellError


class ExpressionError(CellError):
    """What is wrong with an expression, in both languages, and at which column (the first is 1)."""

    def __init__(self, column: int, zh: str, en: str) -> None:
        super().__init__(f"第 {column} 列：{zh}", f"Column {column}: {en}")
        self.column = column


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression and where it stands: [start, end) of the text."""

    start: int
    end: int

    @property
    def column(self) -> int:
        """As people count."""
        return self.start + 1


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written; `percent` when a percent sign follows."""

    value: Decimal
    percent: bool


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A value in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A fact or an earlier metric."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``-`` or ``not``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two operands; `at` is where the operator stands."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Among(Node):
    """``grade in ("A", "B")``."""

    operand: Node
    values: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of the white list; whether it is one is checked with the types."""

    function: str
    arguments: tuple[Node, ...]
