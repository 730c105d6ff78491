"""The pages of granted prices as people in both languages see them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from pricing.models import AgreementNotice, PriceAgreement
from pricing.services.price_checks import consume
from tests.authz.world import browser
from tests.pricing.agreement_factories import Shop, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Shop:
    return shop()


@pytest.fixture
def agreement(place: Shop) -> PriceAgreement:
    made = place.grant(10)
    consume(place.order(6, "SO-77"), actor=place.clerk)
    return made


def page(reader: User, name: str, *args: object, **query: str) -> str:
    answer = browser(reader).get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_agreement_shows_price_use_order_and_where_it_comes_from(place: Shop, agreement: PriceAgreement) -> None:
    text = page(place.company.rep, "pricing:agreement", agreement.number)
    for words in (agreement.number, agreement.request_no, "CNY 88.00", "6 of 10 件 taken, 4 left", "SO-77", "hard cap"):
        assert words in text, words
    assert "<svg" in text
    assert "End the agreement" not in text
    assert "End the agreement" in page(place.company.director, "pricing:agreement", agreement.number)


def test_the_list_is_searched_by_product_and_chosen_by_state(place: Shop, agreement: PriceAgreement) -> None:
    later = place.grant(5, days=(9, 20))
    text = page(place.company.rep, "pricing:agreements", q=place.product.name_en)
    assert agreement.number in text
    assert later.number in text
    text = page(place.company.rep, "pricing:agreements", state="planned")
    assert agreement.number not in text
    assert later.number in text
    assert "No granted price fits" in page(place.company.rep, "pricing:agreements", q="nothing like this")
    assert "No prices have been granted yet" in page(place.company.other_rep, "pricing:agreements")


def test_the_customer_page_shows_what_is_left_of_his_prices(place: Shop, agreement: PriceAgreement) -> None:
    text = page(place.company.rep, "customers:detail", place.customer.pk)
    assert agreement.number in text
    assert "6 of 10 件 taken, 4 left" in text


def test_the_director_ends_it_with_a_reason_and_nobody_else(place: Shop, agreement: PriceAgreement) -> None:
    address = reverse("pricing:agreement_end", args=[agreement.number])
    assert browser(place.company.rep).post(address, {"reason": "x"}).status_code == 403
    director = browser(place.company.director)
    assert director.post(address, {"reason": ""}).status_code == 422
    answer = director.post(address, {"reason": "Resold below list"}, follow=True)
    assert "has ended" in answer.content.decode()
    assert "Resold below list" in answer.content.decode()
    assert director.post(address, {"reason": "again"}).status_code == 409


def test_the_owner_marks_a_notice_as_seen(place: Shop, agreement: PriceAgreement) -> None:
    place.grant(10)
    notice = AgreementNotice.objects.get(code="conflict")
    address = reverse("pricing:notice_seen", args=[notice.agreement.number, notice.pk])
    assert "Two agreements hold for one product" in page(
        place.company.rep, "pricing:agreement", notice.agreement.number
    )
    assert browser(place.company.manager).post(address).status_code == 403
    assert browser(place.company.rep).post(address).status_code == 302
    notice.refresh_from_db()
    assert notice.seen_by == place.company.rep


def test_the_owner_reads_at_home_what_needs_him(place: Shop, agreement: PriceAgreement) -> None:
    place.grant(10)
    assert "Two agreements hold for one product" in page(place.company.rep, "home")
    assert "Two agreements hold for one product" not in page(place.company.manager, "home")


def test_what_is_not_yours_does_not_exist(place: Shop, agreement: PriceAgreement) -> None:
    stranger: Client = browser(place.company.other_rep)
    assert stranger.get(reverse("pricing:agreement", args=[agreement.number])).status_code == 404
    assert stranger.post(reverse("pricing:agreement_end", args=[agreement.number]), {"reason": "x"}).status_code == 404
