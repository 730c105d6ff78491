"""Special price requests over the REST API: begun, changed, previewed, sent; what is wrong is named."""

from typing import Any

import pytest

from pricing.models import PriceAgreement
from tests.api.client import Api, fields, problem
from tests.pricing.factories import Market, market

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Market:
    return market(code="HK")


LINE = {"product": "A100", "quantity": "4000", "requested_price": "88"}


def body(**changes: Any) -> dict[str, Any]:
    usual = {
        "reason_code": "volume",
        "reason_text": "All of it.",
        "consideration": "none",
        "annual_expected": "500000.00",
    }
    return {"customer": "HK", **usual, "lines": [LINE], **changes}


def test_a_request_is_begun_changed_previewed_and_sent(shop: Market) -> None:
    api = Api(shop.company.rep)
    made = api.post("/special-prices", body())
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["price_list"], shown["lines"][0]["requested_price"]) == ("2026", "88")
    seen = api.get(f"/special-prices/{shown['id']}/preview").json()
    assert [step["role"] for step in seen["steps"]] == ["SM", "RD", "FM"]
    lower = api.patch(f"/special-prices/{shown['id']}", {"lines": [{**LINE, "requested_price": "96"}]})
    assert lower.json()["lines"][0]["requested_price"] == "96"
    sent = api.post(f"/special-prices/{shown['id']}/submit")
    assert sent.status_code == 201, sent.content
    assert PriceAgreement.objects.get(request_no=sent.json()["no"]).lines.get().net_price == 96


@pytest.mark.parametrize(
    ("wrong", "member"),
    [({"lines": [{**LINE, "product": "NONE"}]}, "lines.0.product"), ({"price_list": "1999"}, "price_list"),
     ({"lines": [{**LINE, "requested_discount": "5"}]}, "lines.0.requested_discount")],
)  # fmt: skip
def test_what_does_not_exist_or_contradicts_itself_is_named(shop: Market, wrong: dict[str, Any], member: str) -> None:
    named = problem(Api(shop.company.rep).post("/special-prices", body(**wrong)), 422, "invalid")
    assert fields(named) == [member]


@pytest.mark.parametrize("number", ["-1", "1e3", "0", "NaN", "１２", "1,000", "88.00001"])
def test_a_number_is_plain_text(shop: Market, number: Any) -> None:
    refused = Api(shop.company.rep).post("/special-prices", body(lines=[{**LINE, "requested_price": number}]))
    assert refused.status_code in (400, 422)


def test_others_do_not_see_it(shop: Market) -> None:
    made = Api(shop.company.rep).post("/special-prices", body()).json()
    other = Api(shop.company.other_rep)
    assert other.get(f"/special-prices/{made['id']}").status_code == 404
    assert other.post("/special-prices", body()).status_code == 404
    assert Api(shop.company.auditor).post("/special-prices", body()).status_code == 403
