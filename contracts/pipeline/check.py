"""Looking at the finished PDF before it is sealed: everything said is there, and nothing else happened."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pypdfium2
from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject
from pyhanko.pdf_utils.reader import PdfFileReader

MAX_PAGES = 200
MARKS = ("{{", "{%", "{#")
# A value may be split by a page break: each piece has to be at least this long to count as found.
PIECE = 6


class CheckError(ValueError):
    """The PDF does not say what the data say; `code` tells how."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(f"{code}: {detail}")


@dataclass(frozen=True)
class Checked:
    """What is worth recording about a PDF that passed."""

    pages: int


def check(pdf: bytes, context: Mapping[str, object]) -> Checked:
    """Check a PDF against the data it was made from.

    Raises CheckError when it is no PDF, has too many pages, text outside a page, a value missing, a template
    mark left over or a font that is not embedded.
    """
    if not pdf.startswith(b"%PDF-"):
        raise CheckError("not_pdf", "the engine returned something else")
    text, pages = _text(pdf)
    if not 0 < pages <= MAX_PAGES:
        raise CheckError("pages", f"{pages} pages, at most {MAX_PAGES}")
    values = [_bare(value) for value in _strings(context)]
    for value in values:
        if not _contains(text, value):
            raise CheckError("value_missing", value[:60])
    for mark in MARKS:
        if mark in text and not any(mark in value for value in values):
            raise CheckError("template_mark", mark)
    _check_fonts(pdf)
    return Checked(pages)


def _text(pdf: bytes) -> tuple[str, int]:
    """All visible characters without spaces, and the number of pages."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise CheckError("not_pdf", str(error)) from error
    try:
        pieces = []
        for page in document:
            words = page.get_textpage()
            inside = _bare(words.get_text_bounded())
            if len(inside) < len(_bare(words.get_text_range())):
                raise CheckError("outside_page", "text runs over the edge of a page")
            pieces.append(inside)
        return "".join(pieces), len(document)
    finally:
        document.close()


def _bare(text: str) -> str:
    """Without white space and marks of reading order: lines are broken anywhere."""
    return re.sub(r"[\s\u200b\ufffe\u00ad\x02]", "", text)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)


def _contains(text: str, value: str) -> bool:
    """Whether the value is in the text, whole or in pieces, as page breaks cut it."""
    while value not in text:
        piece = _longest_start(text, value)
        if piece < PIECE:
            return False
        value = value[piece:]
    return True


def _longest_start(text: str, value: str) -> int:
    """How many first characters of the value are in the text together."""
    low, high = 0, len(value)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if value[:middle] in text else (low, middle - 1)
    return low


def _check_fonts(pdf: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    for page in _pages(reader.root["/Pages"]):
        fonts = _entry(_entry(page, "/Resources"), "/Font")
        for name in fonts:
            if not _embedded(fonts[name]):
                raise CheckError("font_not_embedded", name)


def _pages(node: DictionaryObject) -> Iterator[DictionaryObject]:
    if "/Kids" not in node:
        yield node
    else:
        for kid in node["/Kids"]:
            yield from _pages(kid.get_object())


def _embedded(font: PdfObject) -> bool:
    if not isinstance(font, DictionaryObject):
        return False
    bearer = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
    return any(f"/FontFile{kind}" in _entry(bearer, "/FontDescriptor") for kind in ("", "2", "3"))


def _entry(holder: DictionaryObject, name: str) -> DictionaryObject:
    """A dictionary inside another; [] follows references, get() does not."""
    return holder[name] if name in holder else DictionaryObject()  # type: ignore[no-untyped-call]
