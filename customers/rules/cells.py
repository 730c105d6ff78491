"""How one cell of a feed becomes one value.

A cell is never repaired: it is a plain value or it is refused with a code (trust.md 5 C1, C3, F7).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.money import NotMoney, parse_money
from customers.rules.currencies import is_currency
from customers.rules.names import hidden_characters
from customers.rules.sheets import BadCell, Cell, Formula

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_QUANTITY = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?", re.ASCII)
_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_TRUE: Final = frozenset({"1", "true", "yes", "y", "是"})
_FALSE: Final = frozenset({"0", "false", "no", "n", "否"})
EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2100, 1, 1)


class CellError(Exception):
    """A refused cell; `code` says why, `values` fill the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Column:
    """One column: its field name, its name in both languages, how a cell is read."""

    name: str
    zh: str
    en: str
    parse: Callable[[str, "Column"], Any]
    required: bool = False
    default: Any = None
    # code -> (zh, en), all three accepted in files
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    longest: int = 64

    def headings(self) -> tuple[str, str, str]:
        """Every heading under which the column is recognised."""
        return self.name, self.zh, self.en

    def value(self, cell: "Cell | Formula | BadCell") -> Any:
        """The value of a cell, its default when empty.

        Raises:
            CellError: with the reason.
        """
        if isinstance(cell, Formula):
            raise CellError("formula")
        if isinstance(cell, BadCell):
            raise CellError(cell.code)
        text = as_text(cell)
        if text == "":
            if self.required:
                raise CellError("required")
            return self.default
        if isinstance(cell, date) and self.parse is not parse_date:
            raise CellError("unexpected_date")
        return self.parse(text, self)


def as_text(cell: Cell) -> str:
    """A cell as the text a person would have typed; surrounding ASCII spaces do not count."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        whole = cell.to_integral_value()
        return format(whole if whole == cell else cell, "f")
    return cell.isoformat() if isinstance(cell, date) else cell.strip(" ")


def parse_text(text: str, column: Column) -> str:
    """Short text: nothing invisible, nothing a spreadsheet would take for a formula."""
    hidden = hidden_characters(text)
    if hidden:
        raise CellError("hidden", characters=", ".join(hidden[:3]))
    if text.startswith(_FORMULA_START):
        raise CellError("formula_text")
    if len(text) > column.longest:
        raise CellError("too_long", limit=column.longest)
    return text


def parse_amount(text: str, column: Column) -> Decimal:
    """Money, at least 0, at most 1e12, at most two decimals."""
    try:
        return parse_money(text)
    except NotMoney as error:
        raise CellError(f"money_{error.code}") from error


def parse_quantity(text: str, column: Column) -> Decimal:
    """Tonnes, at least 0, at most three decimals."""
    if not _QUANTITY.fullmatch(text):
        raise CellError("quantity")
    return Decimal(text)


def parse_date(text: str, column: Column) -> date:
    """A day as YYYY-MM-DD (or a real date cell of Excel)."""
    if not _DATE.fullmatch(text):
        raise CellError("date")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CellError("date") from error
    if not EARLIEST <= day < LATEST:
        raise CellError("date_range")
    return day


def parse_flag(text: str, column: Column) -> bool:
    """Yes or no in either language."""
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise CellError("flag")


def parse_choice(text: str, column: Column) -> str:
    """One of the column's codes, or its name in either language."""
    wanted = text.casefold()
    for code, names in column.choices.items():
        if wanted in (code.casefold(), *(name.casefold() for name in names)):
            return code
    raise CellError("choice", allowed=", ".join(column.choices))


def parse_currency(text: str, column: Column) -> str:
    """An ISO 4217 code in capitals."""
    if not is_currency(text):
        raise CellError("currency")
    return text


def shown_value(cell: object) -> str:
    """A cell as an error message quotes it: short, visible characters only."""
    text = as_text(cell) if isinstance(cell, str | bool | Decimal | date) else ""
    visible = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return visible if len(visible) <= 40 else visible[:39] + "…"
