"""Files that should never have been uploaded: each is the shipped contract with one thing done to it."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from contracts.letters.contract import build_contract

DOCUMENT = "word/document.xml"
RELS = "word/_rels/document.xml.rels"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
GOOD = build_contract("zh-hans")
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OTHER_FIELD = '<x:r><x:fldChar x:fldCharType="begin"/><x:instrText>INCLUDETEXT "c:/x"</x:instrText></x:r>'


def parts() -> dict[str, bytes]:
    """The parts of the shipped contract."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    """A .docx of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_parts(**added: bytes) -> bytes:
    """One or more parts more, by name."""
    return packed({**parts(), **added})


def changed(part: str, old: str, new: str) -> bytes:
    """The first occurrence of a text in a part replaced."""
    files = parts()
    text = files[part].decode()
    assert old in text, old
    return packed({**files, part: text.replace(old, new, 1).encode()})


def said(text: str) -> bytes:
    """A paragraph with this text after the first one of article 9."""
    return after_article_9(f"<w:p><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>")


def after_article_9(xml: str) -> bytes:
    """This XML below the heading of article 9."""
    files = parts()
    text = files[DOCUMENT].decode()
    start = text.index('w:val="Clause09"')
    end = text.index("</w:p>", start) + len("</w:p>")
    return packed({**files, DOCUMENT: (text[:end] + xml + text[end:]).encode()})


def around_article_9(xml: str, begin: str, end: str) -> bytes:
    """The shipped text with one more element before and after the first paragraph of article 9."""
    files = parts()
    text = files[DOCUMENT].decode()
    start = text.index("</w:p>", text.index('w:val="Clause09"')) + len("</w:p>")
    stop = text.index("</w:p>", start) + len("</w:p>")
    framed = text[:start] + xml % begin + text[start:stop] + xml % end + text[stop:]
    return packed({**files, DOCUMENT: framed.encode()})


def unprinted(words: str) -> bytes:
    """Article 9 says nothing but what a page counter is said to have shown."""
    files = parts()
    text = files[DOCUMENT].decode()
    start = text.index("</w:p>", text.index('w:val="Clause09"')) + len("</w:p>")
    stop = text.rindex("<w:p>", start, text.index('w:val="Clause10"'))
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{state}"/></w:r>' for state in ("begin", "separate", "end")
    )
    counter = f"{begin}<w:r><w:instrText>PAGE</w:instrText></w:r>{separate}<w:r><w:t>{words}</w:t></w:r>{end}"
    return packed({**files, DOCUMENT: f"{text[:start]}<w:p>{counter}</w:p>{text[stop:]}".encode()})


def recoded(codec: str, name: str) -> bytes:
    """The document in another encoding."""
    files = parts()
    body = files[DOCUMENT].decode().split("?>", 1)[1]
    return packed({**files, DOCUMENT: f'<?xml version="1.0" encoding="{name}"?>{body}'.encode(codec)})


def linked(kind: str, target: str, *, external: bool = False) -> bytes:
    """A relationship more."""
    mode = ' TargetMode="External"' if external else ""
    link = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'
    return changed(RELS, "</Relationships>", link)


def encrypted() -> bytes:
    """Every entry says that it is encrypted."""
    data = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def png(width: int, height: int) -> bytes:
    """A PNG that claims this size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def field(*pieces: str) -> bytes:
    """A Word field whose instruction is cut into pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{state}"/></w:r>' for state in ("begin", "end"))
    return after_article_9(f"<w:p>{begin}{runs}{end}</w:p>")


def entities(declared: str, used: str) -> bytes:
    """A document type with entities before the document."""
    files = parts()
    text = files[DOCUMENT].decode().split("?>", 1)[1]
    head = f'<?xml version="1.0"?><!DOCTYPE w [{declared}]>'
    return packed({**files, DOCUMENT: (head + text.replace("<w:t>", f"<w:t>&{used};", 1)).encode()})


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {n} "{f"&{o};" * 10}">' for o, n in zip("abcdefgh", "bcdefghi", strict=True)
)


def table(rows: int) -> str:
    """A table of 60 columns whose cells differ, so that it does not shrink like a bomb."""
    words = random.Random(7)
    cell = "<w:tc><w:p><w:r><w:t>%06x</w:t></w:r></w:p></w:tc>"
    grid = "<w:tblGrid>" + '<w:gridCol w:w="150"/>' * 60 + "</w:tblGrid>"
    return (
        f"<w:tbl><w:tblPr/>{grid}"
        + "".join("<w:tr>" + "".join(cell % words.randrange(16**6) for _ in range(60)) + "</w:tr>" for _ in range(rows))
        + "</w:tbl>"
    )


# name -> the file, the code of the finding that must be among the errors
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "plain text": (lambda: b"hello" * 100, "not_docx"),
    "nothing": (lambda: b"", "not_docx"),
    "a zip without a document": (lambda: packed({"readme.txt": b"hi"}), "not_docx"),
    "cut off": (lambda: GOOD[: len(GOOD) // 2], "corrupt_zip"),
    "an encrypted office file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "encrypted"),
    "encrypted entries": (encrypted, "encrypted"),
    "eleven megabytes": (lambda: b"PK\x03\x04" + b"\0" * (11 * 1024 * 1024), "too_large"),
    "a bomb by ratio": (lambda: with_parts(**{"word/comments.xml": b" " * (6 * 1024 * 1024)}), "zip_bomb"),
    "a bomb by size": (lambda: with_parts(**{"word/media/a.png": b"\0" * (40 * 1024 * 1024)}), "zip_bomb"),
    "a bomb by number": (lambda: with_parts(**{f"word/x{n}.xml": b"<a/>" for n in range(600)}), "zip_bomb"),
    "an archive inside": (lambda: with_parts(**{"word/media/a.png": GOOD}), "nested_archive"),
    "a path out": (lambda: with_parts(**{"../../etc/cron.d/x": b"x"}), "bad_part"),
    "macros": (lambda: with_parts(**{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "macro"),
    "a macro type": (
        lambda: changed(TYPES, "wordprocessingml.document.main+xml", "document.macroEnabled.main+xml"),
        "macro",
    ),
    "an outside picture": (
        lambda: linked("image", "http://169.254.169.254/a.png", external=True),
        "external_reference",
    ),
    "an attached template": (
        lambda: linked("attachedTemplate", "file:///tmp/x.dotm", external=True),
        "attached_template",
    ),
    "a chunk of html": (lambda: linked("aFChunk", "chunk.html"), "embedded"),
    "an embedded workbook": (lambda: with_parts(**{"word/embeddings/book.xlsx": b"PK\x03\x04"}), "embedded"),
    "an ActiveX control": (lambda: with_parts(**{"word/activeX/activeX1.xml": b"<a/>"}), "activex"),
    "a DDE field in pieces": (lambda: field(" DDE", "AUTO c:\\\\windows\\\\cmd ", "calc"), "active_field"),
    "an include field": (
        lambda: after_article_9("<w:p><w:fldSimple w:instr=' INCLUDETEXT \"x\" '/></w:p>"),
        "active_field",
    ),
    "an outside entity": (lambda: entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "x"), "dtd"),
    "a billion laughs": (lambda: entities(LAUGHS, "i"), "dtd"),
    "a vast picture": (lambda: with_parts(**{"word/media/b.png": png(50_000, 50_000)}), "image_too_large"),
    "a drawing with scripts": (lambda: with_parts(**{"word/media/c.svg": b"<svg onload='x'/>"}), "image_format"),
    "the class of a text": (lambda: said("{{ ''.__class__.__mro__ }}"), "private"),
    "private names": (lambda: said("{{ customer.__init__.__globals__ }}"), "private"),
    "a call to the system": (lambda: said("{{ cycler.__init__.__globals__.os.popen('id').read() }}"), "call"),
    "an attribute by filter": (lambda: said("{{ customer|attr('__class__') }}"), "filter"),
    "a huge product": (lambda: said("{{ 'x' * 10**9 }}"), "expression"),
    "a huge format": (lambda: said("{{ '%01000000000d' % 1 }}"), "expression"),
    "a loop over numbers": (lambda: said("{% for i in range(10**9) %}x{% endfor %}"), "loop_source"),
    "loops in loops": (
        lambda: said("{% for a in lines %}{% for b in lines %}{{ b.name }}{% endfor %}{% endfor %}"),
        "nested_loop",
    ),
    "a recursive loop": (lambda: said("{% for a in lines recursive %}{{ loop(lines) }}{% endfor %}"), "statement"),
    "a recursive macro": (lambda: said("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "statement"),
    "an include": (lambda: said("{% include '/etc/passwd' %}"), "statement"),
    "an import": (lambda: said("{% import 'os' as os %}"), "statement"),
    "a condition in an attribute": (
        lambda: around_article_9('<w:bookmarkStart w:id="9" w:name="%s"/>', "{% if territory %}", "{% endif %}"),
        "hidden_mark",
    ),
    "a condition beside the words": (
        lambda: after_article_9("<w:p>{% if territory %}<w:r><w:t>x</w:t></w:r>{% endif %}</w:p>"),
        "hidden_mark",
    ),
    "a condition in a bookmark": (
        lambda: around_article_9(
            '<w:bookmarkStart w:id="9" w:name="a"><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:bookmarkStart>',
            "{%p if territory %}",
            "{%p endif %}",
        ),
        "hidden_mark",
    ),
    "a condition in an unused part": (
        lambda: with_parts(**{"word/header9.xml": f"<w:hdr {WORD}><w:p>{{% if x %}}</w:p></w:hdr>".encode()}),
        "hidden_mark",
    ),
    "a field by another prefix": (
        lambda: with_parts(**{"word/glossary.xml": f"<x:p {WORD.replace('w=', 'x=')}>{OTHER_FIELD}</x:p>".encode()}),
        "active_field",
    ),
    "an article in the result of a page counter": (lambda: unprinted("{{ settlement.method }}"), "hidden_mark"),
    "words behind a page counter": (lambda: field("PAGE and the whole of article 9"), "active_field"),
    "an encoding that hides": (lambda: recoded("utf-7", "UTF-7"), "dtd"),
    "an encoding of two bytes": (lambda: recoded("utf-16-le", "UTF-16LE"), "dtd"),
    "deep brackets": (lambda: said("{{ " + "(" * 5000 + "total" + ")" * 5000 + " }}"), "too_complex"),
    "marks in the properties": (
        lambda: changed("docProps/core.xml", "{{ contract.no }}", "{{ contract.__class__ }}"),
        "private",
    ),
    "deep nesting": (lambda: after_article_9("<w:p>" + "<w:r>" * 3000 + "</w:r>" * 3000 + "</w:p>"), "bad_xml"),
    "too many paragraphs": (lambda: after_article_9("<w:p/>" * 60_000), "too_large"),
    "a table that takes for ever": (lambda: after_article_9(table(320)), "too_slow"),
}
