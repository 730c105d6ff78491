"""What the letters are built of: titled tables, lists of facts, and tables whose columns the data name."""

from typing import Any

from docx.document import Document

from contracts.letters.context import SHAPES_OF_TABLES
from contracts.letters.paper import (
    GREY,
    INK,
    NAVY,
    RULE,
    TINT,
    WIDTH,
    Alignment,
    Cell,
    Style,
    add_line,
    add_mark,
    add_mark_row,
    add_row,
    add_table,
)

SMALL = Style(size=7.5, colour=GREY)
LABEL = Style(size=8, colour=GREY)
TEXT = Style(size=9, line=1.25)
STRONG = Style(size=9, bold=True, colour=INK, line=1.25)
SECTION = Style(size=10.5, bold=True, colour=NAVY, before=9, after=3, keep_next=True)
HEAD = Style(size=8.5, bold=True, colour=NAVY)
Column = tuple[str, str, float, Style]
"""Heading, field of the row, width in mm, style of the value."""


def table(paper: Document, title: str, field: str, columns: list[Column]) -> None:
    """A titled table with one row for each member of a list; nothing is printed for an empty list."""
    add_mark(paper, f"{{%p if {field} %}}")
    add_line(paper, title, SECTION)
    table = add_table(paper, [width for _, _, width, _ in columns])
    heads = [Cell(((head, aligned(HEAD, style.align)),), TINT, heavy(), (1.2, 1.4)) for head, _, _, style in columns]
    add_row(table, heads, header=True)
    add_mark_row(table, f"{{%tr for row in {field} %}}")
    add_row(table, [Cell((("{{ row." + name + " }}", style),), None, light()) for _, name, _, style in columns])
    add_mark_row(table, "{%tr endfor %}")
    add_mark(paper, "{%p endif %}")


def facts(paper: Document, title: str, field: str) -> None:
    """A titled list of labelled values."""
    add_mark(paper, f"{{%p if {field} %}}")
    add_line(paper, title, SECTION)
    table = add_table(paper, [52, WIDTH - 52])
    add_mark_row(table, f"{{%tr for row in {field} %}}")
    label = Cell((("{{ row.label }}", Style(9, colour=GREY, line=1.25)),), None, light())
    add_row(table, [label, Cell((("{{ row.value }}", TEXT),), None, light())])
    add_mark_row(table, "{%tr endfor %}")
    add_mark(paper, "{%p endif %}")


Pairs = tuple[tuple[str, str], ...]


def sheet_head(paper: Document, customer: Pairs, subject: Pairs, rest: Pairs) -> None:
    """Two labelled values side by side in every row; first the customer's, or what a request without one is about."""
    table = add_table(paper, [28, 56, 28, 56])
    add_mark_row(table, "{%tr if customer.code %}")
    _pairs(table, customer)
    add_mark_row(table, "{%tr else %}")
    _pairs(table, subject)
    add_mark_row(table, "{%tr endif %}")
    _pairs(table, rest)


def _pairs(table: Any, pairs: Pairs) -> None:
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        cells = []
        for label, value in (left, right):
            cells.append(Cell(((label, Style(8.5, colour=GREY, line=1.25)),), TINT, light()))
            cells.append(Cell(((value, TEXT),), None, light()))
        add_row(table, cells)


def open_tables(paper: Document) -> None:
    """Tables whose title, heads and rows come from the data: one form for each number and kind of columns."""
    add_mark(paper, "{%p for table in tables %}")
    add_line(paper, "{{ table.title }}", SECTION)
    for name, columns in SHAPES_OF_TABLES.items():
        add_mark(paper, f"{{%p if table.{name} %}}")
        _open_table(paper, name, columns, numbers=name.startswith("figures"))
        add_mark(paper, "{%p endif %}")
    add_mark(paper, "{%p endfor %}")


def _open_table(paper: Document, name: str, columns: int, *, numbers: bool) -> None:
    first = WIDTH * (0.34 if columns > 3 else 0.4)
    rest = (WIDTH - first) / (columns - 1)
    small: list[Style] = [Style(8.5, line=1.2)]
    small += [Style(8.5, align="right" if numbers else "left", line=1.2)] * (columns - 1)
    table = add_table(paper, [first, *[rest] * (columns - 1)])
    places = [(f"c{number}", style) for number, style in enumerate(small, start=1)]
    heads = [Cell((("{{ table.heads." + key + " }}", aligned(HEAD, style.align)),), TINT, heavy(), (1.2, 1.4))
             for key, style in places]  # fmt: skip
    add_row(table, heads, header=True)
    add_mark_row(table, f"{{%tr for row in table.{name} %}}")
    add_row(table, [Cell((("{{ row." + key + " }}", style),), None, light()) for key, style in places])
    add_mark_row(table, "{%tr endfor %}")


def aligned(style: Style, align: Alignment) -> Style:
    return Style(style.size, style.bold, style.colour, align, line=style.line)


def light() -> tuple[tuple[str, int, str], ...]:
    return (("bottom", 4, RULE),)


def heavy() -> tuple[tuple[str, int, str], ...]:
    return (("top", 8, NAVY), ("bottom", 4, NAVY))
