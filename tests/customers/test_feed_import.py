"""Trade data comes in whole or not at all, once, and says exactly what is wrong."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.problems import Problem
from audit.models import Event
from customers.models import Claim, Customer, FeedBatch, Invoice, Order, Receipt
from customers.queries import last_feed, ledger, ledgers
from customers.rules.cells import CellError, parse_amount
from customers.rules.feed import COLUMNS
from customers.rules.sheets import MAX_BYTES
from customers.services import import_feed, upsert_feed
from tests import factories
from tests.customers.feed_files import INVOICES, csv_file, invoices, xlsx_file

D = Decimal
AS_OF = datetime(2026, 6, 30, 16, tzinfo=UTC)  # 1 July 00:00 in Shanghai


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return factories.customer(company, code="HK")


def load(company, kind, data, *, actor=None, as_of=AS_OF, dry_run=False, name="feed.csv"):
    actor = actor or company.keeper
    return import_feed(company.unit, kind, data, name, data_as_of=as_of, actor=actor, dry_run=dry_run)


def errors(result):
    return [(error.row, error.column, error.code) for error in result.errors]


def test_an_invoice_file_is_imported_and_recorded(company, huakang):
    result = load(company, "invoices", invoices("I1,HK,2026-1,2026-05-01,2026-06-01,1200.50"))
    assert (result.rows, result.inserted, result.errors) == (1, 1, [])
    assert Invoice.objects.get().amount == D("1200.50")
    event = Event.objects.get(action="feed.imported")
    assert event.stream == f"feed:{company.unit.code}"
    assert result.sha256 in event.body
    assert last_feed(company.unit) == {"invoices": AS_OF}


def test_a_rehearsal_counts_and_writes_nothing(company, huakang):
    result = load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1"), dry_run=True)
    assert (result.inserted, result.dry_run) == (1, True)
    assert not Invoice.objects.exists()
    assert not FeedBatch.objects.exists()
    assert not Event.objects.filter(action="feed.imported").exists()


def test_the_same_file_twice_changes_nothing_and_leaves_one_event(company, huakang):
    data = invoices("I1,HK,1,2026-05-01,2026-06-01,1")
    first = load(company, "invoices", data)
    again = load(company, "invoices", data)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 1)
    assert again.batch_id == first.batch_id
    assert Event.objects.filter(action="feed.imported").count() == 1


def test_changed_rows_are_updated_and_the_others_left(company, huakang):
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1", "I2,HK,2,2026-05-01,2026-06-01,2"))
    later = AS_OF + timedelta(hours=1)
    data = invoices(
        "I1,HK,1,2026-05-01,2026-06-01,9", "I2,HK,2,2026-05-01,2026-06-01,2", "I3,HK,3,2026-05-01,2026-06-01,3"
    )
    result = load(company, "invoices", data, as_of=later)
    assert (result.inserted, result.updated, result.unchanged) == (1, 1, 1)
    assert Invoice.objects.get(source_key="I1").amount == 9
    assert Invoice.objects.get(source_key="I2").data_as_of == AS_OF
    assert last_feed(company.unit) == {"invoices": later}


def test_older_data_never_overwrites_newer_data(company, huakang):
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,5"))
    result = load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,4"), as_of=AS_OF - timedelta(days=1))
    assert errors(result) == [(2, "source_key", "newer_data")]
    assert Invoice.objects.get().amount == 5


def test_a_row_that_cannot_be_read_is_not_also_called_outdated(company, huakang):
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,5"))
    result = load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,x"), as_of=AS_OF - timedelta(days=1))
    assert errors(result) == [(2, "amount", "money_format")]


def test_a_column_that_the_file_does_not_carry_keeps_its_value(company, huakang):
    load(company, "invoices", csv_file(INVOICES + ",cost,disputed", "I1,HK,1,2026-05-01,2026-06-01,5,3,yes"))
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-02,5"), as_of=AS_OF + timedelta(hours=1))
    row = Invoice.objects.get()
    assert (row.due_on, row.cost, row.disputed) == (date(2026, 6, 2), D(3), True)


def test_one_wrong_row_keeps_the_whole_file_out(company, huakang):
    result = load(
        company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1", "I2,XX,1,2026-05-01,2026-06-01,1,000")
    )
    assert result.errors
    assert not Invoice.objects.exists()
    assert last_feed(company.unit) == {}


@pytest.mark.parametrize(
    ("amount", "code"),
    [("NaN", "money_format"), ("Infinity", "money_format"), ("1e3", "money_format"), ("1_000", "money_format"),
     ('"1,000"', "money_separator"), ("１２３", "money_digits"), ("١٢٣", "money_digits"), ("0.005", "money_scale"),
     ("-1", "money_negative"), ("+1", "money_format"), ("9" * 30, "money_too_large"), ("1000000000000.01", "money_too_large"),
     ("", "required"), ("=1+1", "money_format"), ("0x10", "money_format"), ("1 000", "money_separator"), ("1.000.000,5", "money_format")],
)  # fmt: skip
def test_a_strange_amount_is_refused_with_its_row_and_reason(company, huakang, amount, code):
    if "," in amount and not amount.startswith('"'):
        amount = f'"{amount}"'
    result = load(company, "invoices", invoices(f"I1,HK,1,2026-05-01,2026-06-01,{amount}"))
    assert errors(result) == [(2, "amount", code)]


def test_a_refusal_speaks_the_language_of_the_user(company, huakang):
    data = csv_file("源单号,客户编码,单据号,开票日期,到期日,金额", "I1,HK,1,2026-05-01,2026-06-01,1e3")
    with translation.override("en"):
        error = load(company, "invoices", data).errors[0]
    assert error.column == "金额"
    assert error.message == "“1e3” is not an amount. Write digits with up to two decimals, such as 1200.50."


@pytest.mark.parametrize(
    ("day", "code"),
    [("2026/05/01", "date"), ("20260501", "date"), ("2026-02-30", "date"), ("01.05.2026", "date"), ("２０２６-05-01", "date"),
     ("1889-05-01", "date_range"), ("2026-07-02", "after_data_time")],
)  # fmt: skip
def test_a_strange_date_is_refused(company, huakang, day, code):
    result = load(company, "invoices", invoices(f"I1,HK,1,{day},2026-08-01,1"))
    assert code in [error.code for error in result.errors]


def test_today_in_the_units_own_zone_is_not_the_future(company, huakang):
    assert load(company, "invoices", invoices("I1,HK,1,2026-07-01,2026-08-01,1")).ok


def test_an_invoice_cannot_be_due_before_it_is_issued(company, huakang):
    result = load(company, "invoices", invoices("I1,HK,1,2026-05-02,2026-05-01,1"))
    assert errors(result) == [(2, "due_on", "days_backwards")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "\t"])
def test_text_that_a_spreadsheet_would_run_is_refused(company, huakang, start):
    result = load(company, "invoices", invoices(f"I1,HK,{start}cmd,2026-05-01,2026-06-01,1"))
    assert result.errors[0].code in ("formula_text", "hidden")


def test_a_key_used_twice_in_a_file_names_the_first_row(company, huakang):
    result = load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1", "I1,HK,1,2026-05-01,2026-06-01,1"))
    assert errors(result) == [(3, "source_key", "duplicate_key")]
    with translation.override("en"):
        again = load(
            company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1", "I1,HK,1,2026-05-01,2026-06-01,1")
        )
    assert "row 2" in again.errors[0].message


def test_a_key_cannot_move_to_another_customer(company, huakang):
    factories.customer(company, code="AT")
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1"))
    result = load(company, "invoices", invoices("I1,AT,1,2026-05-01,2026-06-01,1"), as_of=AS_OF + timedelta(hours=1))
    assert errors(result) == [(2, "customer", "customer_changed")]


def test_customers_of_another_unit_or_region_are_unknown(company, huakang):
    elsewhere = factories.company()
    factories.customer(elsewhere, code="FAR")
    factories.customer(company, code="WEST", region=company.west, owner=company.other_rep)
    keeper_of_east = company.hire("East Keeper", "CS", region=company.east)
    for code in ("FAR", "WEST", "NONE"):
        result = load(company, "invoices", invoices(f"I1,{code},1,2026-05-01,2026-06-01,1"), actor=keeper_of_east)
        assert errors(result) == [(2, "customer", "unknown_customer")], code
    assert load(company, "invoices", invoices("I1,WEST,1,2026-05-01,2026-06-01,1")).ok


def test_who_sells_or_audits_cannot_import(company, huakang):
    other = factories.company()
    data = invoices("I1,HK,1,2026-05-01,2026-06-01,1")
    for person in (company.rep, company.manager, company.auditor, company.lawyer, other.keeper):
        with pytest.raises(Problem) as refused:
            load(company, "invoices", data, actor=person)
        assert refused.value.status == 403
    assert not Invoice.objects.exists()


def test_data_from_the_future_is_refused(company, huakang):
    with pytest.raises(Problem) as refused:
        load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1"), as_of=datetime(2090, 1, 1, tzinfo=UTC))
    assert refused.value.code == "data_as_of_in_future"


def test_a_currency_other_than_the_customers_is_refused(company, huakang):
    data = csv_file(
        INVOICES + ",currency", "I1,HK,1,2026-05-01,2026-06-01,1,USD", "I2,HK,1,2026-05-01,2026-06-01,1,XXX"
    )
    assert [error.code for error in load(company, "invoices", data).errors] == ["currency_mismatch", "currency"]


def test_yen_have_no_decimals(company):
    factories.customer(company, code="JP", currency="JPY")
    result = load(company, "invoices", invoices("I1,JP,1,2026-05-01,2026-06-01,1.50"))
    assert errors(result) == [(2, "amount", "currency_decimals")]
    assert load(company, "invoices", invoices("I1,JP,1,2026-05-01,2026-06-01,150")).ok
    assert Invoice.objects.get().currency == "JPY"


# Headings, encodings, files ----------------------------------------------------------------------------------


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


# Other kinds, the database ------------------------------------------------------------------------------------


def test_receipts_settle_the_invoices_they_name(company, huakang):
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,100"))
    data = csv_file("source_key,customer,invoice,received_on,amount,bounced",
                    "R1,HK,I1,2026-06-05,60,no", "R2,HK,,2026-06-06,15,", "R3,HK,I1,2026-06-07,40,yes")  # fmt: skip
    assert load(company, "receipts", data).inserted == 3
    book = ledger(huakang, date(2026, 6, 30))
    assert book.ar_balance(date(2026, 6, 30)) == D(25)
    assert book.overdue(date(2026, 6, 30)).amount == D(40)
    assert len(book.bounced(date(2026, 1, 1), date(2026, 7, 1))) == 1


def test_a_receipt_for_an_unknown_invoice_or_another_customers_is_refused(company, huakang):
    factories.customer(company, code="AT")
    load(company, "invoices", invoices("I1,AT,1,2026-05-01,2026-06-01,100"))
    data = csv_file(
        "source_key,customer,invoice,received_on,amount", "R1,HK,I1,2026-06-05,60", "R2,HK,I9,2026-06-05,60"
    )
    assert [e.code for e in load(company, "receipts", data).errors] == ["unknown_invoice", "unknown_invoice"]


def test_orders_and_claims_come_in_too(company, huakang):
    orders = csv_file("source_key,customer,number,ordered_on,amount,shipped_amount,status,tonnes",
                      "O1,HK,1,2026-06-01,100,30,未发货,1.250", "O2,HK,2,2026-06-01,100,,shipped,")  # fmt: skip
    claims = csv_file("source_key,customer,opened_on,kind,amount,confirmed", "C1,HK,2026-06-01,窜货,0,是")
    assert load(company, "orders", orders).inserted == 2
    assert load(company, "claims", claims).inserted == 1
    assert list(Order.objects.values_list("status", "tonnes")) == [("open", D("1.250")), ("shipped", None)]
    assert Claim.objects.get().kind == "dumping"
    bad = csv_file("source_key,customer,number,ordered_on,amount,status,tonnes", "O3,HK,1,2026-06-01,1,lost,1.2345")
    assert [e.code for e in load(company, "orders", bad).errors] == ["choice", "quantity"]


def test_the_database_keeps_facts_within_one_unit_and_customer(company, huakang):
    elsewhere, other = factories.company(), factories.customer(company)
    fields = {
        "source_key": "x",
        "number": "1",
        "invoiced_on": date(2026, 5, 1),
        "due_on": date(2026, 5, 1),
        "data_as_of": AS_OF,
    }
    invoice = Invoice.objects.create(unit=company.unit, customer=huakang, amount=1, **fields)
    receipt = {"source_key": "r", "amount": 1, "received_on": date(2026, 5, 1), "data_as_of": AS_OF}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(unit=elsewhere.unit, customer=huakang, amount=1, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(unit=company.unit, customer=other, invoice=invoice, **receipt)


@pytest.mark.parametrize("amount", ["-1", "1000000000000.01", "NaN"])
def test_the_database_itself_refuses_impossible_amounts(company, huakang, amount):
    load(company, "invoices", invoices("I1,HK,1,2026-05-01,2026-06-01,1"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE customers_invoice SET amount = %s::numeric", [amount])


def test_statements_do_not_grow_with_the_rows(company, huakang):
    def rows(start, count):
        return invoices(*(f"I{n},HK,{n},2026-05-01,2026-06-01,{n}.50" for n in range(start, start + count)))

    with CaptureQueriesContext(
        connection,
    ) as few:
        load(company, "invoices", rows(0, 10))
    with CaptureQueriesContext(connection) as many:
        load(company, "invoices", rows(100, 5000), as_of=AS_OF + timedelta(hours=1))
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as two_chunks:
        load(company, "invoices", rows(10_000, 10_000), as_of=AS_OF + timedelta(hours=2))
    assert len(two_chunks) - len(many) <= 4
    assert Invoice.objects.count() == 15_010


def test_ledgers_of_many_customers_take_one_statement_per_table(company):
    customers = [factories.customer(company) for _ in range(5)]
    with CaptureQueriesContext(connection) as captured:
        books = ledgers(Customer.objects.filter(pk__in=[c.pk for c in customers]), date(2026, 6, 30))
    assert len(books) == 5
    assert len(captured) <= 6


# REST rows ----------------------------------------------------------------------------------------------------


def row(**fields):
    return {"source_key": "I1", "customer": "HK", "number": "1", "invoiced_on": "2026-05-01", "due_on": "2026-06-01",
            "amount": "1200.50", **fields}  # fmt: skip


def upsert(company, rows, kind="invoices"):
    return upsert_feed(company.unit, kind, rows, data_as_of=AS_OF, actor=company.keeper)


def test_rows_from_another_system_follow_the_same_rules(company, huakang):
    assert upsert(company, [row(disputed=True)]).inserted == 1
    assert Invoice.objects.get().disputed
    assert errors(upsert(company, [row(amount="1e3")])) == [(1, "amount", "money_format")]


@pytest.mark.parametrize("value", [1200.5, 1200, True, ["1"], {"a": 1}])
def test_a_json_number_is_no_amount(company, huakang, value):
    assert (1, "amount", "json_type") in errors(upsert(company, [row(amount=value)]))
    assert not Invoice.objects.exists()


def test_unknown_fields_and_uneven_rows_are_refused(company, huakang):
    assert (1, "tier", "heading_unknown") in errors(upsert(company, [row(tier="4")]))
    short = row(source_key="I2")
    del short["due_on"]
    assert (2, "", "uneven_rows") in errors(upsert(company, [row(), short]))
    assert not Invoice.objects.exists()


def test_too_many_rows_at_once_are_refused(company, huakang):
    with pytest.raises(Problem) as refused:
        upsert(company, [row()] * 5001)
    assert refused.value.status == 413


AMOUNT = next(column for column in COLUMNS["invoices"] if column.name == "amount")


@given(st.text(max_size=25))
def test_whatever_is_typed_becomes_exactly_that_amount_or_is_refused(text):
    try:
        value = parse_amount(text, AMOUNT)
    except CellError:
        return
    assert text.strip(" ").isascii()
    assert value == D(text.strip(" "))
    assert 0 <= value <= 10**12
    assert -value.as_tuple().exponent <= 2


@given(st.integers(0, 10**14))
def test_every_plain_amount_is_read(cents):
    text = f"{cents // 100}.{cents % 100:02d}"
    assert parse_amount(text, AMOUNT) == D(cents) / 100
