"""The embedded engine: .docx to PDF/A-2b with packaged fonts only; equal input gives equal bytes."""

import importlib.metadata
import tempfile
from datetime import datetime
from pathlib import Path

import typst

from contracts.pipeline import fonts
from contracts.pipeline.typst_source import typst_source
from contracts.pipeline.typst_text import literal

NAME = "typst"
VERSION = f"{NAME} {importlib.metadata.version(NAME)}"


def convert(docx: bytes, created_at: datetime, watermark: str = "") -> bytes:
    """Set the document and return the PDF.

    watermark: words across every page, for previews that must not be taken for the document.

    created_at: the moment of creation that the PDF states; from the record, so that a retry is identical.
    Raises UnsupportedError for a construct the engine can't set, typst.TypstError for text it can't draw.
    """
    source = typst_source(docx)
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        for name, data in source.pictures.items():
            (Path(folder) / name).write_bytes(data)
        main = Path(folder) / "main.typ"
        main.write_text(_across(watermark) + source.text, encoding="utf-8")
        pdf: bytes = typst.compile(
            str(main),
            root=folder,
            font_paths=fonts.directories(),
            ignore_system_fonts=True,
            pdf_standards=["a-2b"],
            timestamp=int(created_at.timestamp()),
        )
    return pdf


def _across(watermark: str) -> str:
    """Typst that prints the words slanted over each page, faint enough to read through."""
    if not watermark:
        return ""
    words = f"text(52pt, fill: rgb(180, 30, 50, 46), font: {literal(fonts.SANS_CHINESE)}, {literal(watermark)})"
    return f"#set page(foreground: place(center + horizon, rotate(-32deg, {words})))\n"
