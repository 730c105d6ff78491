"""The four letters of the house, written as code once so that their layout is reviewed like code.

`manage.py build_letters` writes them to templates/letters/; a company may then edit the .docx in Word.
"""

from docx.document import Document

from contracts.letters.paper import (
    COUNTERS,
    GREY,
    INK,
    NAVY,
    RULE,
    SERIF,
    TINT,
    WIDTH,
    Alignment,
    Cell,
    Style,
    add_counter,
    add_gap,
    add_line,
    add_mark,
    add_mark_row,
    add_picture,
    add_row,
    add_table,
    new_paper,
    save,
    write_line,
)
from contracts.letters.words import WORDS, Words
from contracts.pipeline.qr import qr_png

SMALL = Style(size=7.5, colour=GREY)
LABEL = Style(size=8, colour=GREY)
TEXT = Style(size=9, line=1.25)
STRONG = Style(size=9, bold=True, colour=INK, line=1.25)
SECTION = Style(size=10.5, bold=True, colour=NAVY, before=9, after=3, keep_next=True)
HEAD = Style(size=8.5, bold=True, colour=NAVY)
# Nothing takes effect when a request was rejected.
GRANTED = "{%p if approved_limit %}"
Column = tuple[str, str, float, Style]
"""Heading, field of the row, width in mm, style of the value."""


def build_letter(kind: str, language: str) -> bytes:
    """Return the .docx template of a kind ("decision_notice", "approval_sheet") in a language."""
    words = WORDS[language]
    paper = new_paper(language, f"{words[kind]} {{{{ document.number }}}}")
    _letterhead(paper, words)
    add_line(paper, words[kind], Style(20, True, NAVY, "center", 12, 1, 1.2, SERIF, tracking=words.title_tracking))
    add_line(paper, words["subtitle"], Style(9, colour=GREY, align="center", after=8))
    if kind == "decision_notice":
        _decision_notice(paper, words)
    else:
        _approval_sheet(paper, words)
    _proof(paper, words)
    _footer(paper, words, kind)
    return save(paper)


def _letterhead(paper: Document, words: Words) -> None:
    table = add_table(paper, [118, WIDTH - 118])
    rule = (("bottom", 12, NAVY),)
    left = (
        ("{{ unit.name }}", Style(14, True, NAVY, fonts=SERIF)),
        ("{{ unit.second_name }}", Style(8.5, colour=GREY, after=1)),
        (words["unit_line"], Style(7.5, colour=GREY, after=2)),
    )
    right = (
        (words["number"], Style(7.5, colour=GREY, align="right")),
        ("{{ document.number }}", Style(11, True, NAVY, "right", after=2)),
        (words["issued_on"], Style(8, colour=GREY, align="right", after=2)),
    )
    add_row(table, [Cell(left, borders=rule, padding=(1, 0)), Cell(right, borders=rule, padding=(1, 0))])


def _decision_notice(paper: Document, words: Words) -> None:
    add_line(paper, words["to"], Style(11, True, INK, after=1))
    add_line(paper, words["to_codes"], Style(8.5, colour=GREY, after=7))
    add_line(paper, words["notice_opening"], Style(10, line=1.4, after=3))
    add_line(paper, "{{ headline }}", Style(10, line=1.4, after=7))
    add_mark(paper, GRANTED)
    _hero(paper, words)
    add_mark(paper, "{%p endif %}")
    _table(
        paper,
        words["terms"],
        "terms",
        [
            (words["item"], "label", 60, TEXT),
            (words["requested"], "requested", 52, Style(9, align="right", line=1.25)),
            (words["approved"], "approved", 56, Style(9, True, align="right", line=1.25)),
        ],
    )
    _conditions(paper, words)
    _facts(paper, words["assessment"], "assessment")
    _table(
        paper,
        words["approvals"],
        "approvals",
        [
            (words["role"], "role", 30, TEXT),
            (words["name"], "name", 28, TEXT),
            (words["decision"], "decision", 25, STRONG),
            (words["time"], "decided_at", 33, TEXT),
            (words["comment"], "comment", 52, TEXT),
        ],
    )
    add_mark(paper, GRANTED)
    add_line(paper, words["closing"], Style(9, colour=GREY, before=7, line=1.3))
    add_mark(paper, "{%p endif %}")


def _hero(paper: Document, words: Words) -> None:
    """The three figures that the reader looks for."""
    table = add_table(paper, [78, 42, 48])
    value = Style(10.5, True, NAVY, before=2, line=1.2)
    limit = (
        (words["approved_limit"], LABEL),
        ("{{ approved_limit }}", Style(16, True, NAVY, before=1, line=1.15)),
        ("{{ approved_limit_words }}", Style(8.5, colour=INK, before=1)),
    )
    term = ((words["approved_term"], LABEL), ("{{ approved_term }}", value))
    period = ((words["validity"], LABEL), ("{{ valid_from }}", value), (words["until"], Style(9, line=1.2)))
    edge = (("top", 8, NAVY), ("bottom", 4, RULE))
    add_row(table, [Cell(lines, TINT, edge, (2.6, 3)) for lines in (limit, term, period)])


def _conditions(paper: Document, words: Words) -> None:
    add_mark(paper, "{%p if conditions %}")
    add_line(paper, words["conditions"], SECTION)
    table = add_table(paper, [8, WIDTH - 8])
    add_mark_row(table, "{%tr for condition in conditions %}")
    number = Cell((("{{ loop.index }}.", Style(9, True, NAVY, line=1.25)),), padding=(0.8, 1.4))
    add_row(table, [number, Cell((("{{ condition }}", TEXT),), padding=(0.8, 0))])
    add_mark_row(table, "{%tr endfor %}")
    add_mark(paper, "{%p endif %}")


def _approval_sheet(paper: Document, words: Words) -> None:
    _pairs(paper, words.sheet_head)
    _facts(paper, words["summary"], "summary")
    _table(
        paper,
        words["terms"],
        "terms",
        [
            (words["item"], "label", 60, TEXT),
            (words["requested"], "requested", 52, Style(9, align="right", line=1.25)),
            (words["approved"], "approved", 56, Style(9, True, align="right", line=1.25)),
        ],
    )
    small = Style(8.5, line=1.2)
    mono = Style(7.5, colour=GREY, line=1.2)
    _table(
        paper,
        words["figures"],
        "figures",
        [
            (words["item"], "label", 42, small),
            (words["value"], "value", 32, Style(8.5, True, align="right", line=1.2)),
            (words["formula"], "formula", 54, small),
            (words["source"], "source", 40, Style(8, colour=GREY, line=1.2)),
        ],
    )
    _table(
        paper,
        words["plan"],
        "plan",
        [
            (words["stage"], "stage", 14, small),
            (words["role"], "role", 34, Style(8.5, True, line=1.2)),
            (words["mode"], "mode", 22, small),
            (words["reason"], "reason", 98, small),
        ],
    )
    _table(
        paper,
        words["decisions"],
        "decisions",
        [
            (words["round"], "round", 12, small),
            (words["step"], "step", 28, small),
            (words["name"], "name", 24, small),
            (words["decision"], "decision", 24, Style(8.5, True, line=1.2)),
            (words["time"], "decided_at", 27, small),
            (words["comment"], "comment", 35, small),
            (words["evidence"], "evidence", 18, mono),
        ],
    )
    _table(
        paper,
        words["events"],
        "events",
        [
            (words["position"], "position", 12, mono),
            (words["time"], "at", 34, small),
            (words["actor"], "actor", 26, small),
            (words["action"], "action", 34, small),
            (words["detail"], "detail", 40, small),
            (words["hash"], "hash", 22, mono),
        ],
    )
    _table(
        paper,
        words["attachments"],
        "attachments",
        [
            (words["file"], "name", 50, small),
            (words["kind"], "kind", 30, small),
            (words["size"], "size", 18, Style(8.5, align="right", line=1.2)),
            (words["sha256"], "sha256", 70, mono),
        ],
    )


def _table(paper: Document, title: str, field: str, columns: list[Column]) -> None:
    """A titled table with one row for each member of a list; nothing is printed for an empty list."""
    add_mark(paper, f"{{%p if {field} %}}")
    add_line(paper, title, SECTION)
    table = add_table(paper, [width for _, _, width, _ in columns])
    heads = [Cell(((head, _aligned(HEAD, style.align)),), TINT, _heavy(), (1.2, 1.4)) for head, _, _, style in columns]
    add_row(table, heads, header=True)
    add_mark_row(table, f"{{%tr for row in {field} %}}")
    add_row(table, [Cell((("{{ row." + name + " }}", style),), None, _light()) for _, name, _, style in columns])
    add_mark_row(table, "{%tr endfor %}")
    add_mark(paper, "{%p endif %}")


def _facts(paper: Document, title: str, field: str) -> None:
    """A titled list of labelled values."""
    add_mark(paper, f"{{%p if {field} %}}")
    add_line(paper, title, SECTION)
    table = add_table(paper, [52, WIDTH - 52])
    add_mark_row(table, f"{{%tr for row in {field} %}}")
    label = Cell((("{{ row.label }}", Style(9, colour=GREY, line=1.25)),), None, _light())
    add_row(table, [label, Cell((("{{ row.value }}", TEXT),), None, _light())])
    add_mark_row(table, "{%tr endfor %}")
    add_mark(paper, "{%p endif %}")


def _pairs(paper: Document, pairs: tuple[tuple[str, str], ...]) -> None:
    """Two labelled values side by side in every row."""
    table = add_table(paper, [28, 56, 28, 56])
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        cells = []
        for label, value in (left, right):
            cells.append(Cell(((label, Style(8.5, colour=GREY, line=1.25)),), TINT, _light()))
            cells.append(Cell(((value, TEXT),), None, _light()))
        add_row(table, cells)


def _proof(paper: Document, words: Words) -> None:
    """Who seals the document and how anyone can check it: text and QR code in one unsplit box."""
    add_gap(paper, 10)
    table = add_table(paper, [32, WIDTH - 32])
    edge = (("top", 8, NAVY), ("bottom", 4, RULE))
    lines = (
        (words["sealed_by"], Style(9.5, True, NAVY, line=1.25)),
        (words["how_to_verify"], Style(8, colour=INK, before=2, line=1.3)),
        ("{{ document.verify_url }}", Style(8, colour=INK, line=1.3)),
        (words["verify_code"], Style(9, True, INK, before=2, line=1.25)),
        (words["data_digest"], Style(7.5, colour=GREY, before=2, line=1.25)),
        (words["policy"], Style(7.5, colour=GREY, line=1.25)),
    )
    row = add_row(table, [Cell(((" ", SMALL),), TINT, edge, (2, 3)), Cell(lines, TINT, edge, (2, 2), middle=True)])
    picture = row.cells[0].paragraphs[0]
    picture.clear()
    add_picture(picture, "qr", qr_png("https://example.invalid/v/00000000000000000000"), 24, words["qr_alt"])


def _footer(paper: Document, words: Words, kind: str) -> None:
    footer = paper.sections[0].footer
    footer.is_linked_to_previous = False
    table = add_table(footer, [62, 62, WIDTH - 124])
    rule, style = (("top", 4, RULE),), Style(7.5, colour=GREY)
    left = Cell((("{{ document.number }} · {{ request_no }}", style),), None, rule, (1.2, 0))
    centre = Cell(((words[kind], _aligned(style, "center")),), None, rule, (1.2, 0))
    right = Cell((("", _aligned(style, "right")),), None, rule, (1.2, 0))
    row = add_row(table, [left, centre, right])
    page = row.cells[2].paragraphs[0]
    for piece in words.page:
        if piece in COUNTERS:
            add_counter(page, piece, style)
        else:
            write_line(page, piece, _aligned(style, "right"))
    first = footer.paragraphs[0]._p
    first.getparent().remove(first)
    add_tail = footer.add_paragraph()
    write_line(add_tail, "", Style(size=1, line=1.0))


def _aligned(style: Style, align: Alignment) -> Style:
    return Style(style.size, style.bold, style.colour, align, line=style.line)


def _light() -> tuple[tuple[str, int, str], ...]:
    return (("bottom", 4, RULE),)


def _heavy() -> tuple[tuple[str, int, str], ...]:
    return (("top", 8, NAVY), ("bottom", 4, NAVY))
