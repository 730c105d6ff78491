"""The .docx file as a ZIP of parts: read within limits, written with the same bytes every time."""

import io
import posixpath
import zipfile
from dataclasses import dataclass

from lxml import etree

MAX_FILE = 10 * 1024 * 1024
MAX_PART = 16 * 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
MAX_PARTS = 500
# The earliest time a ZIP can carry: file dates say nothing here.
EPOCH = (1980, 1, 1, 0, 0, 0)
UTF8 = "UTF-8"
# Encodings in which the bytes of a file say what they seem to say.
PLAIN = (UTF8, "UTF8", "ASCII", "US-ASCII")
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class PackageError(ValueError):
    """The file is not a .docx that we are willing to open; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {detail}" if detail else code)


def parse_xml(data: bytes | str) -> etree._Element:
    """Parse strictly: no entity, no network, and a broken document is an error, never repaired."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    _refuse_declarations(data if isinstance(data, bytes) else data.encode("utf-8"))
    root: etree._Element = etree.fromstring(data, parser)
    known = root.getroottree().docinfo
    if known.internalDTD is not None or (isinstance(data, bytes) and (known.encoding or UTF8).upper() not in PLAIN):
        raise PackageError("dtd", "only UTF-8 without a document type is read")
    return root


def _refuse_declarations(xml: bytes) -> None:
    """Refuse entities, and encodings in which they could hide."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise PackageError("dtd", "document type declarations are not allowed")


def read(data: bytes) -> dict[str, bytes]:
    """Return the parts by name. Raises PackageError for what is not a ZIP or larger than the limits."""
    if len(data) > MAX_FILE:
        raise PackageError("too_large", f"{len(data)} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive.infolist())
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise PackageError("corrupt_zip", str(error)) from error
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            _refuse_declarations(part)
    return parts


def _check_directory(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_PARTS or len({info.filename.lower() for info in infos}) != len(infos):
        raise PackageError("bad_parts", f"{len(infos)} parts")
    for info in infos:
        if info.flag_bits & 1 or info.filename.startswith("/") or ".." in info.filename.split("/"):
            raise PackageError("bad_part", info.filename)
        if info.file_size > MAX_PART:
            raise PackageError("zip_bomb", info.filename)
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise PackageError("zip_bomb", "total size")


def write(parts: dict[str, bytes]) -> bytes:
    """Pack the parts in a fixed order without dates, so that equal content has equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, parts[name])
    return buffer.getvalue()


@dataclass(frozen=True)
class Relations:
    """The links of one part: relationship id to the part it names."""

    targets: dict[str, str]

    @classmethod
    def of(cls, parts: dict[str, bytes], name: str) -> "Relations":
        """Read the relationships of a part. Raises PackageError when one leads outside the file."""
        folder, base = posixpath.split(name)
        data = parts.get(f"{folder}/_rels/{base}.rels")
        targets: dict[str, str] = {}
        for link in parse_xml(data) if data else ():
            if link.get("TargetMode") == "External":
                raise PackageError("external_reference", link.get("Target", ""))
            target = posixpath.normpath(posixpath.join(folder, link.get("Target", "")))
            targets[link.get("Id", "")] = target.lstrip("/")
        return cls(targets)

    def __getitem__(self, identifier: str) -> str:
        if identifier not in self.targets:
            raise PackageError("broken_reference", identifier)
        return self.targets[identifier]
