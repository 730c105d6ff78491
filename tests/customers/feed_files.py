"""Small feed files for tests."""

import io
from typing import Any

import openpyxl

INVOICES = "source_key,customer,number,invoiced_on,due_on,amount"


def csv_file(header: str, *rows: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([header, *rows, ""]).encode(encoding)


def invoices(*rows: str) -> bytes:
    return csv_file(INVOICES, *rows)


def xlsx_file(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
