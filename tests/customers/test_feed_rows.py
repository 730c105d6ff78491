"""Trade data of every kind in the database and over REST."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.problems import Problem
from customers.models import Claim, Customer, Invoice, Order, Receipt
from customers.queries import ledger, ledgers
from customers.rules.cells import CellError, parse_amount
from customers.rules.feed import COLUMNS
from customers.services import upsert_feed
from tests import factories
from tests.customers.feed_files import csv_file, invoices
from tests.customers.test_feed_import import AS_OF, D, errors, load


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return factories.customer(company, code="HK")


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
