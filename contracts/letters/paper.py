"""The house stationery: paragraphs, tables, letterhead and footer in Word, so that a company can edit them.

Only constructs that the embedded engine sets faithfully are used. Lengths are in millimetres and points.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from contracts.pipeline import package

NAVY, INK, GREY, RULE, TINT = "1B365D", "1F2933", "5C6B7A", "C5CFDA", "F2F5F9"
SANS, SERIF = ("Arial", "Microsoft YaHei"), ("Times New Roman", "SimSun")
WIDTH = 168.0  # of the text, in mm: A4 less the margins
COUNTERS = ("PAGE", "NUMPAGES")
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
# A template does not change because it was built again.
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
Alignment = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Style:
    """How a piece of text looks; `line` is the line spacing as a multiple."""

    size: float = 9.5
    bold: bool = False
    colour: str = INK
    align: Alignment = "left"
    before: float = 0
    after: float = 0
    line: float = 1.15
    fonts: tuple[str, str] = SANS
    keep_next: bool = False
    tracking: float = 0


@dataclass(frozen=True)
class Cell:
    """One cell: lines of text with their styles, and what surrounds them."""

    lines: tuple[tuple[str, Style], ...]
    fill: str | None = None
    borders: tuple[tuple[str, int, str], ...] = ()
    padding: tuple[float, float] = (0.65, 1.4)
    """Above and below, left and right, in mm."""
    middle: bool = False


def new_paper(language: str, title: str) -> Document:
    """An empty A4 sheet in the language ("zh-hans" or "en") with the house fonts."""
    paper = docx.Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(21)
    section.top_margin, section.bottom_margin = Mm(16), Mm(18)
    section.header_distance, section.footer_distance = Mm(9), Mm(9)
    _set_defaults(paper, "zh-CN" if language == "zh-hans" else "en-GB")
    core = paper.core_properties
    core.title, core.author, core.comments = title, "{{ unit.name }}", ""
    core.created = core.modified = BUILT
    core.last_modified_by, core.revision = "", 1
    return paper


def _set_defaults(paper: Document, language: str) -> None:
    styles = paper.styles.element
    defaults = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for child in list(defaults):
        defaults.remove(child)
    defaults.append(_element("w:rFonts", ascii=SANS[0], hAnsi=SANS[0], eastAsia=SANS[1], cs=SANS[0]))
    defaults.append(_element("w:sz", val="19"))
    defaults.append(_element("w:lang", val=language, eastAsia="zh-CN"))
    keep = {"Normal", "DefaultParagraphFont", "TableNormal", "NoList", "Header", "Footer"}
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in keep:
            styles.remove(style)
        else:
            for child in style.findall(qn("w:rPr")) + style.findall(qn("w:pPr")):
                style.remove(child)


def write_line(paragraph: Any, text: str, style: Style) -> None:
    """Put text with its style into a paragraph."""
    layout = paragraph.paragraph_format
    layout.alignment = ALIGN[style.align]
    layout.space_before, layout.space_after = Pt(style.before), Pt(style.after)
    layout.line_spacing = style.line
    layout.keep_with_next = style.keep_next or None
    run = paragraph.add_run(text)
    _style_run(run, style)


def _style_run(run: Any, style: Style) -> None:
    run.font.size, run.font.bold = Pt(style.size), style.bold or None
    run.font.color.rgb = RGBColor.from_string(style.colour)
    properties = run._r.get_or_add_rPr()
    latin, chinese = style.fonts
    properties.insert(0, _element("w:rFonts", ascii=latin, hAnsi=latin, eastAsia=chinese, cs=latin))
    if style.tracking:
        properties.append(_element("w:spacing", val=str(int(style.tracking * 20))))


def add_line(paper: Document, text: str, style: Style) -> None:
    """Add a paragraph."""
    write_line(paper.add_paragraph(), text, style)


def add_mark(paper: Document, mark: str) -> None:
    """Add a paragraph that only steers the template ("{%p if conditions %}") and prints nothing."""
    paper.add_paragraph().add_run(mark)


def add_gap(paper: Document, height: float) -> None:
    """Leave a gap of some points; Word needs a paragraph between two tables anyway."""
    add_line(paper, "", Style(size=max(1.0, height / 1.2), line=1.0))
    mark = paper.paragraphs[-1]._p.get_or_add_pPr()
    holder = _element("w:rPr")
    holder.append(_element("w:sz", val=str(max(2, int(height / 1.2 * 2)))))
    mark.append(holder)
    paper.paragraphs[-1].clear()  # type: ignore[no-untyped-call]


def add_table(holder: Any, widths: list[float], *, indent: float = 0) -> Any:
    """Add an empty table of fixed column widths (mm) without borders; fill it with add_row."""
    columns = len(widths)
    table = (
        holder.add_table(rows=0, cols=columns)
        if isinstance(holder, Document)
        else holder.add_table(0, columns, Mm(sum(widths)))
    )
    table.autofit = False
    properties = table._tbl.tblPr
    for child in list(properties):
        properties.remove(child)
    properties.append(_element("w:tblW", w=str(_twips(sum(widths))), type="dxa"))
    properties.append(_element("w:tblInd", w=str(_twips(indent)), type="dxa"))
    properties.append(_element("w:tblLayout", type="fixed"))
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(_twips(width)))
    return table


def add_row(table: Any, cells: list[Cell], *, header: bool = False, keep: bool = True) -> Any:
    """Add a row; `header` repeats it on every page, `keep` does not split it over pages."""
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    if keep:
        properties.append(_element("w:cantSplit"))
    if header:
        properties.append(_element("w:tblHeader"))
    grid = table._tbl.tblGrid.findall(qn("w:gridCol"))
    for target, cell, column in zip(row.cells, cells, grid, strict=True):
        _fill(target, cell, column.get(qn("w:w")))
    return row


def add_mark_row(table: Any, mark: str) -> None:
    """Add a row that only steers the template ("{%tr for row in terms %}")."""
    row = table.add_row()
    row.cells[0].paragraphs[0].add_run(mark)


def _fill(target: Any, cell: Cell, width: str) -> None:
    properties = target._tc.get_or_add_tcPr()
    for child in list(properties):
        properties.remove(child)
    properties.append(_element("w:tcW", w=width, type="dxa"))
    if cell.borders:
        borders = _element("w:tcBorders")
        for side, eighths, colour in cell.borders:
            borders.append(_element(f"w:{side}", val="single", sz=str(eighths), space="0", color=colour))
        properties.append(borders)
    if cell.fill:
        properties.append(_element("w:shd", val="clear", color="auto", fill=cell.fill))
    margins = _element("w:tcMar")
    for side, length in zip(("top", "left", "bottom", "right"), cell.padding * 2, strict=True):
        margins.append(_element(f"w:{side}", w=str(_twips(length)), type="dxa"))
    properties.append(margins)
    if cell.middle:
        properties.append(_element("w:vAlign", val="center"))
    for number, (text, style) in enumerate(cell.lines):
        write_line(target.paragraphs[0] if number == 0 else target.add_paragraph(), text, style)


def add_counter(paragraph: Any, field: str, style: Style) -> None:
    """Add a live page number or page count."""
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        _style_run(run, style)
        if kind is None:
            instruction = _element("w:instrText")
            instruction.text = f" {field} "
            run._r.append(instruction)
        else:
            run._r.append(_element("w:fldChar", fldCharType=kind))


def add_picture(
    paragraph: Any, name: str, placeholder: bytes, size: float, description: str, *, height: float | None = None
) -> None:
    """Add a picture (mm; square when no height is given) that rendering replaces by name."""
    tall = size if height is None else height
    shape = paragraph.add_run().add_picture(io.BytesIO(placeholder), Mm(size), Mm(tall))
    properties = shape._inline.docPr
    properties.set("name", name)
    properties.set("descr", description)


def save(paper: Document) -> bytes:
    """The sheet as a .docx with the same bytes for the same content."""
    body = paper.element.body
    # Word insists on a paragraph after a final table; make it as small as it can be.
    if body[-2].tag == qn("w:tbl"):
        add_gap(paper, 1)
    buffer = io.BytesIO()
    paper.save(buffer)
    parts = package.read(buffer.getvalue())
    return package.write(parts)


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element


def _twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)
