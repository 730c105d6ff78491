"""The worked cases of the approval reference, section 5.4, about what was granted: use, correction, return."""

from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal

import pytest

from accounts.queries import business_today
from pricing.models import AgreementLine, UtilisationEntry
from pricing.services.price_checks import check_price, consume
from pricing.services.utilisation import OrderLine, move
from tests.pricing.agreement_factories import Shop, line_of, shop

MOVES: Final[tuple[tuple[Literal["delivered", "returned"], int], ...]] = (("delivered", 10), ("returned", 5))
pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Shop:
    return shop()


def test_p11_two_orders_of_ten_use_up_twenty(place: Shop) -> None:
    agreement = place.grant(20)
    left = []
    for order in ("SO-1", "SO-2"):
        consume(place.order(10, order), actor=place.clerk)
        left.append(20 - line_of(agreement).ordered)
    assert left == [10, 0]
    assert set(UtilisationEntry.objects.filter(line__agreement=agreement).values_list("order", flat=True)) == {
        "SO-1", "SO-2"}  # fmt: skip
    assert consume(place.order(1, "SO-3"), actor=place.clerk)["consumed"] == "0"


def test_p11_each_agreement_is_drawn_on_by_itself(place: Shop) -> None:
    """20 and 50 granted, 10 and 20 drawn: 10 and 30 are left."""
    other = Shop(place.company, place.customer, place.product, place.price_list)
    first, second = place.grant(20), other.grant(50)
    consume(place.order(10, "SO-1", agreement=first.number), actor=place.clerk)
    consume(place.order(20, "SO-1", "2", agreement=second.number), actor=place.clerk)
    rows = AgreementLine.objects.filter(agreement__in=(first, second)).order_by("agreement_id")
    assert [row.cap_quantity - row.ordered for row in rows if row.cap_quantity is not None] == [10, 30]


def test_p11_what_has_run_out_takes_nothing(place: Shop) -> None:
    place.grant(20, days=(-60, -1))
    said = consume(place.order(10, "SO-1"), actor=place.clerk)
    assert (said["consumed"], said["agreement"]) == ("0", None)


@pytest.mark.parametrize(("first_day", "price_of_yesterday"), [(-30, "86.00"), (0, "88.00")])
def test_p13_a_correction_holds_for_the_past_too_and_a_new_price_from_its_day_on(
    place: Shop, first_day: int, price_of_yesterday: str
) -> None:
    """A correction begins on the first day of what it corrects, what was negotiated anew on its own."""
    wrong = place.grant(days=(-30, 60))
    place.grant(days=(first_day, 60), price=Decimal(86), supersedes=(wrong.number,))
    yesterday = business_today() - timedelta(days=1)
    assert check_price(place.order(1, on=yesterday), actor=place.clerk)["price"] == price_of_yesterday
    assert check_price(place.order(1), actor=place.clerk)["price"] == "86.00"


def test_p15_a_return_opens_the_quantity_again(place: Shop) -> None:
    agreement = place.grant(10)
    consume(place.order(10, "SO-1"), actor=place.clerk)
    said = [
        move(agreement, place.product.code, kind, Decimal(quantity), source=OrderLine("SO-1", "1"), event=kind,
             actor=place.clerk)["remaining"]
        for kind, quantity in MOVES
    ]  # fmt: skip
    assert said == ["0", "5"]
    assert [consume(place.order(n, f"SO-{n + 1}"), actor=place.clerk)["consumed"] for n in (5, 1)] == ["5", "0"]
    assert line_of(agreement).returned == 5
