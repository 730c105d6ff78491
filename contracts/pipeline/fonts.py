"""The fonts of every letter, taken from pinned packages only, and what they can draw.

The fonts decide the layout, so the machine's own fonts are never used and a fingerprint of ours is
recorded with every document.
"""

import hashlib
import struct
import unicodedata
from functools import cache
from pathlib import Path

import fontpkg_arimo
import pylopdf_fonts_zh_cn

SANS_LATIN = "Arimo"
SANS_CHINESE = "Noto Sans SC"
SERIF = "Noto Serif SC"


def files() -> list[Path]:
    """The font files, Latin first."""
    latin = Path(fontpkg_arimo.ROOT) / "files"
    return [
        *sorted(latin.glob("*.ttf")),
        Path(pylopdf_fonts_zh_cn.sans_path()),
        Path(pylopdf_fonts_zh_cn.serif_path()),
    ]


def directories() -> list[str]:
    """The directories that hold them, for the typesetter."""
    return sorted({str(path.parent) for path in files()})


@cache
def fingerprint() -> str:
    """SHA-256 over the font files: two documents with the same one have the same letter shapes."""
    digest = hashlib.sha256()
    for path in files():
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def coverage() -> frozenset[int]:
    """Code points that at least one of the fonts draws (the typesetter falls back among them)."""
    return frozenset().union(*(_code_points(path.read_bytes()) for path in files()))


def printable(text: str) -> str:
    """Return the text with line breaks normalised and everything undrawable spelled as 〔U+XXXX〕.

    Invisible characters (controls, surrogates, direction overrides, zero-width) could hide or reorder an
    amount, and characters without a glyph would be lost without a word: both are shown by number.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char if char == "\n" or can_print(char) else f"〔U+{ord(char):04X}〕" for char in text)


def can_print(char: str) -> bool:
    """Whether the character is visible (or a space) and a font has it."""
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return False
    return ord(char) in coverage()


def _code_points(font: bytes) -> set[int]:
    """Read the character map (cmap formats 4 and 12) of an OpenType font."""
    count = struct.unpack_from(">H", font, 4)[0]
    for number in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == b"cmap":
            return _read_cmap(font, offset)
    raise ValueError("not a font: no character map")


def _read_cmap(font: bytes, start: int) -> set[int]:
    points: set[int] = set()
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        _, _, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * number)
        table = start + offset
        kind = struct.unpack_from(">H", font, table)[0]
        if kind == 12:
            points |= _segments_12(font, table)
        elif kind == 4:
            points |= _segments_4(font, table)
    return points


def _segments_12(font: bytes, table: int) -> set[int]:
    points: set[int] = set()
    for number in range(struct.unpack_from(">I", font, table + 12)[0]):
        first, last, _ = struct.unpack_from(">III", font, table + 16 + 12 * number)
        points.update(range(first, last + 1))
    return points


def _segments_4(font: bytes, table: int) -> set[int]:
    double = struct.unpack_from(">H", font, table + 6)[0]
    ends = struct.unpack_from(f">{double // 2}H", font, table + 14)
    starts = struct.unpack_from(f">{double // 2}H", font, table + 16 + double)
    points: set[int] = set()
    for first, last in zip(starts, ends, strict=True):
        if first != 0xFFFF:
            points.update(range(first, last + 1))
    return points
