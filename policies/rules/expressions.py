"""Expressions that policy owners write for derived metrics: compiled once, typed, exact, and never executed as code.

``coverage = limit_formula / limit_requested`` · ``if(known(overdue_days), overdue_days > 30, false)`` ·
``round(percent(concession, sales_12m), 1)``. Grammar: `expressions_syntax`; types: `expressions_types`; arithmetic:
`expressions_values`. Functions: min, max, sum, abs, round(x, digits), if(condition, a, b), known(x), days(from, to),
percent(part, whole).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final
from unicodedata import normalize

from policies.rules import expressions_types as types
from policies.rules import expressions_values as values
from policies.rules.expressions_syntax import COMPARISONS, parse
from policies.rules.expressions_tree import (
    Among,
    Binary,
    Call,
    ExpressionError,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
)
from policies.rules.expressions_values import Facts, Run, Value
from policies.rules.tables import Column
from policies.rules.wording import value_words

FUNCTIONS: Final = ("min", "max", "sum", "abs", "round", "if", "known", "days", "percent")
_MOST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A node whose type is known and that can be worked out."""

    type: str
    run: Run


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison and what it said: `holds` is None when a value was unknown."""

    column: int
    zh: str
    en: str
    holds: bool | None


@dataclass(frozen=True)
class Expression:
    """A compiled expression. `uses` are the names in it, `type` is one of the column types or ``plain``."""

    text: str
    type: str
    uses: frozenset[str]
    _run: Run
    _leaves: tuple[Callable[[Facts], Leaf], ...]

    def value(self, facts: Facts) -> Value:
        """Its value for these facts; None is unknown. Raises PolicyError for a fact of another type than its column."""
        found: Value = self._run(facts)
        return found + 0 if isinstance(found, Decimal) and not found else found  # no negative zero

    def leaves(self, facts: Facts) -> tuple[Leaf, ...]:
        """Each comparison in it, in the order of the text, with the values it rests on."""
        return tuple(leaf(facts) for leaf in self._leaves)


def compile_expression(text: str, columns: Mapping[str, Column]) -> Expression:
    """Check and compile an expression over facts of known types.

    Args: `columns` by the names that it may use. Raises ExpressionError with the column of what is wrong, and with the
    nearest name for one that does not exist.
    """
    compiler = _Compiler(text, columns)
    part = compiler.part(parse(text))
    leaves = tuple(leaf for _start, leaf in sorted(compiler.leaves, key=lambda each: each[0]))
    return Expression(text, part.type, frozenset(compiler.uses), part.run, leaves)


class _Compiler:
    def __init__(self, text: str, columns: Mapping[str, Column]) -> None:
        self._text, self._columns = text, columns
        self.uses: set[str] = set()
        self.leaves: list[tuple[int, Callable[[Facts], Leaf]]] = []

    def part(self, node: Node) -> Part:
        """Type and closure of a node. Raises ExpressionError."""
        match node:
            case Number():
                return Part("pct" if node.percent else types.PLAIN, values.constant(node.value))
            case Text():
                return Part("text", values.constant(node.value))
            case Truth():
                return Part("flag", values.constant(node.value))
            case Name():
                return self._name(node)
            case Unary():
                return self._unary(node)
            case Among():
                return self._among(node)
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
        raise TypeError(node)

    def _name(self, node: Name) -> Part:
        column = self._columns.get(node.name)
        if column is None:
            raise _unknown_name(node.column, node.name, self._columns)
        self.uses.add(node.name)
        return Part(types.TYPE_OF_COLUMN[column.kind], values.fact(node.name, column.kind))

    def _unary(self, node: Unary) -> Part:
        operand = self.part(node.operand)
        if node.operator == "not":
            self._must(operand, "flag", node.operand)
            return Part("flag", values.opposite(operand.run))
        if operand.type not in types.NUMERIC:
            raise types.refused(node.column, "取负", "negated", operand.type)
        return Part(operand.type, values.negative(operand.run))

    def _among(self, node: Among) -> Part:
        operand = self.part(node.operand)
        self._must(operand, "text", node.operand)
        made = Part("flag", values.among(operand.run, node.values, negated=node.negated))
        sign = "∉" if node.negated else "∈"
        self._leaf(node, made.run, (node.operand, operand), sign, None, ", ".join(node.values))
        return made

    def _binary(self, node: Binary) -> Part:
        left, right, sign = self.part(node.left), self.part(node.right), node.operator
        pair = (node.left, node.right)
        if sign in ("and", "or"):
            for part, each in zip((left, right), pair, strict=True):
                self._must(part, "flag", each)
            return Part("flag", (values.both if sign == "and" else values.either)(left.run, right.run))
        if sign in COMPARISONS:
            return self._comparison(node, left, right)
        if sign == "*":
            kind, share = types.multiplied(left.type, right.type, node.at + 1)
            return Part(kind, values.product(left.run, right.run, share=share))
        if sign == "/":
            return Part(types.divided(left.type, right.type, node.at + 1), values.quotient(left.run, right.run))
        kind = types.added(sign, left.type, right.type, pair)
        if left.type == "date":
            operate = (
                values.distance(right.run, left.run)
                if right.type == "date"
                else values.later(sign, left.run, right.run)
            )
            return Part(kind, operate)
        return Part(kind, values.sum_of(sign, left.run, right.run))

    def _comparison(self, node: Binary, left: Part, right: Part) -> Part:
        left, right = _as_day(node.left, left, right), _as_day(node.right, right, left)
        allowed = types.ORDERED if node.operator not in ("=", "!=") else types.ORDERED | {"text", "flag"}
        types.same((left.type, right.type), (node.left, node.right), allowed, "比较", "compared")
        made = Part("flag", values.compared(node.operator, left.run, right.run))
        self._leaf(node, made.run, (node.left, left), node.operator, (node.right, right), "")
        return made

    def _must(self, part: Part, wanted: str, node: Node) -> None:
        if part.type != wanted:
            zh, en = (
                ("此处应为「是/否」。", "Yes or no is expected here.")
                if wanted == "flag"
                else ("此处应为文本。", "Text is expected here.")
            )
            raise ExpressionError(node.column, zh, en)

    def _call(self, node: Call) -> Part:
        if node.function not in FUNCTIONS:
            raise _unknown_name(node.column, node.function, FUNCTIONS)
        parts = [self.part(each) for each in node.arguments]
        least, most = _COUNTS[node.function]
        if not least <= len(parts) <= most:
            zh = f"函数 {node.function} 的参数个数不对。"
            raise ExpressionError(node.column, zh, f"Wrong number of arguments for {node.function}.")
        kinds, runs = [part.type for part in parts], [part.run for part in parts]
        match node.function:
            case "if":
                self._must(parts[0], "flag", node.arguments[0])
                kind = types.same(
                    kinds[1:], node.arguments[1:], types.ORDERED | {"text", "flag"}, "互换", "alternatives"
                )
                return Part(kind, values.choice(*runs))
            case "known":
                return Part("flag", values.is_known(runs[0]))
            case "days":
                types.same(kinds, node.arguments, frozenset({"date"}), "求天数", "counted in days")
                return Part("days", values.distance(*runs))
            case "min" | "max":
                kind = types.same(kinds, node.arguments, types.ORDERED, "比较", "compared")
                return Part(kind, values.extreme(node.function, runs))
            case "percent":
                types.same(kinds, node.arguments, types.NUMERIC, "相除", "divided")
                return Part("pct", values.percentage(*runs))
            case "round":
                types.same(kinds[:1], node.arguments[:1], types.NUMERIC, "取整", "rounded")
                return Part(kinds[0], values.rounded(runs[0], self._digits(node)))
        verb = ("相加", "added") if node.function == "sum" else ("取绝对值", "taken without its sign")
        kind = types.same(kinds, node.arguments, types.NUMERIC, *verb)
        return Part(kind, values.total(runs) if node.function == "sum" else values.absolute(runs[0]))

    def _digits(self, node: Call) -> int:
        if len(node.arguments) == 1:
            return 0
        written = node.arguments[1]
        sign = -1 if isinstance(written, Unary) and written.operator == "-" else 1
        number = written.operand if isinstance(written, Unary) else written
        if isinstance(number, Number) and not number.percent and number.value == int(number.value) <= _MOST_DIGITS:
            return sign * int(number.value)
        zh, en = "小数位数应为 0 到 12 的整数。", "The number of decimals is a whole number from 0 to 12."
        raise ExpressionError(written.column, zh, en)

    def _leaf(
        self, node: Node, run: Run, left: tuple[Node, Part], sign: str, right: tuple[Node, Part] | None, listed: str
    ) -> None:
        def leaf(facts: Facts) -> Leaf:
            sides = []
            for language in ("zh", "en"):
                after = self._said(*right, facts, language) if right else listed
                sides.append(f"{self._said(*left, facts, language)} {_SIGNS.get(sign, sign)} {after}")
            holds: bool | None = run(facts)
            return Leaf(node.column, sides[0], sides[1], holds)

        self.leaves.append((node.start, leaf))

    def _said(self, node: Node, part: Part, facts: Facts, language: str) -> str:
        """A side of a comparison: a fact with its label, a number as written, anything else with what it came to."""
        written = self._text[node.start : node.end]
        if isinstance(node, Number | Text | Truth):
            return written
        value = part.run(facts)
        shown = value.isoformat() if isinstance(value, date) else value_words(value, part.type, language)
        if isinstance(node, Name):
            column = self._columns[node.name]
            return f"{column.zh if language == 'zh' else column.en} {shown}"
        return f"({written}) {shown}"


_SIGNS: Final = {"!=": "≠", "<=": "≤", ">=": "≥"}
_ANY: Final = 50
_COUNTS: Final = {
    "min": (2, _ANY), "max": (2, _ANY), "sum": (1, _ANY), "abs": (1, 1), "round": (1, 2), "if": (3, 3),
    "known": (1, 1), "days": (2, 2), "percent": (2, 2),
}  # fmt: skip


def _as_day(node: Node, part: Part, other: Part) -> Part:
    """A day in quotes, beside a date."""
    if other.type != "date" or not isinstance(node, Text):
        return part
    try:
        return Part("date", values.constant(date.fromisoformat(node.value)))
    except ValueError as error:
        zh, en = "请按 2026-01-31 的格式书写日期。", "Write a day as 2026-01-31."
        raise ExpressionError(node.column, zh, en) from error


def _unknown_name(column: int, name: str, known: Mapping[str, Column] | Sequence[str]) -> ExpressionError:
    """With the name that was meant, also when it was called by its label or written in other letters."""
    called = {each.casefold(): each for each in known}
    if isinstance(known, Mapping):
        called |= {label.casefold(): key for key, each in known.items() for label in (each.zh, each.en)}
    near = get_close_matches(normalize("NFKC", name).casefold(), list(called), n=1)
    zh, en = (f"没有「{name}」", f"There is no “{name}”")
    if near:
        meant = called[near[0]]
        return ExpressionError(column, f"{zh}，是否指「{meant}」？", f"{en}; did you mean “{meant}”?")
    return ExpressionError(column, f"{zh}。", f"{en}.")
