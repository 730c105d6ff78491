"""The pages of a special price: rows that are kept as far as they were typed right, the panel, the request, its notice."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from pricing.models import SpecialPrice
from tests.pricing.factories import Market, market
from workflows import services
from workflows.kinds.special_price import KIND
from workflows.kinds.special_price_notice import sheet_tables, special_price_notice
from workflows.letters.case import read_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Market:
    return market()


def at(client: Client, user: User) -> Client:
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return client


def page(letter: SpecialPrice) -> str:
    return reverse("workflows:draft", args=["special_price", letter.pk])


def rows(letter: SpecialPrice) -> list[tuple[Any, ...]]:
    return [(line.product.code, line.quantity, line.requested_price) for line in letter.lines.all()]


def sent(**changes: str) -> dict[str, str]:
    """What the browser sends for two lines."""
    return {
        "price_list": "2026", "valid_from": "2026-11-22", "valid_to": "2027-02-19", "consideration": "none",
        "lines-0-product": "A100", "lines-0-quantity": "4000", "lines-0-requested_price": "88",
        "lines-1-product": "B200", "lines-1-quantity": "10", "lines-1-requested_discount": "5", **changes,
    }  # fmt: skip


def test_the_rows_that_are_sent_are_the_rows_that_are_kept(client: Client, shop: Market) -> None:
    letter = shop.letter()
    assert at(client, shop.company.rep).post(page(letter), sent()).status_code == 302
    assert rows(letter) == [("A100", 4000, 88), ("B200", 10, None)]
    client.post(page(letter), sent(remove="lines-0"))
    assert rows(letter) == [("B200", 10, None)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"lines-0-quantity": "many"}, "digits 0 to 9"), ({"lines-0-requested_price": "88.00001"}, "At most 4 decimals"),
     ({"lines-0-requested_discount": "3"}, "either a net price or a discount"), ({"lines-0-quantity": "0"}, "more than zero")],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_the_rest_is_kept(
    client: Client, shop: Market, wrong: dict[str, str], said: str
) -> None:
    letter = shop.letter()
    answer = at(client, shop.company.rep).post(page(letter), sent(**wrong))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Line 1" in text
    assert said in text
    assert [code for code, *_rest in rows(letter)] == ["A100", "B200"]


def test_evidence_is_kept_once_it_says_whose_what_when_and_how(client: Client, shop: Market) -> None:
    letter, rep = shop.letter(), at(client, shop.company.rep)
    begun = {"evidence-0-product": "A100", "evidence-0-competitor": "X", "evidence-0-price": "90"}
    assert "Not kept before it says" in rep.post(page(letter), sent(**begun)).content.decode()
    assert not letter.evidence.exists()
    whole = {**begun, "evidence-0-obtained_on": "2026-11-20", "evidence-0-how": "email"}
    assert rep.post(page(letter), sent(**whole)).status_code == 302
    assert letter.evidence.get().currency == "CNY"


def test_the_panel_shows_waterfall_path_and_what_would_need_nobody(client: Client, shop: Market) -> None:
    letter = shop.letter()
    url = reverse("workflows:draft-preview", args=["special_price", letter.pk])
    text = at(client, shop.company.rep).post(url, sent()).content.decode()
    assert "at 96.00 or above this line needs nobody" in text
    assert text.count("<svg") > 8
    assert "Regional director" in text


def test_request_and_decision_panel_show_the_frozen_figures(client: Client, shop: Market) -> None:
    request = services.submit(KIND, shop.letter().pk, actor=shop.company.rep, idempotency_key="x")
    step = request.steps.get(status="open")
    decider = at(client, shop.company.manager)
    for url in (reverse("workflows:request", args=[request.no]), reverse("workflows:panel", args=[step.pk])):
        text = decider.get(url).content.decode()
        assert "28,000" in text
        assert "+7.00 points" in text
        assert "18.2" in text


def test_the_notice_tells_the_customer_prices_but_neither_cost_nor_margin(shop: Market) -> None:
    letter = shop.letter({"product": "B200", "quantity": 10, "requested_price": "47.5"})
    request = services.submit(KIND, letter.pk, actor=shop.company.rep, idempotency_key="x")
    case = read_case(request.pk)
    told = str(special_price_notice(case))
    assert "47.50" in told
    assert "<svg" in told
    assert "30.00" not in told  # the cost
    assert "36.84" not in told  # the margin
    assert "30.00" in str(sheet_tables(case))
