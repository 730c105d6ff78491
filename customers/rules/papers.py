"""What an uploaded paper may be: its size, its name, and that its bytes are what the name says."""

from __future__ import annotations

from io import BytesIO
from struct import error as StructError  # noqa: N812
from typing import Final
from zipfile import BadZipFile, ZipFile

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_NAME: Final = 200
PDF: Final = "application/pdf"
MEDIA_TYPES: Final = {
    "pdf": PDF,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_OFFICE_PART: Final = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}


class NotAPaperError(ValueError):
    """Refused upload; ``code`` says why (empty, too_large, name, extension, content)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean_name(name: str) -> str:
    """The last part of a file name without control characters, quotes or direction marks."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '"<>|:*?').strip(" .")
    if not kept or "." not in kept:
        raise NotAPaperError("name")
    stem, extension = kept.rsplit(".", 1)
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"


def media_type(name: str, content: bytes) -> str:
    """The media type of a permitted paper, found from its bytes and required to agree with its extension.

    Raises:
        NotAPaperError: empty, larger than 20 MB, another kind of file, or another content than the name says.
    """
    if not content:
        raise NotAPaperError("empty")
    if len(content) > MAX_BYTES:
        raise NotAPaperError("too_large")
    extension = name.rsplit(".", 1)[-1].lower()
    if extension not in MEDIA_TYPES:
        raise NotAPaperError("extension")
    if not _agrees(extension, content):
        raise NotAPaperError("content")
    return MEDIA_TYPES[extension]


def _agrees(extension: str, content: bytes) -> bool:
    if extension == "pdf":
        return content.startswith(b"%PDF-")
    if extension == "png":
        return content.startswith(b"\x89PNG\r\n\x1a\n")
    if extension in ("jpg", "jpeg"):
        return content.startswith(b"\xff\xd8\xff")
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (BadZipFile, NotImplementedError, ValueError, OverflowError, StructError):  # all that zipfile raises
        return False
    # A workbook or letter with macros is not what was promised.
    return _OFFICE_PART[extension] in names and not any(n.endswith("vbaProject.bin") for n in names)
