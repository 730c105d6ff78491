"""Cells that cannot be read, or hardly say what was meant: each with what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from policies.rules.cells import NUMBER_KINDS, Cell, PolicyError, always_holds, parse_cell, spelled

_SIGN: Final = re.compile(r"[<>≤≥＜＞]")


def wrong_cell(kind: str, text: str) -> tuple[str, str] | None:
    """What is wrong with the cell of a condition, in Chinese and English; None when it can be taken as it is."""
    try:
        cell = parse_cell(text, kind)
    except PolicyError as error:
        return error.zh, error.en
    if cell is None:
        return None
    if kind == "text":
        return _wrong_words(text, cell)
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
    """``> 1,5`` says "above 1, or 5"; whoever writes decimals with a comma means something else."""
    parts = [part.strip() for part in text.split(",")]
    bare = [part for part in parts if re.fullmatch(r"-?[0-9.]+\s*%?", part)]
    if not bare or len(bare) == len(parts):
        return None
    return (
        f"小数点请用句点；若指“或等于”，请写 = {bare[0]}。",
        f"Write decimals with a point; for an alternative write = {bare[0]}.",
    )


def _bounds(cell: Cell) -> Iterator[Decimal]:
    return (bound for each in cell.intervals for bound in (each.low, each.high) if bound is not None)


def _fraction(bound: Decimal) -> tuple[str, str]:
    """A spreadsheet writes 15 % as 0.15; nobody guesses which was meant."""
    tiny, whole = f"{bound:f} %", f"{(bound * 100).normalize():f} %"
    return f"请写明是 {tiny} 还是 {whole}。", f"Say whether {tiny} or {whole} is meant."


def _wrong_words(text: str, cell: Cell) -> tuple[str, str] | None:
    if _SIGN.search(text):
        return "文字没有大小之分：请列出各个值。", "Words are not compared by size: list the values."
    if re.match(r"\s*(≠|!=|<>|not\b(?!\s+in\b)|notin\b|∉)", text, re.I):
        return "除外请写成 not in A, B。", "Write not in A, B for all others."
    if any(re.search(r"\s|/|∈", value) for value in cell.values):
        return "各个值之间用逗号分开：in A, B。", "Separate values by commas: in A, B."
    return None
