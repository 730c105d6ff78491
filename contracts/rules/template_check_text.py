"""Reading a template paragraph by paragraph: what stands where, in which clause, and can it be set and read."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from contracts.pipeline import fonts
from contracts.pipeline.package import PackageError, R
from contracts.pipeline.wordml import (
    IGNORED,
    KNOWN,
    Element,
    UnsupportedError,
    Word,
    colour,
    local,
    nearest,
    nearest_switch,
    tag,
    value,
)
from contracts.rules.clause_text import FRAME, ClauseText, clause_code, normal
from contracts.rules.constructs import described
from contracts.rules.findings import Finding, Place, finding

SMALLEST: Final = 6.0
# Contrast of text to its ground below which nobody reads it (WCAG asks 4.5; print is kinder).
LEAST_CONTRAST: Final = 2.0
MOST_PARAGRAPHS: Final = 20_000
_TEXTS: Final = ("t", "noBreakHyphen", "br", "tab", "cr", "softHyphen", "delText", "instrText")
_MARK: Final = re.compile(r"\{[{%#]")
_TAGS_IN_MARK: Final = re.compile(r"(?<=\{)(?:<[^>]*>)+(?=[{%#])")
_FONTS: Final = (
    "arial", "arimo", "calibri", "helvetica", "times new roman", "cambria", "georgia", "simsun", "宋体", "nsimsun",
    "新宋体", "fangsong", "仿宋", "kaiti", "楷体", "simhei", "黑体", "microsoft yahei", "微软雅黑", "dengxian", "等线",
    "noto", "source han", "思源", "liberation",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One paragraph with the place where it stands; `row` joins the cells of a table row."""

    text: str
    place: Place
    element: Element
    ground: str
    row: tuple[int, int] | None = None


@dataclass
class Reading:
    """The whole text of a file in order, and by clause."""

    lines: list[Line] = field(default_factory=list)
    clauses: list[ClauseText] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_text(word: Word) -> Reading:
    """Read body, header and footer of an opened document."""
    reading = Reading()
    body = word.xml("word/document.xml").find(tag("body"))
    if body is None:
        return reading
    paragraphs = sum(1 for _ in body.iter(tag("p")))
    if paragraphs > MOST_PARAGRAPHS:
        reading.findings.append(finding("too_large", detail=f"{paragraphs} paragraphs"))
        return reading
    _read_body(word, body, reading)
    _read_frame(word, body, reading)
    for line in reading.lines:
        reading.findings += _appearance(word, line)
    reading.findings += _unread_marks(word, reading)
    return reading


def _unread_marks(word: Word, reading: Reading) -> Iterator[Finding]:
    """Marks that work and that nobody sees: in an attribute, a comment, beside the words or in an unused part."""
    for name in sorted(word.parts):
        if not (name.startswith("word/") and name.endswith(".xml")):
            continue
        root = word.xml(name)
        if name == "word/document.xml":
            texts = [line.text for line in reading.lines if line.place.clause != FRAME]
        else:
            texts = [_text(paragraph) for paragraph in root.iter(tag("p"))]
        source = _TAGS_IN_MARK.sub("", etree.tostring(root, encoding="unicode"))
        if len(_MARK.findall(source)) > sum(len(_MARK.findall(text)) for text in texts):
            yield finding("hidden_mark", Place(f"文件部件 {name[:80]}", f"Part {name[:80]}"), detail=name)


def _read_body(word: Word, body: Element, reading: Reading) -> None:
    current: ClauseText | None = None
    paragraphs = tables = 0
    for child in body:
        kind = local(child)
        code = clause_code(_style(word, child)) if kind == "p" else None
        if code is not None:
            current = ClauseText(code, normal(_text(child)))
            reading.clauses.append(current)
        clause = current.code if current else ""
        if kind == "p":
            paragraphs += 1
            place = Place(f"第 {paragraphs} 段", f"Paragraph {paragraphs}", _text(child), clause)
            lines = [Line(_text(child), place, child, "FFFFFF")]
        elif kind == "tbl":
            tables += 1
            lines = list(_table(child, f"表 {tables}", f"Table {tables}", clause))
        else:
            lines = []
            reading.findings += _unsupported_in(
                child, body, Place(f"第 {paragraphs} 段之后", f"After paragraph {paragraphs}")
            )
        reading.lines += lines
        if kind == "p":
            reading.findings += _constructs(child, lines[0].place)
            if current is not None and code is None and normal(lines[0].text):
                current.prose.append(normal(lines[0].text))
                current.lines.append(normal(lines[0].text))
        elif kind == "tbl":
            reading.findings += _constructs(child, Place(f"表 {tables}", f"Table {tables}", "", clause))
            if current is not None:
                current.lines += _rows(lines)
        if current is None and any(normal(line.text) for line in lines):
            reading.findings.append(finding("before_clauses", lines[0].place))


def _table(table: Element, zh: str, en: str, clause: str) -> Iterator[Line]:
    for number, row in enumerate(table.findall(tag("tr")), 1):
        for column, cell in enumerate(row.findall(tag("tc")), 1):
            ground = colour(value(cell.find(tag("tcPr")), "shd", "fill")) or "FFFFFF"
            for paragraph in cell.findall(tag("p")):
                text = _text(paragraph)
                place = Place(
                    f"{zh} 第 {number} 行第 {column} 列", f"{en}, row {number}, column {column}", text, clause
                )
                yield Line(text, place, paragraph, ground, (number, column))


def _rows(lines: list[Line]) -> list[str]:
    rows: dict[int, list[str]] = {}
    for line in lines:
        if line.row is not None:
            rows.setdefault(line.row[0], []).append(normal(line.text))
    return [text for text in (" | ".join(cells).rstrip(" |") for cells in rows.values()) if text]


def _read_frame(word: Word, body: Element, reading: Reading) -> None:
    """Header, footer and pictures: whoever changes a word there changes the contract too."""
    frame = ClauseText(FRAME, "")
    for kind, zh, en in (("headerReference", "页眉", "Header"), ("footerReference", "页脚", "Footer")):
        for reference in body.iter(tag(kind)):
            try:
                part = word.relations("word/document.xml")[reference.get(f"{{{R}}}id", "")]
                root = word.xml(part)
            except (PackageError, KeyError):
                reading.findings.append(finding("bad_part", Place(zh, en), detail=kind))
                continue
            reading.findings += _constructs(root, Place(zh, en))
            lines = [Line(_text(p), Place(zh, en, _text(p), FRAME), p, "FFFFFF") for p in root.iter(tag("p"))]
            reading.lines += lines
            frame.lines += [f"{en}: {normal(line.text)}" for line in lines if normal(line.text)]
    frame.lines += [f"Picture: {name} {sha256}" for name, sha256 in _pictures(word)]
    if frame.lines:
        reading.clauses.append(frame)


def _pictures(word: Word) -> list[tuple[str, str]]:
    pictures = {name: data for name, data in word.parts.items() if name.startswith("word/media/")}
    return sorted((name.rsplit("/", 1)[-1], hashlib.sha256(data).hexdigest()[:16]) for name, data in pictures.items())


def _text(paragraph: Element) -> str:
    """The words of a paragraph as they are printed: not the kept result of a page counter, which is set anew.

    What is struck through or raised reads differently, so that is part of it.
    """
    pieces: list[str] = []
    kept = False
    for run in paragraph.findall(tag("r")):
        properties = run.find(tag("rPr"))
        text = ""
        for item in run:
            name = local(item)
            if name == "fldChar":
                kept = item.get(tag("fldCharType")) == "separate"
            elif name in _TEXTS and not kept:
                text += (item.text or "") if name in ("t", "delText", "instrText") else " "
        if text and properties is not None and properties.find(tag("strike")) is not None:
            text = f"~~{text}~~"
        elif text and properties is not None and value(properties, "vertAlign") in ("superscript", "subscript"):
            text = f"^{text}"
        pieces.append(text)
    return "".join(pieces)


def _style(word: Word, paragraph: Element) -> str:
    """The name of the paragraph's own style; people see names, files keep ids."""
    identifier = value(paragraph.find(tag("pPr")), "pStyle") or ""
    style = word.styles.get(identifier)
    return (value(style, "name") or identifier) if style is not None else identifier


def _constructs(element: Element, place: Place) -> Iterator[Finding]:
    """Everything below the element that the engine can't set."""
    for parent in element.iter(*(tag(name) for name in KNOWN)):
        for child in parent.iterchildren(tag=None):
            yield from _unsupported_in(child, parent, place)


def _unsupported_in(child: Element, parent: Element, place: Place) -> Iterator[Finding]:
    if not isinstance(child.tag, str):
        return
    name = local(child)
    if name not in IGNORED and name not in KNOWN.get(local(parent), "").split():
        yield finding("unsupported", place, **described(name))


def _appearance(word: Word, line: Line) -> Iterator[Finding]:
    """Too small, too faint, not in our fonts: text on paper has to be read. Its styles have to be ones we can set."""
    try:
        word.paragraph_layers(line.element)
    except UnsupportedError as error:
        yield finding("unsupported", line.place, **described(str(error).split(" ", 1)[0]))
    for run in line.element.iter(tag("r")):
        text = "".join(item.text or "" for item in run.iter(tag("t"))).strip()
        if not text or text.startswith("{%"):
            continue
        layers = [run.find(tag("rPr")), *_style_runs(word, run, line.element)]
        present = [layer for layer in layers if layer is not None]
        size = float(nearest(present, "sz") or 21) / 2
        ink = colour(nearest(present, "color")) or "000000"
        if size < SMALLEST or _contrast(ink, line.ground) < LEAST_CONTRAST:
            yield finding("unreadable", line.place, detail=f"{size:g} pt, #{ink}/#{line.ground}")
        lost = sorted({f"U+{ord(char):04X}" for char in text if not fonts.can_print(char)})
        if lost:
            yield finding("glyph", line.place, detail=", ".join(lost[:10]))
        for attribute in ("ascii", "eastAsia"):
            name = nearest(present, "rFonts", attribute) or "arial"
            if not name.lower().startswith(_FONTS):
                yield finding("font_replaced", Place("全文", "Throughout"), detail=name)
        if nearest_switch(present, "vanish"):
            yield finding("unsupported", line.place, **described("vanish"))


def _style_runs(word: Word, run: Element, paragraph: Element) -> list[Element | None]:
    """Run properties of the styles, nearest first; unlike the engine this refuses nothing."""
    names = [
        value(run.find(tag("rPr")), "rStyle"),
        value(paragraph.find(tag("pPr")), "pStyle") or word.default_styles.get("paragraph"),
    ]
    found: list[Element | None] = []
    for name in names:
        seen: set[str] = set()
        while name and name in word.styles and name not in seen:
            seen.add(name)
            found.append(word.styles[name].find(tag("rPr")))
            name = value(word.styles[name], "basedOn")
    return [*found, word.default_run]


def _contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours of six hex digits, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour_: str) -> float:
    parts = [int(colour_[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
