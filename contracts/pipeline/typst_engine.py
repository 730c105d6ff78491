"""The embedded engine: .docx to PDF/A-2b with packaged fonts only; equal input gives equal bytes."""

import importlib.metadata
import tempfile
from datetime import datetime
from pathlib import Path

import typst

from contracts.pipeline import fonts
from contracts.pipeline.typst_source import typst_source

NAME = "typst"
VERSION = f"{NAME} {importlib.metadata.version(NAME)}"


def convert(docx: bytes, created_at: datetime) -> bytes:
    """Set the document and return the PDF.

    created_at: the moment of creation that the PDF states; from the record, so that a retry is identical.
    Raises UnsupportedError for a construct the engine can't set, typst.TypstError for text it can't draw.
    """
    source = typst_source(docx)
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        for name, data in source.pictures.items():
            (Path(folder) / name).write_bytes(data)
        main = Path(folder) / "main.typ"
        main.write_text(source.text, encoding="utf-8")
        pdf: bytes = typst.compile(
            str(main),
            root=folder,
            font_paths=fonts.directories(),
            ignore_system_fonts=True,
            pdf_standards=["a-2b"],
            timestamp=int(created_at.timestamp()),
        )
    return pdf
