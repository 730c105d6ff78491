"""What is wrong with the request itself, before any policy is asked: missing or impossible entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from policies.rules.tables import Reason

LONGEST_DAYS: Final = 366
AHEAD_DAYS: Final = 366
NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    "price_list": ("价格表", "price list"),
    "valid_from": ("有效期起", "valid from"),
    "valid_to": ("有效期止", "valid to"),
    "reason_code": ("理由", "reason"),
    "reason_text": ("理由说明", "reason in words"),
    "consideration": ("其他承诺声明", "statement about other promises"),
    "annual_expected": ("预计年销售额", "expected sales a year"),
}


def missing_entries(entries: Mapping[str, Any]) -> list[Reason]:
    """One block per mandatory entry that is empty; `values.field` says where to jump."""
    return [
        Reason("BL-FIELD", f"请填写「{zh}」。", f"Fill in: {en}.", {"field": name})
        for name, (zh, en) in NEEDED.items()
        if entries.get(name) in (None, "")
    ]


def validity(start: date | None, end: date | None, on: date) -> list[Reason]:
    """A price lasts at most a year, does not end in the past, and begins within a year."""
    if start is None or end is None:
        return []
    found = []
    if end < on:
        found.append(Reason("BL-PAST", "有效期已过。", "The last day is in the past.", {"field": "valid_to"}))
    if (start - on).days > AHEAD_DAYS:
        found.append(
            Reason(
                "BL-FAR",
                "起始日不能晚于一年之后。",
                "The first day is more than a year ahead.",
                {"field": "valid_from"},
            )
        )
    if (end - start).days >= LONGEST_DAYS:
        found.append(
            Reason("BL-LONG", "有效期最长一年。", "A special price lasts a year at most.", {"field": "valid_to"})
        )
    return found


def promises(consideration: str, listed: int) -> list[Reason]:
    """Who says that something was promised lists it; who says that nothing was lists nothing."""
    if consideration == "list" and not listed:
        return [Reason("BL-PROMISE", "请列出其他承诺。", "List what else was promised.", {"field": "considerations"})]
    if consideration == "none" and listed:
        sentence = "声明没有其他承诺，但列出了承诺。", "Nothing else was promised, and yet something is listed."
        return [Reason("BL-PROMISE", *sentence, {"field": "considerations"})]
    return []


def annual(expected: Decimal | None, best: Decimal | None) -> list[Reason]:
    """The best case is at least the expected one."""
    if expected is None or best is None or best >= expected:
        return []
    sentence = "最好情况的年销售额不能低于预计值。", "The sales at best must not be below the expected ones."
    return [Reason("BL-BEST", *sentence, {"field": "annual_best"})]


def torn(numbers: Iterable[str]) -> list[Reason]:
    """One block per agreement that has more products than this request, for the same days."""
    return [
        Reason(
            "BL-AGREED",
            f"协议 {number} 在该期间已有其中产品的价格，且还包含其他产品。",
            f"Agreement {number} has prices for these days, also for products that are not asked for here.",
            {"field": "valid_from"},
        )
        for number in sorted(numbers)
    ]


def line_entries(lines: Iterable[tuple[str, Mapping[str, Any]]], *, listed: bool) -> list[Reason]:
    """What a line misses, by product.

    Args:
        lines: name of the product and its values: quantity, price, list_price, cost, cap, divisible, active, priced.
        listed: whether a price list was chosen; without one no list price is missed.
    """
    found: list[Reason] = []
    empty = True
    for name, line in lines:
        empty = False
        found += [
            Reason("BL-LINE", f"{name}：{zh}", f"{name}: {en}", {"field": "lines"})
            for wrong, zh, en in _wrong(line, listed)
            if wrong
        ]
    if empty:
        found.append(Reason("BL-LINE", "请至少填写一个产品。", "Name at least one product.", {"field": "lines"}))
    return found


def _wrong(line: Mapping[str, Any], listed: bool) -> list[tuple[bool, str, str]]:
    quantity, cap, price = line["quantity"], line["cap"], line["price"]
    pieces = not line["divisible"] and any(each is not None and each != int(each) for each in (quantity, cap))
    return [
        (not line["active"], "产品已停用。", "the product is no longer sold."),
        (quantity is None, "请填写数量。", "say how much."),
        (not line["asked"], "请填写净价或折扣。", "say which net price or discount is asked."),
        (price is not None and price <= 0, "价格必须大于零。", "the price must be above zero."),
        (listed and line["list_price"] is None, "不在该价格表中。", "it is not in the price list."),
        (line["cost"] is None, "没有单位成本，请联系财务。", "its unit cost is not known: ask finance."),
        (cap is not None and cap < (quantity or 0), "数量上限低于申请数量。", "the cap is below the quantity asked."),
        (pieces, "该产品只能按整数销售。", "it is sold in whole units only."),
    ]  # fmt: skip
