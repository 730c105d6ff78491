"""Trade data comes in whole or not at all, once, and says exactly what is wrong."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.problems import Problem
from audit.models import Event
from customers.models import FeedBatch, Invoice
from customers.queries import last_feed
from customers.services import import_feed
from tests import factories
from tests.customers.feed_files import INVOICES, csv_file, invoices

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
