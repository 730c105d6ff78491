"""Orders that arrive at the same moment, on real connections: a hard cap holds every time."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections

from audit.models import Event
from pricing.models import AgreementLine, UtilisationEntry
from pricing.rules.grants import GrantedLine
from pricing.services.agreements import grant
from pricing.services.answers import Order
from pricing.services.price_checks import consume
from pricing.services.utilisation import OrderLine
from tests.pricing.agreement_factories import NET, Shop, letter, product, shop

TRIALS = 200


def products_with_a_cap_of_ten(place: Shop, count: int) -> list[GrantedLine]:
    lines = [
        GrantedLine(goods.pk, goods.code, Decimal(100), NET, Decimal(10), Decimal(10), True)
        for goods in (product() for _ in range(count))
    ]
    agreement = place.grant()
    first, last = agreement.valid_from, agreement.valid_to
    grant(
        letter(place.company, place.customer, first, last), lines=lines, request_no="SP-202611-9999", policy_number=1,
        terms={"valid_from": first, "valid_to": last}, actor=place.company.director, now=agreement.granted_at,
    )  # fmt: skip
    return lines


@pytest.mark.django_db(transaction=True)
def test_two_orders_of_six_on_a_cap_of_ten_are_never_twelve_in_200_trials() -> None:
    place = shop()
    lines = products_with_a_cap_of_ten(place, TRIALS)
    goods = {line.product_id: line for line in AgreementLine.objects.select_related("product")}
    together = Barrier(2)

    def orders(who: str) -> list[tuple[str, str]]:
        """One of two senders: an order of six on each line, both released together each time."""
        heard = []
        try:
            for line in lines:
                order = Order(
                    customer=place.customer, product=goods[line.product_id].product, quantity=Decimal(6),
                    unit_price=NET, currency="CNY", on=None, source=OrderLine(f"{who}-{line.product_id}", "1"),
                )  # fmt: skip
                together.wait(30)
                said = consume(order, actor=place.clerk)
                heard.append((said["verdict"], said["consumed"]))
        except BaseException:
            together.abort()
            raise
        finally:
            connections.close_all()
        return heard

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(orders, ("A", "B"))
    trials = list(zip(one, other, strict=True))
    assert len(trials) == TRIALS
    assert {frozenset(trial) for trial in trials} == {frozenset({("within", "6"), ("partly_covered", "0")})}
    taken = AgreementLine.objects.filter(product_id__in=[line.product_id for line in lines])
    assert set(taken.values_list("ordered", flat=True)) == {Decimal(6)}
    assert UtilisationEntry.objects.count() == TRIALS
    assert Event.objects.filter(action="pricing.quantity_ordered").count() == TRIALS


@pytest.mark.django_db(transaction=True)
def test_one_order_sent_eight_times_at_once_is_taken_once() -> None:
    place = shop()
    place.grant(10)
    together = Barrier(8)

    def send(_number: int) -> dict[str, object]:
        try:
            together.wait(30)
            return consume(place.order(6, "SO-1"), actor=place.clerk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["consumed"] == "6"
    assert AgreementLine.objects.get().ordered == 6
