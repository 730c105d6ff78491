"""The customer pages as people use them."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers import services
from customers.models import Customer
from customers.panels import _providers, register
from tests import factories
from tests.customers.feed_files import invoices


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return services.create_customer(
        unit=company.unit, region=company.east, owner=company.rep, code="HK", name="华康医药", actor=None
    )


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.AuthorityBackend")
    return client


def text(response) -> str:
    return response.content.decode()


def test_the_list_shows_what_the_reader_may_see_and_finds_by_initials(company, huakang):
    factories.customer(company, name="West Trading", region=company.west, owner=company.other_rep)
    page = text(as_(company.rep).get(reverse("customers:list")))
    assert "华康医药" in page
    assert "West Trading" not in page
    everything = as_(company.auditor)
    assert "West Trading" in text(everything.get(reverse("customers:list")))
    assert "West Trading" not in text(everything.get(reverse("customers:list"), {"q": "hkyy"}))


def test_an_empty_list_says_what_to_do(company):
    assert reverse("customers:create") in text(as_(company.rep).get(reverse("customers:list")))
    page = text(as_(company.auditor).get(reverse("customers:list"), {"q": "nobody"}))
    assert "No customer matches" in page


@pytest.mark.parametrize("query", [{"page": "x"}, {"page": "-1"}, {"region": "abc"}, {"region": "9" * 30}, {"q": "\x00"}, {"q": "%_'\""},
                                   {"type": "nope"}, {"show": "nope"}])  # fmt: skip
def test_strange_parameters_do_no_harm(company, huakang, query):
    assert as_(company.rep).get(reverse("customers:list"), query).status_code == 200


def test_a_long_list_comes_in_pages(company):
    for number in range(55):
        factories.customer(company, name=f"Customer {number:02d}")
    first = text(as_(company.rep).get(reverse("customers:list")))
    assert "page 1 of 2" in first
    assert "55 customers" in first


def test_a_strangers_customer_does_not_exist_and_a_readers_cannot_be_changed(company, huakang):
    for name in ("detail", "edit", "share", "assign", "contact-new", "licence-new"):
        assert as_(company.other_rep).get(reverse(f"customers:{name}", args=[huakang.pk])).status_code == 404
    for name in ("edit", "share", "assign", "contact-new", "licence-new"):
        assert as_(company.auditor).get(reverse(f"customers:{name}", args=[huakang.pk])).status_code == 403


def test_the_page_shows_balance_ageing_and_masked_contacts(company, huakang):
    today = timezone.localdate()
    due = today - timedelta(days=40)
    data = invoices(f"I1,HK,1,{due - timedelta(days=30)},{due},1234.50")
    services.import_feed(company.unit, "invoices", data, "i.csv", data_as_of=timezone.now(), actor=None)
    services.save_contact(huakang, {"name": "Li Na", "mobile": "13912345678"}, actor=None)
    services.save_licence(
        huakang, {"kind": "business", "number": "L1", "valid_to": today - timedelta(days=1)}, actor=None
    )
    page = text(as_(company.rep).get(reverse("customers:detail", args=[huakang.pk])))
    assert "1,234.50" in page
    assert "longest 40 days" in page
    assert "13912345678" not in page
    assert "139••••••78" in page
    assert 'data-state="expired"' in page
    assert "<svg" in page
    assert "style=" not in page


def test_markup_in_a_name_stays_text(company):
    evil = factories.customer(company, name="<script>alert(1)</script>{{7*7}}")
    for name, args in (("list", []), ("detail", [evil.pk])):
        page = text(as_(company.rep).get(reverse(f"customers:{name}", args=args)))
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_a_higher_layer_can_add_its_part_to_the_page(company, huakang):
    def part(request, customer):
        return "components/notice.html", {"tone": "info"}

    before = list(_providers)
    register(part, position=1)
    try:
        assert as_(company.rep).get(reverse("customers:detail", args=[huakang.pk])).status_code == 200
    finally:
        _providers[:] = before


def test_a_rep_opens_a_file_and_sees_refusals_beside_the_fields(company):
    client = as_(company.rep)
    assert client.get(reverse("customers:create")).status_code == 200
    data = {
        "code": "N1", "name": "新客户", "region": company.east.pk, "owner": company.rep.pk, "customer_type": "chain",
        "segment": "channel", "target_lines": "3", "turnover": "1e3", "uscc": "123",
    }  # fmt: skip
    refused = client.post(reverse("customers:create"), data)
    assert refused.status_code == 422
    assert "is not an amount" in text(refused)
    data["turnover"] = "1000000.50"
    refused = client.post(reverse("customers:create"), data)
    assert "not a valid unified social credit code" in text(refused)
    data["uscc"] = ""
    assert client.post(reverse("customers:create"), data).status_code == 302
    assert Customer.objects.get(code="N1").owner == company.rep


def test_a_look_alike_name_asks_to_compare_first(company, huakang):
    client = as_(company.rep)
    data = {"code": "N1", "name": "华康 医药", "region": company.east.pk, "owner": company.rep.pk,
            "customer_type": "chain", "segment": "channel", "target_lines": "0"}  # fmt: skip
    asked = text(client.post(reverse("customers:create"), data))
    assert "looks the same" in asked
    assert 'type="checkbox" name="accept_look_alike"' in re.sub(r"\s+", " ", asked)
    assert client.post(reverse("customers:create"), {**data, "accept_look_alike": "on"}).status_code == 302


def test_an_auditor_cannot_open_a_file(company):
    assert as_(company.auditor).get(reverse("customers:create")).status_code == 403


def test_undeclared_fields_of_a_post_change_nothing(company, huakang):
    client = as_(company.rep)
    data = {"name": "华康医药", "customer_type": "chain", "segment": "channel", "target_lines": "0", "active": "on",
            "revision": "1", "tier": "4", "key_account": "on", "owner": company.other_rep.pk}  # fmt: skip
    assert client.post(reverse("customers:edit", args=[huakang.pk]), data).status_code == 302
    huakang.refresh_from_db()
    assert (huakang.tier, huakang.key_account, huakang.owner_id) == (None, False, company.rep.pk)
    assert huakang.customer_type == "chain"


def test_editing_an_old_page_loses_nothing(company, huakang):
    services.change_customer(huakang, {"short_name": "华康"}, actor=None)
    data = {"name": "X", "customer_type": "chain", "segment": "channel", "target_lines": "0", "revision": "1"}
    answer = as_(company.rep).post(reverse("customers:edit", args=[huakang.pk]), data)
    assert answer.status_code == 422
    assert "changed this file meanwhile" in text(answer)
    assert 'value="X"' in text(answer)


def test_sharing_contact_licence_and_record_by_page(company, huakang):
    rep = as_(company.rep)
    assert rep.post(reverse("customers:share", args=[huakang.pk]), {"user": company.rep.email}).status_code == 422
    assert rep.post(reverse("customers:share", args=[huakang.pk]), {"user": company.other_rep.email}).status_code == 302
    assert as_(company.other_rep).get(reverse("customers:detail", args=[huakang.pk])).status_code == 200
    assert rep.post(reverse("customers:unshare", args=[huakang.pk]), {"user": company.other_rep.pk}).status_code == 302
    assert as_(company.other_rep).get(reverse("customers:detail", args=[huakang.pk])).status_code == 404
    assert (
        rep.post(reverse("customers:contact-new", args=[huakang.pk]), {"name": "Li", "active": "on"}).status_code == 302
    )
    licence = {"kind": "business", "number": "1", "valid_to": "2030-01-01", "blocking": "on"}
    assert rep.post(reverse("customers:licence-new", args=[huakang.pk]), licence).status_code == 302
    assert rep.get(reverse("customers:licence", args=[huakang.pk, huakang.licences.get().pk])).status_code == 200
    assert rep.post(reverse("customers:flag-new", args=[huakang.pk]), {}).status_code == 403
    control = as_(company.credit_controller)
    record = {"kind": "lawsuit", "on": "2026-01-01", "source": "court"}
    assert control.post(reverse("customers:flag-new", args=[huakang.pk]), record).status_code == 302
    flag = huakang.legal_flags.get()
    control.post(reverse("customers:flag-close", args=[huakang.pk, flag.pk]), {"reason": ""})
    assert huakang.legal_flags.get().closed_on is None
    control.post(reverse("customers:flag-close", args=[huakang.pk, flag.pk]), {"reason": "settled"})
    assert huakang.legal_flags.get().closed_on is not None


def test_customer_service_reassigns_by_page(company, huakang):
    client = as_(company.keeper)
    page = reverse("customers:assign", args=[huakang.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"owner": company.other_rep.pk, "region": company.west.pk}).status_code == 302
    huakang.refresh_from_db()
    assert huakang.owner == company.other_rep
    assert as_(company.rep).get(page).status_code == 404


def test_the_page_of_a_customer_reads_each_table_once(company, huakang, django_assert_max_num_queries):
    client = as_(company.rep)
    client.get(reverse("customers:detail", args=[huakang.pk]))
    with django_assert_max_num_queries(60):
        client.get(reverse("customers:detail", args=[huakang.pk]))


def test_days_of_a_licence_count_in_the_units_zone():
    from customers.rules.expiry import expiry

    on = date(2026, 6, 30)
    states = {60: "soon", 61: "valid", 31: "soon", 30: "near", 0: "near", -1: "expired"}
    assert {days: expiry(on + timedelta(days=days), on).state for days in states} == states
    assert expiry(None, on).state == "none"
    assert expiry(on, on, blocking=False).state == "valid"


def test_after_a_conflict_the_form_says_what_the_file_says_now(company, huakang):
    services.change_customer(huakang, {"short_name": "华康", "customer_type": "hospital"}, actor=None)
    data = {"name": "华康医药", "short_name": "HK", "customer_type": "chain", "segment": "channel",
            "target_lines": "0", "active": "on", "revision": "1"}  # fmt: skip
    errors = as_(company.rep).post(reverse("customers:edit", args=[huakang.pk]), data).context["form"].errors
    assert errors["short_name"] == ["The file now says: 华康"]
    assert errors["customer_type"] == ["The file now says: Hospital"]
    assert "name" not in errors


def test_a_record_of_tomorrow_is_refused(company, huakang):
    record = {"kind": "lawsuit", "on": (timezone.localdate() + timedelta(days=3)).isoformat(), "source": "court"}
    answer = as_(company.credit_controller).post(reverse("customers:flag-new", args=[huakang.pk]), record)
    assert answer.status_code == 422
    assert "on" in answer.context["form"].errors


def test_who_cannot_prepare_requests_is_not_offered_one(company, huakang):
    page = reverse("customers:detail", args=[huakang.pk])
    assert "New request" in text(as_(company.rep).get(page))
    assert "New request" not in text(as_(company.auditor).get(page))
