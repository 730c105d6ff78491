"""Cells of our tables as conditions of DMN, and conditions of DMN as cells of ours.

What DMN can ask and a cell cannot (other facts, days, null, values with a comma) is refused, and every cell is read
again before it is handed on: it asks for exactly what the condition asked for.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from policies.rules.cells import NUMBER_KINDS, ODD, Cell, Interval, PolicyError, parse_cell
from policies.rules.dmn_feel import Comparison, Condition, Name, Value

_UNWRITABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_KIND: Final = {"text": str, "flag": bool}


def cell_for(condition: Condition, kind: str) -> str:
    """A condition as the cell of a column of this kind (money, pct, days, count, number, text, flag): ``"A","B"`` is
    ``in A, B``, ``]15..30[`` is ``(15..30)``.

    A condition with not() holds for a missing fact by the standard; no cell does.
    Raises PolicyError when no cell says the same.
    """
    if not condition.alternatives:
        return ""
    wanted = Decimal if kind in NUMBER_KINDS else _KIND.get(kind)
    for operand in condition.operands():
        if isinstance(operand, Name):
            said = f"A cell compares with values, not with the fact {operand.path}."
            raise PolicyError(said, f"单元格只与数值比较，不与事实 {operand.path} 比较。")
        if wanted is None or type(operand) is not wanted:
            said = f"The condition {condition.text} does not fit a column of type {kind}."
            raise PolicyError(said, f"条件 {condition.text} 不适合类型为 {kind} 的列。")
    if kind in NUMBER_KINDS:
        return _number_cell(condition)
    values = [every[0].operand for every in condition.alternatives]
    if any(len(every) > 1 or every[0].sign != "=" for every in condition.alternatives):
        said = f"In a cell strings are equal or not, neither larger nor smaller: {condition.text}."
        raise PolicyError(said, f"单元格中的字符串只分相等与否，没有大小：{condition.text}。")
    return _flag_cell(condition, values) if kind == "flag" else _text_cell(condition, [str(each) for each in values])


def _number_cell(condition: Condition) -> str:
    if condition.negated:
        said = f"Write the condition without not(): {condition.text!r}."
        raise PolicyError(said, f"请不用 not() 来写该条件：{condition.text}。")
    parts = [_interval_text(every) for every in condition.alternatives]
    bare = [part[:1] not in "<>[(" for part in parts]
    if not all(bare):  # a number among other alternatives is not mistaken for the decimals of the one before it
        parts = [f"= {part}" if alone else part for part, alone in zip(parts, bare, strict=True)]
    text = ", ".join(parts)
    parse_cell(text, "number")
    return text


def _interval_text(every: tuple[Comparison, ...]) -> str:
    if len(every) == 1:
        sign = "" if every[0].sign == "=" else f"{every[0].sign} "
        return f"{sign}{every[0].operand:f}"
    low, high = every
    opens, closes = ("[" if low.sign == ">=" else "("), ("]" if high.sign == "<=" else ")")
    return f"{opens}{low.operand:f}..{high.operand:f}{closes}"


def _flag_cell(condition: Condition, values: list[Value | Name]) -> str:
    if len(values) > 1:
        raise PolicyError(
            f"A cell asks for true or for false: {condition.text}.", f"单元格只能是 true 或 false：{condition.text}。"
        )
    return "true" if (values[0] is True) is not condition.negated else "false"


def _text_cell(condition: Condition, values: list[str]) -> str:
    listed = ", ".join(f'"{value}"' if ODD.search(value) else value for value in values)
    text = f"{'not in' if condition.negated else 'in'} {listed}"
    cell = parse_cell(text, "text") if all(values) else None
    if cell is None or list(cell.values) != values or cell.negated is not condition.negated:
        said = f"A cell cannot hold such a value (no comma, no spaces at its ends): {condition.text}."
        raise PolicyError(said, f"单元格不能有这样的值（不得含逗号，两端不得有空格）：{condition.text}。")
    return text


def unary_test(cell: str, kind: str) -> str:
    """A cell of a column of this kind as FEEL: ``in A, B`` is ``"A", "B"``, ``10..20`` is ``[10..20]``.

    Raises PolicyError for a cell that cannot be read.
    """
    parsed = parse_cell(cell, kind)
    if parsed is None:
        return "-"
    if kind == "flag":
        return parsed.values[0]
    if kind in NUMBER_KINDS:
        return ", ".join(_interval_test(each) for each in parsed.intervals)
    listed = ", ".join(quoted(value) for value in parsed.values)
    return f"not({listed})" if parsed.negated else listed


def _interval_test(each: Interval) -> str:
    if each.high is None:
        return f"{'>=' if each.low_closed else '>'} {each.low:f}"
    if each.low is None:
        return f"{'<=' if each.high_closed else '<'} {each.high:f}"
    if each.low == each.high and each.low_closed and each.high_closed:
        return f"{each.low:f}"
    return f"{'[' if each.low_closed else '('}{each.low:f}..{each.high:f}{']' if each.high_closed else ')'}"


def quoted(text: str) -> str:
    """A string of FEEL; control characters, which XML cannot hold, are written as escapes."""
    inner = _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{inner}"'


def same_cell(one: str, other: str, kind: str) -> bool:
    """True when two cells of a column ask for the same, however they are written."""
    try:
        first, second = parse_cell(one, kind), parse_cell(other, kind)
    except PolicyError:
        return False
    return (first and _asked(first)) == (second and _asked(second))


def _asked(cell: Cell) -> tuple[tuple[Interval, ...], tuple[str, ...], bool]:
    return cell.intervals, cell.values, cell.negated
