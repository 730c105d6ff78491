"""Cells that cannot be read, or hardly say what was meant: each with what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from policies.rules.cells import NUMBER, NUMBER_KINDS, ODD, Cell, PolicyError, always_holds, parse_cell, spelled

# Facts with values of our own, none of which has a slash; product codes and the like may have one.
CLOSED: Final = frozenset({"grade", "grade_now", "reason_code", "false_key_account", "churn"})


def wrong_cell(kind: str, text: str, key: str = "") -> tuple[str, str] | None:
    """What is wrong with the cell of a condition, in Chinese and English; None when it can be taken as it is.

    Args:
        key: of the fact that the column asks for.
    """
    try:
        cell = parse_cell(text, kind)
    except PolicyError as error:
        return error.zh, error.en
    if cell is None:
        return None
    if kind == "text":
        return _wrong_words(text, cell, key)
    if kind in NUMBER_KINDS and len(re.sub(r"\D", "", text)) > 60:
        return "数字太多。", "That is too many digits."
    if doubt := _decimal_comma(spelled(text, kind)):
        return doubt
    if always_holds(cell):
        return (
            "每个数都符合：逗号表示“或”；区间请写成 (10..20)，任意则留空。",
            "It holds for every number: a comma means “or”. Write a range as (10..20); leave it blank for any.",
        )
    if kind == "pct" and not re.search("[%％]", text):
        return next((_fraction(bound) for bound in _bounds(cell) if 0 < abs(bound) < 1), None)
    return None


def _decimal_comma(text: str) -> tuple[str, str] | None:
    """``> 1,5`` says "above 1, or 5"; whoever writes decimals with a comma means something else.

    With a space after the comma, or with bare numbers only, it is a list of alternatives and nothing else.
    """
    parts = [part.strip() for part in text.split(",")]
    bare = [part for part in parts if re.fullmatch(rf"{NUMBER}\s*%?", part)]
    if len(bare) == len(parts) or not (found := re.search(rf"[0-9],({NUMBER})", text)):
        return None
    return (
        f"小数点请用句点；若指“或等于”，请写 = {found[1]}。",
        f"Write decimals with a point; for an alternative write = {found[1]}.",
    )


def _bounds(cell: Cell) -> Iterator[Decimal]:
    return (bound for each in cell.intervals for bound in (each.low, each.high) if bound is not None)


def _fraction(bound: Decimal) -> tuple[str, str]:
    """A spreadsheet writes 15 % as 0.15; nobody guesses which was meant."""
    tiny, whole = f"{bound:f} %", f"{(bound * 100).normalize():f} %"
    return f"请写明是 {tiny} 还是 {whole}。", f"Say whether {tiny} or {whole} is meant."


def _wrong_words(text: str, cell: Cell, key: str) -> tuple[str, str] | None:
    """Whoever puts a value into quotes means it."""
    if re.match(r"\s*(≠|!=|<>|not\b(?!\s+in\b)|notin\b|∉)", text, re.I):
        return "除外请写成 not in A, B。", "Write not in A, B for all others."
    listed = cell.text.removeprefix("not " if cell.negated else "").removeprefix("in ").split(", ")
    odd = {sign for value in listed if value[:1] != '"' for sign in ODD.findall(value)}
    if odd & set("<>≤≥＜＞"):
        return "文字没有大小之分：请列出各个值。", "Words are not compared by size: list the values."
    if odd - set("/" if key not in CLOSED else ""):
        return (
            "各个值之间用逗号分开：in A, B；含空格的值请加引号。",
            "Separate values by commas: in A, B. Put a value with a space into quotes.",
        )
    return None
