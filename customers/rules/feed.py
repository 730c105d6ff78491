"""What a feed row must look like: columns by kind, headings, and what only the whole row shows."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from customers.rules.cells import (
    CellError,
    Column,
    parse_amount,
    parse_choice,
    parse_currency,
    parse_date,
    parse_flag,
    parse_quantity,
    parse_text,
    shown_value,
)
from customers.rules.sheets import Cell

_KEY = Column("source_key", "源单号", "Source key", parse_text, required=True)
_CUSTOMER = Column("customer", "客户编码", "Customer code", parse_text, required=True, longest=40)
_NUMBER = Column("number", "单据号", "Number", parse_text, required=True)
_AMOUNT = Column("amount", "金额", "Amount", parse_amount, required=True)
_LINE = Column("line_code", "产品线", "Product line", parse_text, default="", longest=40)
_TONNES = Column("tonnes", "吨数", "Tonnes", parse_quantity)
_CURRENCY = Column("currency", "币种", "Currency", parse_currency)
STATUSES: Final = {
    "open": ("未发货", "Open"),
    "shipped": ("已发货", "Shipped"),
    "closed": ("已完成", "Closed"),
    "cancelled": ("已取消", "Cancelled"),
}
CLAIM_KINDS: Final = {
    "quality": ("质量", "Quality"),
    "delivery": ("交付", "Delivery"),
    "price": ("价格", "Price"),
    "dumping": ("窜货", "Dumping"),
}
COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "orders": (
        _KEY, _CUSTOMER, _NUMBER,
        Column("ordered_on", "下单日期", "Order date", parse_date, required=True),
        _AMOUNT,
        Column("shipped_amount", "已发货金额", "Shipped amount", parse_amount, default=Decimal(0)),
        _LINE,
        Column("status", "状态", "Status", parse_choice, required=True, choices=STATUSES),
        _TONNES, _CURRENCY,
    ),
    "invoices": (
        _KEY, _CUSTOMER, _NUMBER,
        Column("invoiced_on", "开票日期", "Invoice date", parse_date, required=True),
        Column("due_on", "到期日", "Due date", parse_date, required=True),
        _AMOUNT,
        Column("cost", "成本", "Cost", parse_amount),
        _LINE,
        Column("disputed", "有争议", "Disputed", parse_flag, default=False),
        Column("our_fault", "我方责任", "Our fault", parse_flag, default=False),
        _TONNES, _CURRENCY,
    ),
    "receipts": (
        _KEY, _CUSTOMER,
        Column("invoice", "发票源单号", "Invoice source key", parse_text),
        Column("received_on", "收款日期", "Receipt date", parse_date, required=True),
        _AMOUNT,
        Column("bounced", "退票", "Bounced", parse_flag, default=False),
        _CURRENCY,
    ),
    "claims": (
        _KEY, _CUSTOMER,
        Column("opened_on", "提出日期", "Opened on", parse_date, required=True),
        Column("kind", "类型", "Kind", parse_choice, required=True, choices=CLAIM_KINDS),
        Column("amount", "金额", "Amount", parse_amount, default=Decimal(0)),
        Column("closed_on", "结案日期", "Closed on", parse_date),
        Column("confirmed", "已确认", "Confirmed", parse_flag, default=False),
        _CURRENCY,
    ),
}  # fmt: skip


# The day a fact happened, and pairs of days that must not run backwards, by kind.
FACT_DAY: Final = {
    "orders": "ordered_on",
    "invoices": "invoiced_on",
    "receipts": "received_on",
    "claims": "opened_on",
}
DAY_ORDER: Final = {"invoices": ("invoiced_on", "due_on"), "claims": ("opened_on", "closed_on")}


@dataclass(frozen=True)
class Fault:
    """A refused file, row or cell: where, which code, and what fills the sentence."""

    row: int
    column: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ParsedRow:
    """One row as values by field name."""

    number: int
    values: dict[str, Any]


def folded(heading: str) -> str:
    """Headings are compared without case, spaces, underscores and full-width forms."""
    return re.sub(r"[\s_（()）*]+", "", unicodedata.normalize("NFKC", heading)).casefold()


def match_header(kind: str, cells: Sequence[object]) -> tuple[list[tuple[Column, str] | None], list[Fault]]:
    """Which column of a kind each heading is; faults for unknown, doubled and missing ones."""
    return match_columns(COLUMNS[kind], cells)


def match_columns(
    columns: Sequence[Column], cells: Sequence[object]
) -> tuple[list[tuple[Column, str] | None], list[Fault]]:
    """Which of the columns each heading is; faults for unknown, doubled and missing ones."""
    known = {folded(name): column for column in columns for name in column.headings()}
    found: list[tuple[Column, str] | None] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for cell in cells:
        shown = cell.strip() if isinstance(cell, str) else ""
        column = known.get(folded(shown))
        found.append((column, shown) if column else None)
        if cell in (None, ""):
            continue
        if column is None:
            faults.append(_unknown_heading(columns, shown or str(cell)))
        elif column.name in seen:
            faults.append(Fault(1, shown, "heading_twice"))
        else:
            seen.add(column.name)
    missing = [c for c in columns if c.required and c.name not in seen]
    faults += [Fault(1, column.name, "heading_missing") for column in missing]
    return found, faults


def _unknown_heading(columns: Sequence[Column], shown: str) -> Fault:
    names = [name for column in columns for name in column.headings()]
    near = difflib.get_close_matches(shown[:80], names, n=1, cutoff=0.5)
    if near:
        return Fault(1, shown_value(shown), "heading_unknown_near", {"near": near[0]})
    return Fault(1, shown_value(shown), "heading_unknown")


def parse_cells(
    number: int, cells: Sequence[Any], columns: Sequence[tuple[Column, str] | None]
) -> tuple[ParsedRow, list[Fault]]:
    """One row of a file; every refused cell is a fault, so that all of them can be mended at once."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for place, known in enumerate(columns):
        cell = cells[place] if place < len(cells) else None
        if known is None:
            if cell not in (None, ""):
                faults.append(Fault(number, "", "no_heading", {"value": shown_value(cell)}))
            continue
        column, shown = known
        _read_into(values, faults, number, column, shown, cell)
    if any(cell not in (None, "") for cell in cells[len(columns) :]):
        faults.append(Fault(number, "", "extra_cells"))
    return ParsedRow(number, values), faults


def _read_into(values: dict[str, Any], faults: list[Fault], number: int, column: Column, shown: str, cell: Any) -> None:
    try:
        values[column.name] = column.value(cell)
    except CellError as error:
        faults.append(Fault(number, shown, error.code, {"value": shown_value(cell), **error.values}))


def check_row(kind: str, row: ParsedRow, latest: date) -> list[Fault]:
    """What only the whole row shows: days that run backwards or lie after the time of the data."""
    faults = []
    day = row.values.get(FACT_DAY[kind])
    if day is not None and day > latest:
        faults.append(Fault(row.number, FACT_DAY[kind], "after_data_time", {"latest": latest.isoformat()}))
    if kind in DAY_ORDER:
        first, last = (row.values.get(name) for name in DAY_ORDER[kind])
        if first and last and last < first:
            faults.append(Fault(row.number, DAY_ORDER[kind][1], "days_backwards"))
    return faults


def json_cells(kind: str, row: Mapping[str, Any]) -> tuple[dict[str, Cell], list[tuple[str, str]]]:
    """Cells of a JSON row: strings, booleans and null only; (field, code) for everything else.

    Numbers are refused because a JSON number is a binary float on its way here.
    """
    known = {column.name: column for column in COLUMNS[kind]}
    cells: dict[str, Cell] = {}
    refused: list[tuple[str, str]] = []
    for name, value in row.items():
        if name not in known:
            refused.append((shown_value(str(name)), "heading_unknown"))
        elif isinstance(value, bool) and known[name].parse is not parse_flag:
            refused.append((name, "json_type"))
        elif value is None or isinstance(value, str | bool):
            cells[name] = value
        else:
            refused.append((name, "json_type"))
    return cells, refused
