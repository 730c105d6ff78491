"""Making a sealed document beside the sum of its tools, each run alone in a warm process on the same input."""

import io
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import typst
from docxtpl import DocxTemplate

from audit.clock import db_now
from bench.measure import Line, milliseconds, taking_turns
from contracts import production
from contracts.models import Document
from contracts.pipeline import fonts
from contracts.pipeline.seal import seal
from contracts.pipeline.typst_source import typst_source
from jobs import storage
from tests import factories
from tests.contracts.factories import ordered


def measure(company: Any, times: int) -> list[Line]:
    """A decision notice: filled, set, checked against its data, sealed, verified and stored."""
    document = ordered(factories.customer(company), actor=company.cfo, request_no="BENCH-1")
    draft = production.draft(document)
    with tempfile.TemporaryDirectory(prefix="bench-letter-") as folder:
        tools = _tools(document, draft.docx, draft.pdf, Path(folder))
        spent, floor = taking_turns(
            partial(production.issue, document), lambda: [run() for run in tools.values()], times
        )
        parts = ", ".join(f"{name} {milliseconds(run):.0f}" for name, run in tools.items())
    remark = f"{parts} ms alone and warm; ours adds a limited child process, checks, verification, storage"
    return [Line(f"sealed document of {draft.pages} page(s)", spent, floor, remark)]


def _tools(document: Document, docx: bytes, pdf: bytes, folder: Path) -> dict[str, Callable[[], object]]:
    """docxtpl filling the template, typst compiling the source, pyHanko sealing the PDF."""
    template = storage.get(document.template_sha256)
    context = {**production.undrawn(document.snapshot)[0], "document": production._identity(document)}
    source = typst_source(docx)
    for name, data in source.pictures.items():
        (folder / name).write_bytes(data)
    (folder / "main.typ").write_text(source.text, encoding="utf-8")
    keys, unit = production.authority(), document.customer.unit
    pairs = {"organisation": keys.seal(unit.code, unit.name_zh, unit.uscc), "timestamps": keys.timestamps()}

    def fill() -> None:
        filled = DocxTemplate(io.BytesIO(template))
        filled.render(context, autoescape=True)
        filled.save(io.BytesIO())

    return {
        "docxtpl": fill,
        "typst": lambda: typst.compile(
            str(folder / "main.typ"), root=str(folder), font_paths=fonts.directories(), ignore_system_fonts=True,
            pdf_standards=["a-2b"],
        ),
        "pyHanko": lambda: seal(pdf, at=db_now(), reason="bench", **pairs),
    }  # fmt: skip
