"""What a kind adds to the notice: tables with heads of their own, and one drawing."""

from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest

from contracts.letters.context import fit
from contracts.letters.templates import load
from contracts.pipeline.check import check
from contracts.pipeline.produce import produce
from contracts.pipeline.qr import qr_png
from contracts.production import undrawn
from tests.contracts.samples import IDENTITY, notice_en
from workflows.letters.notice import open_table
from workflows.pages import Table

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 500"><rect width="1000" height="500" fill="#eef3f9"/>'
    '<rect x="100" y="150" width="300" height="250" fill="#1b365d"/>'
    '<text x="100" y="120" font-size="40" font-family="Noto Sans SC">标价 List</text></svg>'
)
PRICES = Table("Granted prices", ("Product", "List", "Net", "Pocket"), (("Work roll", "100.00", "81.80", "79.30"),))
REASONS = Table("Changed clauses", ("Clause", "Reason"), (("Warranty", "24 months, as tendered"),), figures=False)


def printed(**changes: Any) -> tuple[bytes, dict[str, Any]]:
    snapshot, drawings = undrawn(fit("decision_notice", {**notice_en(), **changes}))
    context = {**snapshot, "document": IDENTITY}
    pictures = {"qr": qr_png(IDENTITY["verify_url"]), **drawings}
    template = load("decision_notice", "en").data
    made = produce(template, context, pictures=pictures, engine="typst", created_at=datetime(2026, 11, 22, tzinfo=UTC))
    return made.pdf, context


def test_tables_and_drawing_are_printed() -> None:
    drawing = {"title": "From list to pocket", "words": "List 100, pocket 79.3.", "svg": SVG}
    pdf, context = printed(tables=[open_table(PRICES), open_table(REASONS)], pictures=[drawing])
    assert check(pdf, context).pages >= 1
    pages = list(pypdfium2.PdfDocument(pdf))
    words = "".join(page.get_textpage().get_text_range() for page in pages)
    for said in ("Granted prices", "Pocket", "79.30", "Changed clauses", "as tendered", "From list to pocket"):
        assert said in words
    wide = [part.get_bounds() for page in pages for part in page.get_objects() if part.type == 3]
    assert any(right - left > 400 for left, _bottom, right, _top in wide)


@pytest.mark.parametrize("columns", [1, 7])
def test_a_table_has_two_to_six_columns(columns: int) -> None:
    with pytest.raises(ValueError, match="two to six"):
        open_table(Table("Too wide", tuple("c" * columns), ()))
