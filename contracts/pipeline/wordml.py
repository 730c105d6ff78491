"""Reading WordprocessingML: styles, inherited properties and the constructs that we can set faithfully."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from contracts.pipeline.package import PackageError, Relations, parse_xml, read

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
Element = etree._Element

# Everything the engine understands or may leave out without changing what is seen. A construct that is
# not here is refused: a letter must never silently lose a part of itself.
IGNORED = ("bookmarkStart", "bookmarkEnd", "proofErr", "lastRenderedPageBreak")
KNOWN = {
    "body": "p tbl sectPr",
    "hdr": "p tbl",
    "ftr": "p tbl",
    "p": "pPr r",
    "r": "rPr t br drawing fldChar instrText noBreakHyphen",
    "rPr": "rStyle rFonts b bCs i iCs u strike sz szCs color lang spacing vertAlign kern noProof ?ligatures",
    "pPr": "pStyle jc ind spacing keepNext keepLines pageBreakBefore widowControl rPr outlineLvl snapToGrid"
    " autoSpaceDE autoSpaceDN adjustRightInd kinsoku wordWrap overflowPunct topLinePunct suppressAutoHyphens",
    "tbl": "tblPr tblGrid tr",
    "tblPr": "tblStyle tblW jc tblLayout tblBorders tblCellMar tblLook tblInd",
    "tr": "trPr tc",
    "trPr": "tblHeader cantSplit",
    "tc": "tcPr p",
    "tcPr": "tcW gridSpan vMerge tcBorders shd vAlign tcMar",
    "sectPr": "pgSz pgMar headerReference footerReference cols docGrid type",
}


class UnsupportedError(ValueError):
    """The document uses a construct that this engine can't set."""


def tag(name: str) -> str:
    """The full name of a w: element or attribute."""
    return f"{{{W}}}{name}"


def local(element: Element) -> str:
    """The short name of an element; foreign ones keep a mark so that they are never mistaken for ours."""
    name = etree.QName(element)
    return name.localname if name.namespace == W else f"?{name.localname}"


def value(element: Element | None, child: str, attribute: str = "val") -> str | None:
    """The attribute of a child element, None when either is missing."""
    found = None if element is None else element.find(tag(child))
    return None if found is None else found.get(tag(attribute))


def switch(element: Element | None, child: str) -> bool | None:
    """An on/off property: True, False, or None when it is not said here."""
    found = None if element is None else element.find(tag(child))
    if found is None:
        return None
    return found.get(tag("val"), "1") not in ("0", "false", "off", "none")


def children(element: Element) -> Iterator[tuple[str, Element]]:
    """The children with their short names. Raises UnsupportedError for one that the engine can't set."""
    known = KNOWN[local(element)].split()
    for child in element.iterchildren(tag=etree.Element):
        if local(child) in IGNORED:
            continue
        if local(child) not in known:
            raise UnsupportedError(f"{local(child)} in {local(element)}")
        yield local(child), child


def points(twips: str | None, default: float = 0.0) -> float:
    """Twips as points."""
    return default if twips is None else float(twips) / 20


def colour(text: str | None) -> str | None:
    """A colour as six hex digits, None for automatic."""
    return text if text and re.fullmatch(r"[0-9A-Fa-f]{6}", text) else None


@dataclass
class Word:
    """An opened .docx: its parts and the styles that its paragraphs and tables inherit from."""

    parts: dict[str, bytes]
    styles: dict[str, Element] = field(default_factory=dict)
    default_styles: dict[str, str] = field(default_factory=dict)
    default_run: Element | None = None
    default_paragraph: Element | None = None

    @classmethod
    def open(cls, data: bytes) -> "Word":
        """Open a .docx. Raises PackageError when it isn't one."""
        word = cls(read(data))
        if "word/document.xml" not in word.parts:
            raise PackageError("not_docx", "no word/document.xml")
        if "word/styles.xml" in word.parts:
            word._read_styles(word.xml("word/styles.xml"))
        return word

    def xml(self, name: str) -> Element:
        """A part as XML."""
        return parse_xml(self.parts[name])

    def relations(self, name: str) -> Relations:
        """The links of a part."""
        return Relations.of(self.parts, name)

    def language(self) -> str:
        """The language of the text, for the PDF: "zh" or "en"."""
        stated = value(self.default_run, "lang", "val") or ""
        return "zh" if stated.lower().startswith("zh") else "en"

    def paragraph_layers(self, paragraph: Element) -> list[Element]:
        """Paragraph properties from the nearest to the farthest: direct, style chain, defaults."""
        direct = paragraph.find(tag("pPr"))
        style = value(direct, "pStyle") or self.default_styles.get("paragraph")
        layers = [direct, *(s.find(tag("pPr")) for s in self._chain(style)), self.default_paragraph]
        return _checked(layers)

    def run_layers(self, run: Element | None, paragraph: Element) -> list[Element]:
        """Run properties from the nearest to the farthest; without a run, those of the paragraph mark."""
        direct = paragraph.find(f"{tag('pPr')}/{tag('rPr')}") if run is None else run.find(tag("rPr"))
        style = value(paragraph.find(tag("pPr")), "pStyle") or self.default_styles.get("paragraph")
        chains = [*self._chain(value(direct, "rStyle")), *self._chain(style)]
        return _checked([direct, *(s.find(tag("rPr")) for s in chains), self.default_run])

    def table_layers(self, table: Element) -> list[Element]:
        """Table properties from the nearest to the farthest. Conditional formatting is refused."""
        direct = table.find(tag("tblPr"))
        chain = self._chain(value(direct, "tblStyle") or self.default_styles.get("table"))
        if any(style.find(tag("tblStylePr")) is not None for style in chain):
            raise UnsupportedError("conditional formatting of a table style")
        return _checked([direct, *(s.find(tag("tblPr")) for s in chain)])

    def _read_styles(self, root: Element) -> None:
        for style in root.findall(tag("style")):
            identifier = style.get(tag("styleId"), "")
            self.styles[identifier] = style
            if style.get(tag("default")) in ("1", "true"):
                self.default_styles[style.get(tag("type"), "")] = identifier
        self.default_run = root.find(f"{tag('docDefaults')}/{tag('rPrDefault')}/{tag('rPr')}")
        self.default_paragraph = root.find(f"{tag('docDefaults')}/{tag('pPrDefault')}/{tag('pPr')}")

    def _chain(self, identifier: str | None) -> list[Element]:
        chain: list[Element] = []
        while identifier and identifier in self.styles and self.styles[identifier] not in chain:
            chain.append(self.styles[identifier])
            identifier = value(chain[-1], "basedOn")
        return chain


def _checked(layers: list[Element | None]) -> list[Element]:
    present = [layer for layer in layers if layer is not None]
    for layer in present:
        list(children(layer))
    return present


def nearest(layers: list[Element], child: str, attribute: str = "val") -> str | None:
    """The first layer's word on an attribute."""
    return next((v for v in (value(layer, child, attribute) for layer in layers) if v is not None), None)


def nearest_switch(layers: list[Element], child: str) -> bool:
    """The first layer's word on an on/off property."""
    return next((v for v in (switch(layer, child) for layer in layers) if v is not None), False)
