"""Empty files with the right headings, for whoever fills them by hand."""

import io
from typing import Final

import openpyxl
from openpyxl.utils import get_column_letter

from accounts.language import pick
from customers.rules.cells import parse_text
from customers.rules.feed import COLUMNS

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def build(kind: str, form: str) -> bytes:
    """The template of a kind as ``csv`` (with a mark, so that Excel reads UTF-8) or ``xlsx``."""
    headings = [pick(column.zh, column.en) for column in COLUMNS[kind]]
    if form == "csv":
        return ("\ufeff" + ",".join(headings) + "\r\n").encode()
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = kind
    sheet.append(headings)
    for place, column in enumerate(COLUMNS[kind], start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 18
        if column.parse is parse_text:
            sheet.column_dimensions[letter].number_format = "@"  # keeps leading zeros of keys and codes
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
