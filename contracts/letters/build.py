"""The letters of the house, written as code once so that their layout is reviewed like code.

`manage.py build_letters` writes them to templates/letters/; a company may then edit the .docx in Word.
"""

from docx.document import Document

from contracts.letters.blocks import SMALL, TEXT, aligned, facts, open_tables, sheet_head, table
from contracts.letters.notice import decision_notice
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
    add_line,
    add_picture,
    add_row,
    add_table,
    new_paper,
    save,
    write_line,
)
from contracts.letters.words import WORDS, Words
from contracts.pipeline.qr import qr_png


def build_letter(kind: str, language: str) -> bytes:
    """Return the .docx template of a kind ("decision_notice", "approval_sheet") in a language."""
    words = WORDS[language]
    paper = new_paper(language, f"{words[kind]} {{{{ document.number }}}}")
    _letterhead(paper, words)
    title = "{{ title }}" if kind == "decision_notice" else words[kind]
    add_line(paper, title, Style(20, True, NAVY, "center", 12, 1, 1.2, SERIF, tracking=words.title_tracking))
    add_line(paper, words["subtitle"], Style(9, colour=GREY, align="center", after=8))
    if kind == "decision_notice":
        decision_notice(paper, words)
    else:
        _approval_sheet(paper, words)
    _proof(paper, words)
    _footer(paper, words, title)
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


def _approval_sheet(paper: Document, words: Words) -> None:
    sheet_head(paper, words.sheet_customer, words.sheet_subject, words.sheet_head)
    facts(paper, words["summary"], "summary")
    table(
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
    table(
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
    open_tables(paper)
    table(
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
    table(
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
    table(
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
    table(
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


def _footer(paper: Document, words: Words, title: str) -> None:
    footer = paper.sections[0].footer
    footer.is_linked_to_previous = False
    table = add_table(footer, [62, 62, WIDTH - 124])
    rule, style = (("top", 4, RULE),), Style(7.5, colour=GREY)
    left = Cell((("{{ document.number }} · {{ request_no }}", style),), None, rule, (1.2, 0))
    centre = Cell(((title, aligned(style, "center")),), None, rule, (1.2, 0))
    right = Cell((("", aligned(style, "right")),), None, rule, (1.2, 0))
    row = add_row(table, [left, centre, right])
    page = row.cells[2].paragraphs[0]
    for piece in words.page:
        if piece in COUNTERS:
            add_counter(page, piece, style)
        else:
            write_line(page, piece, aligned(style, "right"))
    first = footer.paragraphs[0]._p
    first.getparent().remove(first)
    add_tail = footer.add_paragraph()
    write_line(add_tail, "", Style(size=1, line=1.0))
