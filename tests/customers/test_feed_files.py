"""Files of trade data: headings, encodings, workbooks, hostile archives."""

import io
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.utils import translation

from customers.models import Invoice
from customers.rules.sheets import MAX_BYTES
from tests import factories
from tests.customers.feed_files import INVOICES, csv_file, invoices, xlsx_file
from tests.customers.test_feed_import import AS_OF, D, errors, load


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return factories.customer(company, code="HK")


def test_headings_are_accepted_in_both_languages(company, huakang):
    data = csv_file("源单号,Customer code,单据号,开票日期,Due date,金额", "I1,HK,1,2026-05-01,2026-06-01,1")
    assert load(company, "invoices", data).inserted == 1


def test_a_misspelt_heading_gets_a_suggestion(company, huakang):
    data = csv_file("source_key,custmer,number,invoiced_on,due_on,amount", "I1,HK,1,2026-05-01,2026-06-01,1")
    with translation.override("en"):
        result = load(company, "invoices", data)
    assert ("custmer", "heading_unknown_near") in [(e.column, e.code) for e in result.errors]
    assert "heading_missing" in [e.code for e in result.errors]
    assert any("customer" in e.message for e in result.errors)


def test_a_heading_twice_is_refused(company, huakang):
    data = csv_file(INVOICES + ",金额", "I1,HK,1,2026-05-01,2026-06-01,1,2")
    assert errors(load(company, "invoices", data)) == [(1, "金额", "heading_twice")]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_file"), (b"\r\n\r\n", "empty_file"), (INVOICES.encode(), "only_header"), (b"a,b\x00,c\n1,2,3", "nul"),
     (INVOICES.encode("utf-16"), "encoding"), (INVOICES.encode() + b"\n\xff\xff,x", "encoding"),
     (INVOICES.encode() + b'\nI1,"HK,1', "csv"), (b"PK\x03\x04 not a zip", "not_a_table"), (b"\xd0\xcf\x11\xe0" + b"x" * 99, "old_excel"),
     (b"x" * (MAX_BYTES + 1), "too_large")],
)  # fmt: skip
def test_a_file_that_is_no_table_gets_one_clear_reason(company, data, code):
    assert [error.code for error in load(company, "invoices", data).errors] == [code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_utf8_and_gb18030_are_read(company, huakang, encoding):
    data = csv_file(
        "源单号,客户编码,单据号,开票日期,到期日,金额", "单1,HK,发票一,2026-05-01,2026-06-01,1", encoding=encoding
    )
    assert load(company, "invoices", data).ok
    assert Invoice.objects.get().number == "发票一"


def test_a_windows_western_file_is_not_guessed(company, huakang):
    data = csv_file(INVOICES, "I1,HK,Café,2026-05-01,2026-06-01,1", encoding="latin-1")
    result = load(company, "invoices", data)
    assert not result.ok or Invoice.objects.get().number == "Café"


def test_semicolons_and_tabs_separate_too(company, huakang):
    for serial, char in enumerate(";\t"):
        data = invoices(f"I{serial},HK,1,2026-05-01,2026-06-01,1").replace(b",", char.encode())
        assert load(company, "invoices", data, as_of=AS_OF + timedelta(hours=serial)).ok


def test_blank_lines_do_not_shift_the_row_numbers(company, huakang):
    result = load(company, "invoices", invoices("", ",,,,,", "I1,HK,1,2026-05-01,2026-06-01,x"))
    assert errors(result) == [(4, "amount", "money_format")]


def test_a_cell_too_many_is_refused(company, huakang):
    result = load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1,000"))
    assert errors(result) == [(2, "", "extra_cells")]


# XLSX ---------------------------------------------------------------------------------------------------------

HEADER = ["源单号", "客户编码", "单据号", "开票日期", "到期日", "金额"]


def test_an_excel_file_with_real_dates_and_numbers_is_imported(company, huakang):
    data = xlsx_file(HEADER, ["I1", "HK", 1001, date(2026, 5, 1), "2026-06-01", 1200.5], [None] * 6,
                     ["I2", "HK", 1002, datetime(2026, 5, 2), date(2026, 6, 1), 4.4])  # fmt: skip
    assert load(company, "invoices", data).inserted == 2
    assert list(Invoice.objects.values_list("number", "amount")) == [("1001", D("1200.50")), ("1002", D("4.40"))]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("=1+1", "formula"), (0.005, "money_scale"), (True, "money_format"), ("#N/A", "error_value"), (date(2026, 1, 1), "unexpected_date"),
     (-3, "money_negative"), (1e300, "error_value"), ("１００", "money_digits")],
)  # fmt: skip
def test_a_strange_excel_cell_is_refused(company, huakang, cell, code):
    result = load(company, "invoices", xlsx_file(HEADER, ["I1", "HK", 1, date(2026, 5, 1), date(2026, 6, 1), cell]))
    assert errors(result) == [(2, "金额", code)]


def test_a_time_of_day_is_no_date(company, huakang):
    result = load(
        company, "invoices", xlsx_file(HEADER, ["I1", "HK", 1, datetime(2026, 5, 1, 9, 30), date(2026, 6, 1), 1])
    )
    assert errors(result) == [(2, "开票日期", "time_of_day")]


def test_two_sheets_with_content_are_refused(company, huakang):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["I1", "HK", 1, date(2026, 5, 1), date(2026, 6, 1), 1])
    book.create_sheet("b")["A1"] = "x"
    out = io.BytesIO()
    book.save(out)
    assert errors(load(company, "invoices", out.getvalue())) == [(0, "", "several_sheets")]


def repacked(extra: dict[str, bytes], *, replace: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(xlsx_file(HEADER, ["I1", "HK", 1, date(2026, 5, 1), date(2026, 6, 1), 1])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, (replace or {}).get(name, source.read(name)))
        for name, content in extra.items():
            archive.writestr(name, content)
    return out.getvalue()


BILLION = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><worksheet/>'


@pytest.mark.parametrize(
    ("data", "code"),
    [(repacked({"xl/media/bomb.bin": bytes(50_000_000)}), "unsafe_archive"),
     (repacked({f"x{n}.txt": b"" for n in range(300)}), "unsafe_archive"),
     (repacked({"xl/vbaProject.bin": b"x"}), "active_content"),
     (repacked({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "active_content"),
     (repacked({}, replace={"xl/worksheets/sheet1.xml": BILLION}), "unsafe_archive"),
     (repacked({}, replace={"xl/worksheets/sheet1.xml": BILLION.decode().encode("utf-16")}), "unsafe_archive"),
     (repacked({}, replace={"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c><v>1"}), "not_a_table"),
     (repacked({}, replace={"xl/workbook.xml": b"<x/>"}), "not_a_table"),
     (xlsx_file(HEADER)[:-200], "not_a_table")],
)  # fmt: skip
def test_a_hostile_archive_is_refused_before_it_is_parsed(company, data, code):
    assert [error.code for error in load(company, "invoices", data).errors] == [code]


def test_a_sheet_that_claims_a_million_rows_is_read_as_it_is(company, huakang):
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        b'<sheetData><row r="1"><c r="A1" t="str"><v>source_key</v></c><c r="XFD1"><v>1</v></c></row>'
        b'<row r="900000"><c r="XFD900000"><v>1</v></c></row></sheetData></worksheet>'
    )
    result = load(company, "invoices", repacked({}, replace={"xl/worksheets/sheet1.xml": sheet}))
    assert not result.ok
