"""The decision notice: one paper for every kind of request, which brings its title, sentences and figures."""

from docx.document import Document

from contracts.letters.blocks import LABEL, SECTION, STRONG, TEXT, facts, open_tables, table
from contracts.letters.paper import (
    GREY,
    INK,
    NAVY,
    RULE,
    TINT,
    WIDTH,
    Cell,
    Style,
    add_line,
    add_mark,
    add_mark_row,
    add_picture,
    add_row,
    add_table,
)
from contracts.letters.words import Words
from contracts.pipeline.drawing import blank


def decision_notice(paper: Document, words: Words) -> None:
    add_mark(paper, "{%p if customer.code %}")  # a kind without a customer is addressed to nobody
    add_line(paper, words["to"], Style(11, True, INK, after=1))
    add_line(paper, words["to_codes"], Style(8.5, colour=GREY, after=7))
    add_mark(paper, "{%p endif %}")
    add_line(paper, "{{ opening }}", Style(10, line=1.4, after=3))
    add_line(paper, "{{ headline }}", Style(10, line=1.4, after=7))
    hero(paper)
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
    conditions(paper, words)
    facts(paper, words["assessment"], "assessment")
    open_tables(paper)
    picture(paper, words)
    table(
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
    add_mark(paper, "{%p if closing %}")
    add_line(paper, "{{ closing }}", Style(9, colour=GREY, before=7, line=1.3))
    add_mark(paper, "{%p endif %}")


def hero(paper: Document) -> None:
    """The up to three figures that the reader looks for; the first one is printed large."""
    add_mark(paper, "{%p for hero in boxes %}")
    band = add_table(paper, [78, 42, 48])
    edge = (("top", 8, NAVY), ("bottom", 4, RULE))
    large, plain = Style(16, True, NAVY, before=1, line=1.15), Style(10.5, True, NAVY, before=2, line=1.2)
    small = {"first": Style(8.5, colour=INK, before=1), "second": Style(9, line=1.2), "third": Style(9, line=1.2)}
    cells = []
    for place, below in small.items():
        figure = ("{{ hero." + place + ".value }}", large if place == "first" else plain)
        lines = (("{{ hero." + place + ".label }}", LABEL), figure, ("{{ hero." + place + ".below }}", below))
        cells.append(Cell(lines, TINT, edge, (2.6, 3)))
    add_row(band, cells)
    add_mark(paper, "{%p endfor %}")


def picture(paper: Document, words: Words) -> None:
    """The drawing of the decision, twice as wide as high, with what it says in words below it."""
    add_mark(paper, "{%p for picture in pictures %}")
    add_line(paper, "{{ picture.title }}", SECTION)
    add_line(paper, "", Style(9, align="center", keep_next=True))
    add_picture(paper.paragraphs[-1], "picture", blank(), WIDTH, words["picture_alt"], height=WIDTH / 2)
    add_line(paper, "{{ picture.words }}", Style(8.5, colour=GREY, before=2, line=1.25))
    add_mark(paper, "{%p endfor %}")


def conditions(paper: Document, words: Words) -> None:
    add_mark(paper, "{%p if conditions %}")
    add_line(paper, words["conditions"], SECTION)
    band = add_table(paper, [8, WIDTH - 8])
    add_mark_row(band, "{%tr for condition in conditions %}")
    number = Cell((("{{ loop.index }}.", Style(9, True, NAVY, line=1.25)),), padding=(0.8, 1.4))
    add_row(band, [number, Cell((("{{ condition }}", TEXT),), padding=(0.8, 0))])
    add_mark_row(band, "{%tr endfor %}")
    add_mark(paper, "{%p endif %}")
