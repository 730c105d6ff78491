"""Which price holds for an order, what is taken, and what each answer says."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.problems import Problem
from accounts.queries import business_today
from audit.models import Event
from pricing.models import AgreementLine, ListPrice, PriceList, UtilisationEntry
from pricing.rules.price_check import Asked, Grant, ListOffer, Standard, answer, list_price_of
from pricing.rules.utilisation import Cap, Use
from pricing.services.agreements import end_agreement
from pricing.services.price_checks import check_price, consume
from tests import factories
from tests.pricing.agreement_factories import Shop, shop

pytestmark = pytest.mark.django_db
TODAY = business_today()


@pytest.fixture
def place() -> Shop:
    return shop()


def checked(place: Shop, quantity: int = 4, **changes: Any) -> tuple[str, str, str | None]:
    """Verdict, price, and the reason's code."""
    said = check_price(place.order(quantity, **changes), actor=place.company.rep)
    return said["verdict"], said["price"], said["reasons"][0]["code"]


def refused(place: Shop, quantity: int | str = 4, order: str | None = None, **changes: Any) -> tuple[int, str]:
    act = consume if order else check_price
    with pytest.raises(Problem) as problem:
        act(place.order(quantity, order, **changes), actor=place.clerk)
    return problem.value.status, problem.value.code


def test_without_an_agreement_the_tier_price_holds(place: Shop) -> None:
    said = check_price(place.order(4), actor=place.company.rep)
    assert (said["verdict"], said["allowed"], said["price"], said["agreement"]) == ("within", True, "95.00", None)
    assert said["standard"] == {"price_list": "LIST", "list_price": "100.00", "discount_pct": "5", "price": "95.00"}
    assert "95" in said["reasons"][0]["zh"]
    assert "95" in said["reasons"][0]["en"]


def test_an_order_below_the_tier_price_without_an_agreement_may_not_stand(place: Shop) -> None:
    assert checked(place, unit_price=Decimal("94.99")) == ("below_price", "95.00", "below_price")
    assert checked(place, unit_price=Decimal(95)) == ("within", "95.00", "price_list")


def test_the_agreement_is_more_specific_than_the_price_list(place: Shop) -> None:
    agreement = place.grant(10)
    said = check_price(place.order(4, unit_price=Decimal(88)), actor=place.company.rep)
    assert (said["price"], said["covered"], said["agreement"]["number"]) == ("88.00", "4", agreement.number)
    assert (said["consumed"], said["agreement"]["remaining"]) == ("0", "10")
    assert agreement.number in said["reasons"][0]["zh"]


def test_a_partly_covered_order_says_how_much_and_takes_nothing(place: Shop) -> None:
    place.grant(10)
    consume(place.order(6, "SO-1"), actor=place.clerk)
    said = consume(place.order(6, "SO-2"), actor=place.clerk)
    assert (said["verdict"], said["allowed"]) == ("partly_covered", False)
    assert (said["covered"], said["uncovered"], said["consumed"]) == ("4", "2", "0")
    assert AgreementLine.objects.get().ordered == 6
    assert consume(place.order(4, "SO-3"), actor=place.clerk)["agreement"]["remaining"] == "0"
    assert consume(place.order(1, "SO-4"), actor=place.clerk)["verdict"] == "above_cap"


def test_a_soft_cap_is_exceeded_and_said(place: Shop) -> None:
    place.grant(10, hard=False)
    said = consume(place.order(12, "SO-1"), actor=place.clerk)
    assert (said["verdict"], said["allowed"], said["consumed"]) == ("over_soft_cap", True, "12")
    assert said["agreement"]["cap_state"] == "over"


def test_without_a_cap_there_is_no_end(place: Shop) -> None:
    place.grant(None)
    said = consume(place.order(10**6, "SO-1"), actor=place.clerk)
    assert (said["verdict"], said["agreement"]["remaining"]) == ("within", None)


@pytest.mark.parametrize("price", ["87.99", "88.01", "95"])
def test_another_price_than_granted_breaks_the_link_and_takes_nothing(place: Shop, price: str) -> None:
    place.grant(10)
    said = consume(place.order(4, "SO-1", unit_price=Decimal(price)), actor=place.clerk)
    assert (said["verdict"], said["allowed"], said["consumed"]) == ("price_differs", False, "0")
    assert said["reasons"][0]["code"] == "link_broken"
    assert AgreementLine.objects.get().ordered == 0
    assert Event.objects.filter(action="pricing.link_broken").count() == 1


def test_the_same_order_line_again_gets_the_same_answer_and_takes_nothing_more(place: Shop) -> None:
    place.grant(10)
    first = consume(place.order(6, "SO-1"), actor=place.clerk)
    assert consume(place.order(6, "SO-1"), actor=place.clerk) == first
    assert refused(place, 5, "SO-1") == (409, "order_key_reused")
    assert consume(place.order(4, "SO-1", line="2"), actor=place.clerk)["consumed"] == "4"
    assert UtilisationEntry.objects.count() == 2


def test_the_same_order_line_about_another_product_is_refused(place: Shop) -> None:
    place.grant(10)
    consume(place.order(6, "SO-1"), actor=place.clerk)
    other = shop(factories.company())
    mixed = Shop(place.company, place.customer, other.product, place.price_list)
    ListPrice.objects.create(price_list=place.price_list, product=other.product, price=100)
    mixed.grant(10)
    assert refused(mixed, 6, "SO-1") == (409, "order_key_reused")


def test_two_agreements_of_equal_right_are_an_error_until_one_is_named_or_ends(place: Shop) -> None:
    one, other = place.grant(10), place.grant(10, price=Decimal(87))
    assert refused(place) == (409, "agreement_conflict")
    assert checked(place, agreement=other.number) == ("within", "87.00", "agreement")
    end_agreement(one, reason="Replaced", actor=place.company.director)
    assert checked(place) == ("within", "87.00", "agreement")


def test_an_agreement_that_is_used_up_gives_way_to_another(place: Shop) -> None:
    one, other = place.grant(4), place.grant(10)
    consume(place.order(4, "SO-1", agreement=one.number), actor=place.clerk)
    assert check_price(place.order(4), actor=place.clerk)["agreement"]["number"] == other.number


def test_two_price_lists_of_one_day_with_different_prices_are_an_error(place: Shop) -> None:
    newer = PriceList.objects.create(code="NEW", unit=place.company.unit, currency="CNY", valid_from=TODAY)
    ListPrice.objects.create(price_list=newer, product=place.product, price=110)
    assert checked(place) == ("within", "104.50", "price_list"), "the newer list counts"
    same_day = PriceList.objects.create(code="SAME", unit=place.company.unit, currency="CNY", valid_from=TODAY)
    ListPrice.objects.create(price_list=same_day, product=place.product, price=120)
    assert refused(place) == (409, "price_list_conflict")
    place.grant(10)
    assert checked(place) == ("within", "88.00", "agreement"), "a grant does not depend on the lists"


@pytest.mark.parametrize(
    ("days", "code"), [((-9, -1), "agreement_expired"), ((1, 9), "agreement_not_yet_valid"), ((0, 0), "")]
)
def test_both_days_of_an_agreement_count_and_none_beside_them(place: Shop, days: tuple[int, int], code: str) -> None:
    agreement = place.grant(10, days=days)
    if not code:
        assert checked(place, agreement=agreement.number)[1] == "88.00"
        return
    assert refused(place, agreement=agreement.number) == (409, code)
    said = check_price(place.order(4, unit_price=Decimal(88)), actor=place.clerk)
    assert (said["verdict"], said["reasons"][1]["code"]) == ("below_price", code)


def test_the_business_date_of_the_order_decides(place: Shop) -> None:
    place.grant(10, days=(-9, -1))
    assert checked(place, on=TODAY - timedelta(days=1))[1] == "88.00"
    assert checked(place, on=TODAY)[1] == "95.00"
    assert refused(place, 4, "SO-1", on=TODAY + timedelta(days=1)) == (422, "order_date_future")


def test_unknown_and_unfit_agreements_and_currencies_have_their_own_answer(place: Shop) -> None:
    agreement = place.grant(10)
    assert refused(place, agreement="PA-0") == (404, "unknown_agreement")
    assert refused(place, agreement=agreement.number, currency="USD") == (409, "agreement_currency")
    assert refused(place, currency="USD") == (422, "no_price")
    assert refused(place, on=TODAY - timedelta(days=3000)) == (422, "no_price")


def test_readers_do_not_take_and_a_confidential_price_stays_with_who_may_read_it(place: Shop) -> None:
    agreement = place.grant(10)
    with pytest.raises(Problem) as problem:
        consume(place.order(4, "SO-1"), actor=place.company.auditor)
    assert problem.value.status == 403
    type(agreement.letter).objects.update(confidential=True)
    manager = check_price(place.order(4), actor=place.company.manager)
    assert (manager["price"], manager["agreement"]) == ("95.00", None)
    assert consume(place.order(4, "SO-1"), actor=place.clerk)["consumed"] == "4"


def test_a_check_costs_the_same_few_statements_after_a_thousand_orders(place: Shop) -> None:
    place.grant(None)
    line = AgreementLine.objects.get()

    def statements(order: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            consume(place.order(1, order), actor=place.clerk)
        return sum("SAVEPOINT" not in query["sql"] for query in captured)

    statements("SO-0")
    few = statements("SO-1")
    UtilisationEntry.objects.bulk_create(
        UtilisationEntry(
            line=line, customer=place.customer, kind="ordered", order=f"OLD-{number}", order_line="1", quantity=1,
            on=TODAY, fingerprint="", answer={}, by=place.clerk,
        )
        for number in range(1000)
    )  # fmt: skip
    assert statements("SO-2") == few <= 11


CAPS = st.one_of(st.none(), st.integers(0, 50).map(Decimal))


@given(cap=CAPS, hard=st.booleans(), taken=st.integers(0, 50), quantity=st.integers(1, 60))
def test_what_is_covered_is_never_more_than_what_is_left(
    cap: Decimal | None, hard: bool, taken: int, quantity: int
) -> None:
    grant = Grant(1, "PA-1", "SP-1", "CNY", Decimal(88), TODAY, TODAY, None, Cap(cap, hard), Use(Decimal(taken)))
    found = answer(
        [grant], lambda: Standard("L", Decimal(100), Decimal(5)), Asked(Decimal(quantity), None, "CNY", TODAY)
    )
    assert found.covered <= quantity
    assert found.allowed == (found.covered == quantity)
    if hard and cap is not None:
        assert found.covered == max(min(cap - taken, Decimal(quantity)), Decimal(0))


def test_the_order_of_the_price_lists_does_not_matter() -> None:
    lists = [ListOffer("A", Decimal(1), TODAY - timedelta(days=9)), ListOffer("B", Decimal(2), TODAY)]
    assert list_price_of(lists) == list_price_of(lists[::-1]) == lists[1]
    assert list_price_of([]) is None


def test_the_tier_price_is_rounded_to_four_places_half_up() -> None:
    assert Standard("L", Decimal("0.0010"), Decimal(5)).price == Decimal("0.0010")
    assert Standard("L", Decimal("33.3333"), Decimal("7.5")).price == Decimal("30.8333")
