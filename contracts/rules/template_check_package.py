"""First look at an uploaded .docx, before anything opens it: is it a plain document and nothing else?"""

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree

from contracts.pipeline.package import MAX_FILE, MAX_PART, MAX_PARTS, MAX_TOTAL, PackageError, parse_xml
from contracts.rules.findings import Finding, Place, finding

MAX_XML: Final = 8 * 1024 * 1024
MAX_RATIO: Final = 100
MAX_SIDE: Final = 4000
OFFICE_ENCRYPTED: Final = b"\xd0\xcf\x11\xe0"
ARCHIVES: Final = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")
MEDIA: Final = ("png", "jpg", "jpeg")
# By the name of the part.
PARTS: Final = (
    ("macro", re.compile(r"vba(project|data)", re.I)),
    ("activex", re.compile(r"(^|/)activex|/ctrlprops/", re.I)),
    ("embedded", re.compile(r"/embeddings/|oleobject|/afchunk|altchunk", re.I)),
)
CONTENT_TYPES: Final = (
    ("macro", re.compile(r"macroenabled|vbaproject|vbadata", re.I)),
    ("activex", re.compile(r"activex", re.I)),
    ("embedded", re.compile(r"oleobject|openxmlformats-officedocument\.package|vnd\.ms-package", re.I)),
)
RELATIONS: Final = (
    ("attached_template", re.compile(r"/attachedtemplate$", re.I)),
    ("embedded", re.compile(r"/(oleobject|package|afchunk|subdocument)$", re.I)),
    ("activex", re.compile(r"/control$", re.I)),
    ("macro", re.compile(r"vbaproject", re.I)),
)
# A page counter with its switches, such as PAGE \\* MERGEFORMAT, and no word besides.
HARMLESS_FIELD: Final = re.compile(r"(?:PAGE|NUMPAGES)(?:\s+\\[*#@]\s*[\w\"#0.,]{1,20})*", re.I | re.A)


def scan(data: bytes) -> tuple[list[Finding], dict[str, bytes]]:
    """What is wrong with the package, and its parts when it can be opened at all.

    Nothing is unpacked before the directory of the archive was looked at.
    """
    if len(data) > MAX_FILE:
        return [finding("too_large", detail=f"{len(data) // 1024 // 1024} MB")], {}
    if data.startswith(OFFICE_ENCRYPTED):
        return [finding("encrypted")], {}
    if not data.startswith(b"PK"):
        return [finding("not_docx")], {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            refused = _directory(archive.infolist())
            if refused:
                return refused, {}
            parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, struct.error, RuntimeError):
        return [finding("corrupt_zip")], {}
    if "word/document.xml" not in parts or "[Content_Types].xml" not in parts:
        return [finding("not_docx")], {}
    return [*_contents(parts)], parts


def _directory(infos: list[zipfile.ZipInfo]) -> list[Finding]:
    if len(infos) > MAX_PARTS:
        return [finding("zip_bomb", detail=f"{len(infos)} parts")]
    if len({info.filename.lower() for info in infos}) != len(infos):
        return [finding("bad_part", detail="two parts of one name")]
    for info in infos:
        name = info.filename
        if info.flag_bits & 1:
            return [finding("encrypted")]
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name:
            return [finding("bad_part", detail=name)]
        if info.file_size > MAX_PART or (
            info.file_size > 1024 * 1024 and info.file_size > MAX_RATIO * max(1, info.compress_size)
        ):
            return [finding("zip_bomb", _part(name), detail=f"{name}, {info.file_size // 1024 // 1024} MB")]
        if name.endswith((".xml", ".rels")) and info.file_size > MAX_XML:
            return [finding("too_large", _part(name), detail=f"{name}, {info.file_size // 1024 // 1024} MB")]
    total = sum(info.file_size for info in infos)
    return [finding("zip_bomb", detail=f"{total // 1024 // 1024} MB")] if total > MAX_TOTAL else []


def _contents(parts: dict[str, bytes]) -> Iterator[Finding]:
    for name, data in parts.items():
        place = _part(name)
        by_name = [code for code, pattern in PARTS if pattern.search(name)]
        for code in by_name:
            yield finding(code, place, detail=name)
        if data.startswith(ARCHIVES) and not by_name:
            yield finding("nested_archive", place, detail=name)
        if name.startswith("word/media/"):
            yield from _picture(name, data)
        if name.endswith((".xml", ".rels")):
            yield from _xml(name, data)


def _xml(name: str, data: bytes) -> Iterator[Finding]:
    try:
        root = parse_xml(data)
    except PackageError:
        yield finding("dtd", _part(name), detail=name)
        return
    except etree.XMLSyntaxError as error:
        yield finding("bad_xml", _part(name), detail=f"{name}: {error.msg}")
        return
    if name == "[Content_Types].xml":
        for entry in root:
            yield from _named(CONTENT_TYPES, entry.get("ContentType", ""), name)
    if name.endswith(".rels"):
        for link in root:
            target = link.get("Target", "")
            found = [*_named(RELATIONS, link.get("Type", ""), name, target)]
            yield from found
            if link.get("TargetMode", "").lower() == "external" and not found:
                yield finding("external_reference", _part(name), detail=target)
    if name.startswith("word/"):
        yield from _fields(name, root)


def _named(
    patterns: tuple[tuple[str, re.Pattern[str]], ...], text: str, part: str, said: str = ""
) -> Iterator[Finding]:
    for code, pattern in patterns:
        if pattern.search(text):
            yield finding(code, _part(part), detail=said or text)


def _fields(name: str, root: etree._Element) -> Iterator[Finding]:
    """Word fields other than page counters. An instruction may be cut into pieces, so pieces are joined."""
    instructions = [""]
    for element in root.iter("{*}fldChar", "{*}fldSimple", "{*}instrText", "{*}delInstrText"):
        said = {etree.QName(key).localname: text for key, text in element.attrib.items()}
        if said.get("fldCharType") == "begin" or "instr" in said:
            instructions.append(str(said.get("instr", "")))
        if element.tag.endswith("nstrText"):
            instructions[-1] += "".join(str(text) for text in element.itertext())
    for instruction in map(str.strip, instructions):
        if instruction and not HARMLESS_FIELD.fullmatch(instruction):
            yield finding("active_field", _part(name), detail=instruction)


def _picture(name: str, data: bytes) -> Iterator[Finding]:
    kind = posixpath.splitext(name)[1].lower().lstrip(".")
    size = _png_size(data) if data.startswith(b"\x89PNG") else _jpeg_size(data)
    if kind not in MEDIA or size is None:
        yield finding("image_format", _part(name), detail=name)
    elif max(size) > MAX_SIDE:
        yield finding("image_too_large", _part(name), detail=f"{name}, {size[0]} × {size[1]}")


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header of a JPEG; None when it has none."""
    if not data.startswith(b"\xff\xd8"):
        return None
    offset = 2
    while offset + 9 < len(data) and data[offset] == 0xFF:
        marker, length = data[offset + 1], struct.unpack_from(">H", data, offset + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return width, height
        offset += 2 + length
    return None


def _part(name: str) -> Place:
    return Place(f"文件部件 {name[:80]}", f"Part {name[:80]}")
