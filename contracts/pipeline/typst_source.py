"""Setting a whole .docx in Typst source: page, header and footer, paragraphs and tables in order."""

from dataclasses import dataclass

from contracts.pipeline import fonts
from contracts.pipeline.package import R
from contracts.pipeline.typst_table import set_table
from contracts.pipeline.typst_text import LINE_BOTTOM, LINE_TOP, TextSetter, literal
from contracts.pipeline.wordml import Element, UnsupportedError, Word, children, points, tag, value

DC = "http://purl.org/dc/elements/1.1/"


@dataclass(frozen=True)
class Source:
    """Typst source with the pictures it names."""

    text: str
    pictures: dict[str, bytes]


def typst_source(docx: bytes) -> Source:
    """Set the document. Raises UnsupportedError naming the first construct that can't be set faithfully."""
    word = Word.open(docx)
    body = word.xml("word/document.xml").find(tag("body"))
    section = None if body is None else body.find(tag("sectPr"))
    if body is None or section is None or len(list(body.iter(tag("sectPr")))) != 1:
        raise UnsupportedError("a document must have exactly one section")
    list(children(section))
    setter = TextSetter(word)
    page = _page(setter, section)
    header = _running(setter, section, "headerReference")
    footer = _running(setter, section, "footerReference")
    setter.part = "word/document.xml"
    text = (
        f"#set page({page}, header: [{header}], footer: [{footer}],"
        f" header-ascent: 30%, footer-descent: 30%)\n"
        f"{_settings(word)}{_story(setter, body)}"
    )
    return Source(text, setter.pictures)


def _settings(word: Word) -> str:
    core = word.xml("docProps/core.xml")
    title, author = (literal(core.findtext(f"{{{DC}}}{name}") or "") for name in ("title", "creator"))
    return (
        f"#set document(title: {title}, author: {author})\n"
        f"#set text(lang: {literal(word.language())}, hyphenate: false, cjk-latin-spacing: auto,"
        f' top-edge: {LINE_TOP}, bottom-edge: {LINE_BOTTOM}, font: "{fonts.SANS_CHINESE}")\n'
        "#set par(spacing: 0pt)\n"
    )


def _page(setter: TextSetter, section: Element) -> str:
    size, margin = section.find(tag("pgSz")), section.find(tag("pgMar"))
    if size is None or margin is None or value(section, "cols", "num") not in (None, "1"):
        raise UnsupportedError("page without size or margins, or with columns")
    sides = {side: points(margin.get(tag(side))) for side in ("top", "bottom", "left", "right")}
    width, height = points(size.get(tag("w"))), points(size.get(tag("h")))
    setter.width = width - sides["left"] - sides["right"]
    around = ", ".join(f"{side}: {length:g}pt" for side, length in sides.items())
    return f"width: {width:g}pt, height: {height:g}pt, margin: ({around})"


def _running(setter: TextSetter, section: Element, kind: str) -> str:
    references = section.findall(tag(kind))
    if any(reference.get(tag("type"), "default") != "default" for reference in references):
        raise UnsupportedError(f"{kind} for first or even pages")
    if not references:
        return ""
    setter.part = setter.word.relations("word/document.xml")[references[0].get(f"{{{R}}}id", "")]
    return _story(setter, setter.word.xml(setter.part))


def _story(setter: TextSetter, container: Element) -> str:
    parts = [(kind, child) for kind, child in children(container) if kind in ("p", "tbl")]
    # Word wants a paragraph after a final table; an empty one at the end must not open a page of its own.
    if parts and parts[-1][0] == "p" and parts[-1][1].find(tag("r")) is None:
        parts.pop()
    return "\n".join(setter.paragraph(child) if kind == "p" else set_table(setter, child) for kind, child in parts)
