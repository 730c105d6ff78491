"""Price agreements and price checks over REST: as an ERP uses them, and what it hears when it is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from accounts.queries import business_today
from pricing.models import AgreementLine, PriceAgreement
from tests import factories
from tests.api.client import Api, fields, problem
from tests.api.test_hostile import bodies, fuzz, survives
from tests.factories import Company
from tests.pricing.agreement_factories import Shop, shop

pytestmark = pytest.mark.django_db
CHECKS = "/price-checks"


@pytest.fixture
def place(company: Company) -> Shop:
    return shop(company, divisible=False, pack_unit="箱", pack_size=5)


@pytest.fixture
def agreement(place: Shop) -> PriceAgreement:
    return place.grant(10)


@pytest.fixture
def erp(place: Shop) -> Api:
    return Api(place.clerk)


def line(place: Shop, quantity: Any = 6, **changes: Any) -> dict[str, Any]:
    return {"customer": place.customer.code, "product": place.product.code, "quantity": quantity, **changes}


def test_a_check_names_the_price_and_the_agreement_and_takes_nothing(
    place: Shop, agreement: PriceAgreement, erp: Api
) -> None:
    said = erp.post(CHECKS, line(place)).json()
    assert (said["verdict"], said["price"], said["currency"], said["consumed"]) == ("within", "88.00", "CNY", "0")
    assert said["agreement"] == {
        "number": agreement.number, "request": agreement.request_no, "valid_from": agreement.valid_from.isoformat(),
        "valid_to": agreement.valid_to.isoformat(), "price": "88.00", "cap": "10", "hard": True, "remaining": "10",
        "cap_state": "open",
    }  # fmt: skip
    assert {"code", "zh", "en"} <= said["reasons"][0].keys()
    assert AgreementLine.objects.get().ordered == 0


def test_an_order_is_taken_once_and_never_above_the_cap(place: Shop, agreement: PriceAgreement, erp: Api) -> None:
    body = line(place, 6, order="SO-1", unit_price="88.00", consume=True)
    first = erp.post(CHECKS, body)
    assert (first.status_code, first.json()["consumed"], first.json()["agreement"]["remaining"]) == (200, "6", "4")
    assert erp.post(CHECKS, body).json() == first.json()
    problem(erp.post(CHECKS, {**body, "quantity": 5}), 409, "order_key_reused")
    second = erp.post(CHECKS, {**body, "order": "SO-2"}).json()
    assert (second["verdict"], second["covered"], second["consumed"]) == ("partly_covered", "4", "0")
    read = erp.get(f"/price-agreements/{agreement.number}").json()
    assert (read["lines"][0]["ordered"], read["lines"][0]["remaining"]) == ("6", "4")


def test_the_header_key_gives_the_first_answer_again_and_refuses_another_body(
    place: Shop, agreement: PriceAgreement, erp: Api
) -> None:
    body = line(place, 6, order="SO-1", consume=True)
    first = erp.post(CHECKS, body, key="k").json()
    assert erp.post(CHECKS, body, key="k").json() == first
    problem(erp.post(CHECKS, {**body, "order": "SO-2"}, key="k"), 409, "idempotency_key_reused")


def test_a_return_opens_the_quantity_again(place: Shop, agreement: PriceAgreement, erp: Api) -> None:
    erp.post(CHECKS, line(place, 10, order="SO-1", consume=True))
    address = f"/price-agreements/{agreement.number}/movements"
    back = {"product": place.product.code, "kind": "returned", "quantity": 5, "order": "SO-1", "event": "RMA-1"}
    assert erp.post(address, back).json()["remaining"] == "5"
    assert erp.post(address, back).json()["remaining"] == "5"
    answer = problem(erp.post(address, {**back, "quantity": 6, "event": "RMA-2"}), 409, "not_ordered")
    assert answer["most"] == "5"
    assert fields(problem(erp.post(address, {**back, "quantity": 0}), 422, "invalid")) == ["quantity"]
    problem(Api(place.company.rep).post(address, {**back, "event": "RMA-3"}), 403, "not_permitted")
    assert erp.post(CHECKS, line(place, 5, order="SO-2", consume=True)).json()["consumed"] == "5"


@pytest.mark.parametrize(
    "quantity", ["-6", 0, "0.000", "NaN", "1e3", "6.0001", 10**10, "9" * 30, "six", True, None, ""]
)
def test_a_quantity_that_is_none_is_named(place: Shop, erp: Api, quantity: Any) -> None:
    assert fields(problem(erp.post(CHECKS, line(place, quantity)), 422, "invalid")) == ["quantity"]


def test_half_a_piece_and_an_unknown_unit_are_refused_and_a_box_is_five(
    place: Shop, agreement: PriceAgreement, erp: Api
) -> None:
    assert fields(problem(erp.post(CHECKS, line(place, "2.5")), 422, "invalid")) == ["quantity"]
    assert fields(problem(erp.post(CHECKS, line(place, 2, unit="吨")), 422, "invalid")) == ["unit"]
    assert erp.post(CHECKS, line(place, 2, unit="箱")).json()["quantity"] == "10"
    problem(erp.post(CHECKS, '{"quantity": 2.5}'), 400, "number_not_exact")
    problem(erp.post(CHECKS, '{"quantity": NaN}'), 400, "number_not_exact")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"customer": "NOBODY"}, 404, "unknown_customer"),
        ({"product": "NOTHING"}, 404, "unknown_product"),
        ({"currency": "USD"}, 422, "no_price"),
        ({"agreement": "PA-0"}, 404, "unknown_agreement"),
        ({"unit_price": "-88"}, 422, "invalid"),
        ({"unit_price": "88.00001"}, 422, "invalid"),
        ({"date": "2026-02-30"}, 422, "invalid"),
        ({"consume": True}, 422, "order_missing"),
        ({"consume": "yes"}, 422, "invalid"),
        ({"colour": "red"}, 422, "invalid"),
    ],
)
def test_what_is_wrong_is_a_problem_with_its_own_code(
    place: Shop, agreement: PriceAgreement, erp: Api, changes: dict[str, Any], status: int, code: str
) -> None:
    problem(erp.post(CHECKS, line(place, **changes)), status, code)


def test_an_agreement_that_is_named_must_hold(place: Shop, erp: Api) -> None:
    old, later = place.grant(days=(-9, -1)), place.grant(days=(1, 9))
    problem(erp.post(CHECKS, line(place, agreement=old.number)), 409, "agreement_expired")
    problem(erp.post(CHECKS, line(place, agreement=later.number)), 409, "agreement_not_yet_valid")
    tomorrow = (business_today() + timedelta(days=1)).isoformat()
    assert erp.post(CHECKS, line(place, date=tomorrow)).json()["agreement"]["number"] == later.number


def test_a_stranger_finds_neither_the_customer_nor_the_agreement(place: Shop, agreement: PriceAgreement) -> None:
    stranger = Api(place.company.other_rep)
    problem(stranger.post(CHECKS, line(place)), 404, "unknown_customer")
    problem(stranger.get(f"/price-agreements/{agreement.number}"), 404, "not_found")
    problem(stranger.post(f"/price-agreements/{agreement.number}/end", {"reason": "x"}), 404, "not_found")
    assert stranger.get("/price-agreements").json()["items"] == []


def test_the_list_is_searched_and_filtered_and_an_end_is_told(place: Shop, agreement: PriceAgreement) -> None:
    director = Api(place.company.director)
    numbers = [row["number"] for row in director.get("/price-agreements", q=place.product.code).json()["items"]]
    assert numbers == [agreement.number]
    assert director.get("/price-agreements", state="expired").json()["items"] == []
    assert director.get("/price-agreements", state="nonsense").json()["items"] == []
    problem(
        Api(place.company.rep).post(f"/price-agreements/{agreement.number}/end", {"reason": "x"}), 403, "not_permitted"
    )
    ended = director.post(f"/price-agreements/{agreement.number}/end", {"reason": "Resold"}).json()
    assert (ended["state"], ended["ended_on"]) == ("ended", business_today().isoformat())
    assert director.get("/price-agreements", state="ended").json()["items"][0]["number"] == agreement.number


def test_nobody_without_a_role_learns_a_price(place: Shop, agreement: PriceAgreement) -> None:
    problem(Api(factories.user("Newcomer")).post(CHECKS, line(place)), 404, "unknown_customer")


@fuzz
@given(body=bodies("customer product quantity unit unit_price currency date agreement order line consume kind event"))
def test_whatever_is_sent_is_answered(place: Shop, agreement: PriceAgreement, erp: Api, body: dict[str, Any]) -> None:
    survives(erp, "POST", CHECKS, {**line(place, 1, order="SO-1", consume=True), **body})
    moved = {"product": place.product.code, "kind": "returned", "quantity": 1, "order": "SO-1", "event": "R"}
    survives(erp, "POST", f"/price-agreements/{agreement.number}/movements", {**moved, **body})
