"""Types of expressions: what may be added, compared and multiplied, decided before anything is worked out.

Types are those of the columns (money, pct, days, number, text, flag) and date; a count is a number. ``plain`` is one
as written, which takes the type of what it stands beside. A percentage is a number of per cent: 12 is 12 %. Multiplied
with something it is a share of it (``limit × 20 %``); only a number as written scales it (``2 × 12 %`` is 24 %).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policies.rules.expressions_tree import ExpressionError, Node

PLAIN: Final = "plain"
MEASURES: Final = frozenset({"money", "pct", "days", "number"})
NUMERIC: Final = MEASURES | {PLAIN}
ORDERED: Final = NUMERIC | {"date"}
TYPE_OF_COLUMN: Final = {
    "money": "money", "pct": "pct", "days": "days", "count": "number", "number": "number",
    "text": "text", "flag": "flag", "date": "date",
}  # fmt: skip
_WORDS: Final = {
    "money": ("金额", "an amount"), "pct": ("百分比", "a percentage"), "days": ("天数", "days"),
    "number": ("数", "a number"), PLAIN: ("数", "a number"), "text": ("文本", "text"), "flag": ("是/否", "yes or no"),
    "date": ("日期", "a date"),
}  # fmt: skip


def refused(column: int, verb_zh: str, verb: str, *types: str) -> ExpressionError:
    """The error of types that do not go together."""
    zh = "与".join(dict.fromkeys(_WORDS[each][0] for each in types))
    en = " and ".join(dict.fromkeys(_WORDS[each][1] for each in types))
    return ExpressionError(column, f"{zh}不能{verb_zh}。", f"{en.capitalize()} cannot be {verb}.")


def same(types: Sequence[str], nodes: Sequence[Node], allowed: frozenset[str], verb_zh: str, verb: str) -> str:
    """The one type of operands that must be alike; plain numbers join any of the numeric ones."""
    found = [each for each in types if each != PLAIN]
    kinds = list(dict.fromkeys(found)) or [PLAIN]
    mixed = len(found) < len(types) and kinds[0] not in NUMERIC
    if len(kinds) > 1 or mixed or kinds[0] not in allowed:
        wrong = next((node for each, node in zip(types, nodes, strict=True) if each != types[0]), nodes[0])
        raise refused(wrong.column, verb_zh, verb, *types)
    return kinds[0]


def added(operator: str, left: str, right: str, nodes: tuple[Node, Node]) -> str:
    """Type of a sum or a difference; days may be added to a date, and dates have a distance."""
    if left == "date" and operator == "-" and right == "date":
        return "days"
    if left == "date" and right in ("days", PLAIN):
        return "date"
    verb = ("相加", "added") if operator == "+" else ("相减", "subtracted")
    return same((left, right), nodes, NUMERIC, *verb)


def multiplied(left: str, right: str, at: int) -> tuple[str, bool]:
    """Type of a product, and whether it is divided by 100 because one factor is a share."""
    if left not in NUMERIC or right not in NUMERIC:
        raise refused(at, "相乘", "multiplied", left, right)
    for one, other in ((left, right), (right, left)):
        if one == PLAIN:
            return other, False
    for one, other in ((left, right), (right, left)):
        if one == "pct":
            return other, True
    for one, other in ((left, right), (right, left)):
        if one == "number":
            return other, False
    raise refused(at, "相乘", "multiplied", left, right)


def divided(left: str, right: str, at: int) -> str:
    """Type of a quotient: alike is a number, by a number it stays what it was."""
    if left in NUMERIC and right in NUMERIC:
        if right == PLAIN:
            return left
        if left == right or (left == PLAIN and right == "number"):
            return "number"
        if right == "number":
            return left
    raise refused(at, "相除", "divided", left, right)
