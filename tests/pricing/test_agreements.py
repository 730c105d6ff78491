"""Agreements from the grant to their end, what is told about them, and that nobody edits them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.problems import Problem
from accounts.queries import business_today
from audit.models import Event
from pricing.models import AgreementLine, AgreementNotice, PriceAgreement, UtilisationEntry
from pricing.queries_agreements import agreements_needing_attention, prices_in_force, state_counts
from pricing.services import notices
from pricing.services.agreements import end_agreement
from pricing.services.price_checks import check_price, consume
from pricing.services.utilisation import OrderLine, move
from tests import factories
from tests.pricing.agreement_factories import Shop, line_of, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Shop:
    return shop()


def told(place: Shop) -> list[str]:
    notices.watch()
    return sorted(notice.code for notice in agreements_needing_attention(place.company.rep))


def moves(place: Shop, agreement: PriceAgreement, kind: str, quantity: int, event: str, order: str = "SO-1") -> dict:  # type: ignore[type-arg]
    return move(
        agreement, place.product.code, kind, line_of(agreement).ordered * 0 + quantity,  # type: ignore[arg-type]
        source=OrderLine(order, "1"), event=event, actor=place.clerk,
    )  # fmt: skip


def test_an_agreement_is_numbered_like_its_request_and_granted_once(place: Shop) -> None:
    agreement = place.grant()
    assert agreement.number == agreement.request_no.replace("SP-", "PA-")
    assert [line.net_price for line in prices_in_force(place.customer, business_today())] == [88]
    event = Event.objects.get(action="pricing.agreement_granted")
    assert (event.request_no, event.content["after"]["lines"][0]["net_price"]) == (agreement.request_no, "88")


def test_what_was_granted_is_not_edited_and_the_cap_holds_in_the_database_itself(place: Shop) -> None:
    agreement = place.grant()
    consume(place.order(4, "SO-1"), actor=place.clerk)
    rows = AgreementLine.objects.filter(agreement=agreement)
    edits = [
        lambda: rows.update(net_price=1),
        lambda: rows.update(cap_quantity=99),
        lambda: rows.update(ordered=11),
        lambda: rows.update(returned=5),
        lambda: UtilisationEntry.objects.update(quantity=1),
        lambda: PriceAgreement.objects.update(valid_to=agreement.valid_to + timedelta(days=99)),
    ]
    for edit in edits:
        with pytest.raises(IntegrityError), transaction.atomic():
            edit()


def test_a_return_and_a_cancellation_open_the_quantity_again(place: Shop) -> None:
    agreement = place.grant()
    consume(place.order(10, "SO-1"), actor=place.clerk)
    assert moves(place, agreement, "delivered", 6, "D1")["remaining"] == "0"
    assert moves(place, agreement, "returned", 5, "R1")["remaining"] == "5"
    assert moves(place, agreement, "returned", 5, "R1")["remaining"] == "5", "the same event counts once"
    assert moves(place, agreement, "cancelled", 4, "C1")["remaining"] == "9"
    with pytest.raises(Problem) as refused:
        moves(place, agreement, "returned", 2, "R2")
    assert (refused.value.status, refused.value.code, refused.value.extra) == (409, "not_ordered", {"most": "1"})
    with pytest.raises(Problem) as reused:
        moves(place, agreement, "returned", 1, "R1")
    assert (reused.value.status, reused.value.code) == (409, "order_key_reused")
    line = line_of(agreement)
    assert (line.ordered, line.delivered, line.returned, line.cancelled) == (10, 6, 5, 4)


def test_only_who_brings_in_trade_data_tells_returns(place: Shop) -> None:
    agreement = place.grant()
    consume(place.order(5, "SO-1"), actor=place.clerk)
    with pytest.raises(Problem) as refused:
        move(agreement, place.product.code, "returned", line_of(agreement).ordered, source=OrderLine("SO-1", "1"),
             event="R", actor=place.company.rep)  # fmt: skip
    assert refused.value.status == 403


def test_ending_needs_the_right_person_and_a_reason_and_happens_once(place: Shop) -> None:
    agreement = place.grant()
    with pytest.raises(Problem) as refused:
        end_agreement(agreement, reason="Cheaper elsewhere", actor=place.company.rep)
    assert refused.value.status == 403
    with pytest.raises(Problem) as silent:
        end_agreement(agreement, reason=" ", actor=place.company.director)
    assert silent.value.status == 422
    end_agreement(agreement, reason="Customer resold below list", actor=place.company.director)
    agreement.refresh_from_db()
    assert (agreement.state_on(business_today()), agreement.ended_on) == ("ended", business_today())
    with pytest.raises(Problem) as again:
        end_agreement(agreement, reason="Twice", actor=place.company.director)
    assert (again.value.status, again.value.code) == (409, "agreement_ended")


def test_an_order_dated_before_the_revocation_still_counts_and_a_later_one_does_not(place: Shop) -> None:
    agreement = place.grant(days=(-10, 90))
    end_agreement(agreement, reason="Resold", actor=place.company.director)
    yesterday = business_today() - timedelta(days=1)
    assert consume(place.order(2, "SO-1", on=yesterday), actor=place.clerk)["consumed"] == "2"
    later = consume(place.order(2, "SO-2"), actor=place.clerk)
    assert (later["consumed"], later["agreement"], later["reasons"][1]["code"]) == ("0", None, "agreement_ended")


def test_a_new_agreement_replaces_the_old_one_from_its_first_day_and_the_past_stays(place: Shop) -> None:
    old = place.grant(days=(-30, 60))
    new = place.grant(days=(0, 60), price=old.lines.get().net_price - 2, supersedes=(old.number,))
    old.refresh_from_db()
    assert (old.end_reason, old.superseded_by, old.ended_on) == ("superseded", new, business_today())
    past = check_price(place.order(1, on=business_today() - timedelta(days=1)), actor=place.clerk)
    now = check_price(place.order(1), actor=place.clerk)
    assert (past["price"], now["price"]) == ("88.00", "86.00")


def test_agreements_are_read_by_who_sees_their_request(place: Shop) -> None:
    agreement = place.grant()
    seeing = [name for name, person in place.company.people.items() if PriceAgreement.objects.visible_to(person)]
    assert {"rep", "manager", "cfo", "auditor"} <= set(seeing)
    assert "other_rep" not in seeing
    type(agreement.letter).objects.update(confidential=True)
    assert PriceAgreement.objects.visible_to(place.company.rep).exists()
    assert not PriceAgreement.objects.visible_to(place.company.manager).exists()


def test_the_states_of_agreements_are_counted_as_each_says_it(place: Shop) -> None:
    running, used = place.grant(20), place.grant(2, days=(-40, 40))
    consume(place.order(2, "SO-1", agreement=used.number), actor=place.clerk)
    later, over = place.grant(days=(5, 9)), place.grant(days=(-9, -5))
    today = business_today()
    counted = state_counts(PriceAgreement.objects.all(), today)
    assert counted == {"planned": 1, "in_force": 1, "used_up": 1, "expired": 1, "ended": 0}
    states = {agreement.number: agreement.state_on(today) for agreement in PriceAgreement.objects.all()}
    assert states == {
        running.number: "in_force",
        used.number: "used_up",
        later.number: "planned",
        over.number: "expired",
    }


def test_the_owner_hears_of_used_quantities_once(place: Shop) -> None:
    place.grant(10, days=(0, 365))
    consume(place.order(7, "SO-1"), actor=place.clerk)
    assert told(place) == []
    consume(place.order(1, "SO-2"), actor=place.clerk)
    assert told(place) == ["cap_80"]
    consume(place.order(2, "SO-3"), actor=place.clerk)
    assert told(place) == ["cap_100"], "the later notice stands for the earlier one"
    assert notices.watch() == 0
    assert Event.objects.filter(action="pricing.agreement_noticed").count() == 2
    for notice in AgreementNotice.objects.all():
        notices.mark_seen(notice, actor=place.company.rep)
    assert told(place) == []


@pytest.mark.parametrize(
    ("days", "codes"),
    [((-100, 91), []), ((-100, 90), ["ends_90"]), ((-100, 60), ["ends_60"]), ((-100, 30), ["ends_30"]), ((-1, 20), [])],
)
def test_the_owner_hears_that_an_agreement_ends(place: Shop, days: tuple[int, int], codes: list[str]) -> None:
    place.grant(days=days)
    consume(place.order(1, "SO-1"), actor=place.clerk)
    assert told(place) == codes


def test_the_owner_hears_of_a_price_that_nobody_uses_and_of_a_promise_not_kept(place: Shop) -> None:
    place.grant(days=(-30, 200))
    place.grant(days=(-60, -1), commitment=10)
    assert told(place) == ["commitment", "unused"]
    assert agreements_needing_attention(place.company.other_rep) == []
    assert agreements_needing_attention(factories.user("Newcomer")) == []


def test_the_owner_hears_at_once_of_two_agreements_for_one_product(place: Shop) -> None:
    place.grant()
    place.grant()
    assert [notice.code for notice in agreements_needing_attention(place.company.rep)] == ["conflict"]
