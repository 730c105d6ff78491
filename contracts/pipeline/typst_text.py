"""Setting paragraphs of a Word document in Typst: runs, fonts, spacing, pictures, page counters.

All text of the document becomes Typst string literals, so no data can ever become Typst code.
Measures: Word counts in twips (1/20 pt), half-points and EMU (1/12700 pt); Typst gets points.
"""

import posixpath
import re
from dataclasses import dataclass, field

from contracts.pipeline import fonts
from contracts.pipeline.package import R
from contracts.pipeline.wordml import (
    Element,
    UnsupportedError,
    Word,
    children,
    colour,
    nearest,
    nearest_switch,
    points,
    tag,
)

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
SERIF_FONTS = ("sun", "song", "宋", "times", "serif", "georgia", "cambria", "fang", "仿")
ALIGN = {"center": "center", "right": "right", "end": "right", "both": "left", "start": "left"}
# The line box, the same for Latin and Chinese, so that mixed lines keep their distance.
LINE_TOP, LINE_BOTTOM, LINE = "0.94em", "-0.26em", 1.2
# Widest average advance of a Latin letter or digit, in em: longer words get places to break.
LETTER = 0.58
# Word breaks a row that fits on no page whatever "can't split" says; so do we.
UNSPLIT_CHARACTERS = 1500


def literal(text: str) -> str:
    """The text as a Typst string literal."""
    escaped = "".join(f"\\u{{{ord(c):x}}}" if ord(c) < 32 else {"\\": "\\\\", '"': '\\"'}.get(c, c) for c in text)
    return f'"{escaped}"'


@dataclass
class TextSetter:
    """Sets paragraphs; `part` is where they stand, `width` what they may take in points."""

    word: Word
    part: str = "word/document.xml"
    width: float = 0.0
    pictures: dict[str, bytes] = field(default_factory=dict)

    def paragraph(self, paragraph: Element) -> str:
        """Set a paragraph as a block of the full width."""
        layers = self.word.paragraph_layers(paragraph)
        size = self._size(self.word.run_layers(None, paragraph))
        indent = {side: points(nearest(layers, "ind", side)) for side in ("left", "right", "firstLine", "hanging")}
        outer, self.width = self.width, self.width - indent["left"] - indent["right"]
        body = self._inline(paragraph) or f"#text(size: {size:g}pt)[#box(width: 0pt, height: {LINE * size:g}pt)]"
        self.width = outer
        leading = (self._line(layers, size) - 1) * LINE * size
        par = f"leading: {max(leading, -0.3 * size):.2f}pt"
        par += ", justify: true" if nearest(layers, "jc") == "both" else ""
        par += f", hanging-indent: {indent['hanging']:g}pt" if indent["hanging"] else ""
        if indent["firstLine"]:
            par += f", first-line-indent: (amount: {indent['firstLine']:g}pt, all: true)"
        block = (
            f"#block(width: 100%, above: {points(nearest(layers, 'spacing', 'before')):g}pt,"
            f" below: {points(nearest(layers, 'spacing', 'after')) + max(leading, 0):.2f}pt,"
            f" inset: (left: {indent['left'] - indent['hanging']:g}pt, right: {indent['right']:g}pt)"
            f"{', sticky: true' if nearest_switch(layers, 'keepNext') else ''}"
            f"{', breakable: false' if nearest_switch(layers, 'keepLines') else ''})"
            f"[#set par({par})\n#set text(size: {size:g}pt)\n"
            f"#align({ALIGN.get(nearest(layers, 'jc') or 'left', 'left')})[{body}]]"
        )
        return ("#pagebreak(weak: true)\n" if nearest_switch(layers, "pageBreakBefore") else "") + block

    @staticmethod
    def _line(layers: list[Element], size: float) -> float:
        """Line spacing as a multiple of single."""
        line, rule = nearest(layers, "spacing", "line"), nearest(layers, "spacing", "lineRule")
        if line is None:
            return 1.0
        return float(line) / 240 if rule in (None, "auto") else points(line) / (LINE * size)

    @staticmethod
    def _size(layers: list[Element]) -> float:
        return float(nearest(layers, "sz") or 21) / 2

    def _inline(self, paragraph: Element) -> str:
        """Set the runs of a paragraph; a field's stored result gives way to its live value."""
        pieces: list[str] = []
        instruction: str | None = None
        showing_result = False
        for kind, run in children(paragraph):
            if kind != "r":
                continue
            for item, child in children(run):
                if item == "fldChar":
                    state = child.get(tag("fldCharType"))
                    if state == "begin":
                        instruction = ""
                    elif state == "separate":
                        showing_result = True
                    else:
                        pieces.append(self._styled(self._counter(instruction or ""), run, paragraph))
                        instruction, showing_result = None, False
                elif item == "instrText" and instruction is not None:
                    instruction += child.text or ""
                elif item != "rPr" and not showing_result:
                    pieces.append(self._item(item, child, run, paragraph))
        return "".join(pieces)

    @staticmethod
    def _counter(instruction: str) -> str:
        name = instruction.split()[0].upper() if instruction.split() else ""
        if name == "PAGE":
            return "#context counter(page).display()"
        if name == "NUMPAGES":
            return "#context counter(page).final().first()"
        raise UnsupportedError(f"field {name or '(empty)'}")

    def _item(self, kind: str, item: Element, run: Element, paragraph: Element) -> str:
        if kind == "t":
            size = self._size(self.word.run_layers(run, paragraph))
            return self._styled(self._breakable(item.text or "", size), run, paragraph) if item.text else ""
        if kind == "br":
            if item.get(tag("type")) not in (None, "textWrapping"):
                raise UnsupportedError("page or column break inside a paragraph")
            return "#linebreak()"
        if kind == "drawing":
            return self._picture(item)
        if kind == "noBreakHyphen":
            return self._styled('#"\u2011"', run, paragraph)
        raise UnsupportedError(f"{kind} in a run")

    def _breakable(self, text: str, size: float) -> str:
        """Give words that are wider than the line places to break (hashes, addresses, hostile names)."""
        longest = max(4, int(self.width / (LETTER * size)))
        words = re.split(rf"([^\s\u2e80-\uffff]{{{longest + 1},}})", text)
        # Every second part is a wide word. A hair of space leaves no trace in copied text, but does not break
        # before a closing bracket; the zero-width space does.
        parts = [_broken(word) if number % 2 else f"#{literal(word)}" for number, word in enumerate(words) if word]
        return "".join(parts)

    def _styled(self, content: str, run: Element, paragraph: Element) -> str:
        layers = self.word.run_layers(run, paragraph)
        ink = colour(nearest(layers, "color")) or "000000"
        latin, chinese = nearest(layers, "rFonts", "ascii"), nearest(layers, "rFonts", "eastAsia")
        style = [
            f"size: {self._size(layers):g}pt",
            f'fill: rgb("#{ink}")',
            f"font: {self._fonts(latin, chinese or latin)}",
        ]
        if nearest_switch(layers, "b"):
            # The Chinese fonts have no bold face: a hairline around the letters gives the weight.
            style.append(f'stroke: 0.022em + rgb("#{ink}")')
        if nearest_switch(layers, "i"):
            style.append('style: "italic"')
        if nearest(layers, "spacing"):
            style.append(f"tracking: {points(nearest(layers, 'spacing')):g}pt")
        text = f"#text({', '.join(style)})[{content}]"
        for switch_name, function in (("u", "underline"), ("strike", "strike")):
            text = f"#{function}[{text}]" if nearest_switch(layers, switch_name) else text
        position = {"superscript": "super", "subscript": "sub"}.get(nearest(layers, "vertAlign") or "")
        return f"#{position}[{text}]" if position else text

    def _fonts(self, latin: str | None, chinese: str | None) -> str:
        """In Chinese text the marks that both scripts use (quotes, dots, dashes) are set the Chinese way."""
        western = fonts.SERIF if _is_serif(latin) else fonts.SANS_LATIN
        eastern = fonts.SERIF if _is_serif(chinese) else fonts.SANS_CHINESE
        if self.word.language() == "zh":
            return f'((name: "{western}", covers: "latin-in-cjk"), "{eastern}")'
        return f'("{western}", "{eastern}")'

    def _picture(self, drawing: Element) -> str:
        inline = drawing.find(f"{{{WP}}}inline")
        blips = list(drawing.iter(f"{{{A}}}blip"))
        extent = None if inline is None else inline.find(f"{{{WP}}}extent")
        if extent is None or inline is None or len(blips) != 1:
            raise UnsupportedError("drawing that is not one inline picture")
        part = self.word.relations(self.part)[blips[0].get(f"{{{R}}}embed", "")]
        name = f"picture{len(self.pictures)}{posixpath.splitext(part)[1]}"
        self.pictures[name] = self.word.parts[part]
        width, height = (int(extent.get(side, "0")) / 12700 for side in ("cx", "cy"))
        properties = inline.find(f"{{{WP}}}docPr")
        description = "" if properties is None else properties.get("descr", "")
        size = f"width: {width:g}pt, height: {height:g}pt"
        return f"#box(image({literal(name)}, {size}, alt: {literal(description)}))"


def _broken(word: str) -> str:
    joint = "#h(0.01pt)" if re.fullmatch(r"[\w./:@%+=-]+", word) else '#"\u200b"'
    return joint.join(f"#{literal(word[start : start + 2])}" for start in range(0, len(word), 2))


def _is_serif(name: str | None) -> bool:
    lower = (name or "").lower()
    return any(mark in lower for mark in SERIF_FONTS) and "sans" not in lower
