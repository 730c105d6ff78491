"""The page that imports trade data: rehearsal, confirmation, refusals, templates."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Event
from customers import services
from customers.models import FeedBatch, Invoice
from tests import factories
from tests.customers.feed_files import csv_file, invoices, xlsx_file
from tests.customers.test_pages import as_, text


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return services.create_customer(
        unit=company.unit, region=company.east, owner=company.rep, code="HK", name="华康医药", actor=None
    )


def upload(company, data, *, kind="invoices", name="feed.csv", as_of="2026-06-30T18:00"):
    return {"unit": company.unit.pk, "kind": kind, "data_as_of": as_of, "file": SimpleUploadedFile(name, data)}


def ticket_of(page) -> str:
    return re.search(r'name="ticket" value="([^"]+)"', text(page)).group(1)


GOOD = "I1,HK,1,2026-05-01,2026-06-01,5"


def test_a_file_is_checked_first_and_imported_once_however_often_the_button_is_pressed(company, huakang):
    client = as_(company.keeper)
    checked = client.post(reverse("customers:import"), upload(company, invoices(GOOD)))
    assert checked.status_code == 200
    assert not Invoice.objects.exists()
    ticket = ticket_of(checked)
    for _ in range(3):
        assert client.post(reverse("customers:import-confirm"), {"ticket": ticket}).status_code == 302
    assert Invoice.objects.count() == 1
    assert FeedBatch.objects.count() == 1
    assert FeedBatch.objects.get().data_as_of == datetime(2026, 6, 30, 10, tzinfo=UTC)
    assert Event.objects.filter(action="feed.imported").count() == 1
    page = text(client.get(reverse("customers:import")))
    assert "1 row imported: 1 new" in page
    assert "feed.csv" in page


def test_problems_are_listed_by_row_and_column_and_nothing_can_be_confirmed(company, huakang):
    answer = as_(company.keeper).post(
        reverse("customers:import"), upload(company, invoices("I1,HK,1,2026-05-01,2026-06-01,1e3"))
    )
    assert answer.status_code == 422
    assert "“1e3” is not an amount" in text(answer)
    assert "ticket" not in text(answer)


def test_a_ticket_is_no_good_to_others_nor_when_changed(company, huakang):
    page = as_(company.keeper).post(reverse("customers:import"), upload(company, invoices(GOOD)))
    ticket = ticket_of(page)
    assert as_(company.finance_manager).post(reverse("customers:import-confirm"), {"ticket": ticket}).status_code == 404
    assert as_(company.keeper).post(reverse("customers:import-confirm"), {"ticket": ticket + "x"}).status_code == 302
    assert as_(company.keeper).post(reverse("customers:import-confirm"), {}).status_code == 302
    assert not Invoice.objects.exists()


def test_a_confirmed_file_that_no_longer_fits_is_refused_as_a_whole(company, huakang):
    client = as_(company.keeper)
    ticket = ticket_of(client.post(reverse("customers:import"), upload(company, invoices(GOOD))))
    services.import_feed(
        company.unit, "invoices", invoices(GOOD.replace(",5", ",6")), "x.csv",
        data_as_of=datetime(2026, 7, 1, tzinfo=UTC), actor=None,
    )  # fmt: skip
    answer = client.post(reverse("customers:import-confirm"), {"ticket": ticket})
    assert answer.status_code == 422
    assert Invoice.objects.get().amount == 6


def test_who_may_not_import_gets_no_page(company):
    for person in (company.rep, company.manager, company.auditor):
        for name in ("import", "import-confirm"):
            assert as_(person).post(reverse(f"customers:{name}")).status_code == 403
    assert as_(company.rep).get(reverse("customers:import-template", args=["orders", "csv"])).status_code == 403


def test_another_units_data_cannot_be_chosen(company, huakang):
    elsewhere = factories.company()
    answer = as_(elsewhere.keeper).post(reverse("customers:import"), upload(company, invoices(GOOD)))
    assert answer.status_code == 422
    assert not FeedBatch.objects.exists()


def test_a_time_in_the_future_is_refused_beside_its_field(company, huakang):
    answer = as_(company.keeper).post(
        reverse("customers:import"), upload(company, invoices(GOOD), as_of="2090-01-01T00:00")
    )
    assert answer.status_code == 422
    assert "lies in the future" in text(answer)


def test_a_file_name_cannot_carry_a_path_or_markup(company, huakang):
    client = as_(company.keeper)
    page = client.post(reverse("customers:import"), upload(company, invoices(GOOD), name="<b>x.csv"))
    client.post(reverse("customers:import-confirm"), {"ticket": ticket_of(page)})
    assert FeedBatch.objects.get().file_name == "<b>x.csv"
    assert "<b>x" not in text(client.get(reverse("customers:import")))


@pytest.mark.parametrize("kind", ["orders", "invoices", "receipts", "claims"])
def test_a_template_imports_when_it_is_filled_in(company, huakang, kind):
    client = as_(company.keeper)
    csv = client.get(reverse("customers:import-template", args=[kind, "csv"]))
    assert csv["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
    headings = csv.content.decode("utf-8-sig").strip().split(",")
    assert client.get(reverse("customers:import-template", args=[kind, "xlsx"])).content[:2] == b"PK"
    values = {"Source key": "K", "Customer code": "HK", "Number": "1", "Amount": "1", "Status": "open", "Kind": "quality",
              "Order date": "2026-05-01", "Invoice date": "2026-05-01", "Due date": "2026-05-01",
              "Receipt date": "2026-05-01", "Opened on": "2026-05-01"}  # fmt: skip
    row = [values.get(heading, "") for heading in headings]
    for data, name in ((csv_file(",".join(headings), ",".join(row)), "a.csv"), (xlsx_file(headings, row), "a.xlsx")):
        answer = client.post(reverse("customers:import"), upload(company, data, kind=kind, name=name))
        assert answer.status_code == 200, text(answer)
    assert client.get(reverse("customers:import-template", args=["nope", "csv"])).status_code == 404
