"""The tables of the standard sales contract: cover, parties, licences, goods, annexes, signatures, proof."""

from collections.abc import Callable
from typing import Final

from docx.document import Document

from contracts.letters.contract_words import PAGE, label
from contracts.letters.paper import (
    COUNTERS,
    GREY,
    INK,
    NAVY,
    RULE,
    SERIF,
    TINT,
    WIDTH,
    Cell,
    Style,
    add_counter,
    add_gap,
    add_mark_row,
    add_picture,
    add_row,
    add_table,
    write_line,
)
from contracts.pipeline.qr import qr_png

LABEL = Style(size=8.5, colour=GREY, line=1.2)
VALUE = Style(size=9.5, line=1.25, fonts=SERIF)
HEAD = Style(size=8.5, bold=True, colour=NAVY, line=1.2, align="center")
HEAD_EN = Style(size=7.5, colour=GREY, line=1.15, align="center")
CELL = Style(size=9, line=1.2, fonts=SERIF)
FIGURE = Style(size=9, line=1.2, align="right", fonts=SERIF)
MIDDLE = Style(size=9, line=1.2, align="center", fonts=SERIF)
PARTY = Style(size=10, bold=True, colour=NAVY, keep_next=True)
GRID = tuple((side, 4, RULE) for side in ("top", "left", "bottom", "right"))
Column = tuple[str, str, float, Style]
"""Label of the heading, field of the row, width in mm, style of the value."""


def _cover(paper: Document, language: str) -> None:
    version = "{{ template.code }} v{{ template.version }}"
    _pairs(
        paper,
        language,
        [
            ("number", "{{ contract.no }}"),
            ("sign_date", "{{ contract.sign_date }}"),
            ("sign_place", "{{ contract.sign_place }}"),
            ("template", version),
        ],
    )
    add_gap(paper, 8)


def _parties(paper: Document, language: str) -> None:
    for party, fields in (
        ("supplier", ("name", "uscc", "address", "bank")),
        ("buyer", ("name", "uscc", "legal_rep", "tax_no", "address", "bank", "contact", "mobile")),
    ):
        band = Cell((("　".join(label(party, language)), PARTY),), None, (("bottom", 8, NAVY),), (0.8, 0))
        add_row(add_table(paper, [WIDTH]), [band])
        add_gap(paper, 1)
        holder = "company" if party == "supplier" else "customer"
        paths = {"contact": "customer.contact.name", "mobile": "customer.contact.mobile"}
        _pairs(paper, language, [(name, f"{{{{ {paths.get(name, f'{holder}.{name}')} }}}}") for name in fields])
        add_gap(paper, 5)


def _pairs(paper: Document, language: str, pairs: list[tuple[str, str]]) -> None:
    """Two labelled values side by side in every row."""
    wide = 33.0 if language == "en" else 31.0
    table = add_table(paper, [wide, WIDTH / 2 - wide, wide, WIDTH / 2 - wide])
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        cells = []
        for name, value in (left, right):
            lines = tuple((line, LABEL) for line in label(name, language))
            cells.append(Cell(lines, TINT, GRID, (1, 1.6), middle=True))
            cells.append(Cell(((value, VALUE),), None, GRID, (1, 1.6), middle=True))
        add_row(table, cells)


def _licences(paper: Document, language: str) -> None:
    columns = [
        ("licence", "type", 42.0, CELL),
        ("licence_no", "no", 46.0, CELL),
        ("scope", "scope", 54.0, CELL),
        ("valid_to", "valid_to", 26.0, MIDDLE),
    ]
    _rows(paper, language, "licences", columns)


def _lines(paper: Document, language: str) -> None:
    columns = [
        ("goods", "name", 32.0, CELL),
        ("brand", "brand", 17.0, CELL),
        ("spec", "spec", 28.0, CELL),
        ("unit", "unit", 12.0, MIDDLE),
        ("quantity", "qty", 16.0, FIGURE),
        ("price", "price", 21.0, FIGURE),
        ("amount", "amount", 24.0, FIGURE),
        ("approval", "special_price_no", 18.0, Style(size=7.5, line=1.15, fonts=SERIF)),
    ]
    _rows(paper, language, "lines", columns)


def _annexes(paper: Document, language: str) -> None:
    _rows(paper, language, "annexes", [("annex_no", "no", 40.0, CELL), ("annex", "title", WIDTH - 40.0, CELL)])


def _rows(paper: Document, language: str, field: str, columns: list[Column]) -> None:
    """A table with a row for each member of a list; its heading is repeated on every page."""
    table = add_table(paper, [width for _, _, width, _ in columns])
    heads = []
    for name, _, _, _ in columns:
        first, *second = label(name, language)
        heads.append(Cell(((first, HEAD), *((line, HEAD_EN) for line in second)), TINT, GRID, (1.2, 1), middle=True))
    add_row(table, heads, header=True)
    add_mark_row(table, f"{{%tr for row in {field} %}}")
    cells = [
        Cell(((f"{{{{ row.{name} }}}}", style),), None, GRID, (1, 1.2), middle=True) for _, name, _, style in columns
    ]
    add_row(table, cells)
    add_mark_row(table, "{%tr endfor %}")
    add_gap(paper, 9)


def _signature(paper: Document, language: str) -> None:
    """Two boxes with room for the seals; kept on one page."""
    add_gap(paper, 8)
    table = add_table(paper, [WIDTH / 2, WIDTH / 2])
    head, line, room = Style(10, True, NAVY, line=1.3), Style(9.5, line=1.5, fonts=SERIF), Style(9, before=52)
    sides = []
    for seal, party, rest in (
        ("supplier_seal", "{{ company.name }}", ("own_date", "seal_no")),
        ("buyer_seal", "{{ customer.name }}", ("representative", "buyer_date")),
    ):
        lines = [("　".join(label(seal, language)), head), (party, Style(10.5, True, INK, line=1.4, fonts=SERIF))]
        lines.append((" ", room))
        lines += [(text, line) for name in rest for text in label(name, language)]
        sides.append(Cell(tuple(lines), None, GRID, (3, 4)))
    add_row(table, sides)


def _proof(paper: Document, language: str) -> None:
    """How anyone can check the sealed contract: text and QR code in one unsplit box."""
    add_gap(paper, 10)
    table = add_table(paper, [32, WIDTH - 32])
    edge = (("top", 8, NAVY), ("bottom", 4, RULE))
    plain = Style(8, colour=INK, line=1.3)
    lines = [(label("sealed", language)[0], Style(9.5, True, NAVY, line=1.25))]
    lines += [(text, plain) for text in label("verify", language)]
    lines += [("{{ document.verify_url }}", plain)]
    lines += [("　".join(_once(label("verify_code", language))), Style(9, True, INK, before=2, line=1.25))]
    lines += [(label("digest", language)[0], Style(7.5, colour=GREY, before=2, line=1.25))]
    row = add_row(
        table, [Cell(((" ", LABEL),), TINT, edge, (2, 3)), Cell(tuple(lines), TINT, edge, (2, 2), middle=True)]
    )
    picture = row.cells[0].paragraphs[0]
    picture.clear()
    add_picture(picture, "qr", qr_png("https://example.invalid/v/00000000000000000000"), 24, label("qr", language)[0])


def _once(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The label in both languages, its value once."""
    if len(lines) == 1:
        return lines
    chinese, english = lines
    return (chinese.split(" {{", 1)[0] + " " + english,)


def add_footer(paper: Document, language: str) -> None:
    """Number of the contract, text and page at the foot of every page."""
    footer = paper.sections[0].footer
    footer.is_linked_to_previous = False
    table = add_table(footer, [56, 40, WIDTH - 96])
    rule, style = (("top", 4, RULE),), Style(7.5, colour=GREY)
    right = Style(7.5, colour=GREY, align="right")
    left = Cell((("{{ contract.no }}", style),), None, rule, (1.2, 0))
    middle = Cell(
        (("{{ template.code }} v{{ template.version }}", Style(7.5, colour=GREY, align="center")),),
        None,
        rule,
        (1.2, 0),
    )
    row = add_row(table, [left, middle, Cell((("", right),), None, rule, (1.2, 0))])
    page = row.cells[2].paragraphs[0]
    for piece in PAGE[language]:
        if piece in COUNTERS:
            add_counter(page, piece, right)
        else:
            write_line(page, piece, right)
    first = footer.paragraphs[0]._p
    first.getparent().remove(first)
    write_line(footer.add_paragraph(), "", Style(size=1, line=1.0))


TABLES: Final[dict[str, Callable[[Document, str], None]]] = {
    "cover": _cover,
    "parties": _parties,
    "licences": _licences,
    "lines": _lines,
    "annexes": _annexes,
    "signature": _signature,
    "proof": _proof,
}
