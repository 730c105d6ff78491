"""Many items with one comment: each is decided or refused by itself (reference approval.md 5.1, trust.md A19 and A20)."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.problems import Problem
from accounts.roles import Role
from audit.models import Event
from tests.authz.world import browser
from tests.pricing.factories import Market, market
from tests.workflows.factories import ready_application, trading_customer
from tests.workflows.test_races import at_once
from workflows import rules, services
from workflows.kinds.credit import KIND as CREDIT
from workflows.kinds.special_price import KIND
from workflows.models import Decision, Request, Step
from workflows.services.bulk import Chosen, Outcome, decide_many

SMALL = {"product": "B200", "quantity": 100, "requested_price": "46.75"}  # 1.5 points beyond the tier: SP-1


@pytest.fixture
def shop(db: None) -> Market:
    return market()


def asked(shop: Market, count: int = 1, **line: object) -> list[Request]:
    """Small special prices of different customers, each waiting for the sales manager."""
    made = []
    for _ in range(count):
        neighbour = replace(shop, customer=trading_customer(shop.company))
        letter = neighbour.letter({**SMALL, **line})
        made.append(services.submit(KIND, letter.pk, actor=shop.company.rep, idempotency_key=str(uuid4())))
    return made


def chosen(requests: list[Request]) -> list[Chosen]:
    steps = Step.objects.filter(request__in=requests, status="open").select_related("request", "submission")
    return [Chosen(step.request.no, step.pk, step.submission.content_sha256) for step in steps]


def said(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.no: outcome.code or outcome.state for outcome in outcomes}


def test_w15_of_three_selected_two_are_approved_and_ones_own_is_refused_with_the_reason(shop: Market) -> None:
    manager = shop.company.manager
    requests = asked(shop, 3)
    own = requests[1]
    Request.objects.filter(pk=own.pk).update(submitter=manager)
    outcomes = decide_many(chosen(requests), actor=manager, verb="approve", idempotency_key="w15", reason="As usual.")
    assert said(outcomes) == {requests[0].no: "approved", own.no: "own_request", requests[2].no: "approved"}
    assert next(each.said for each in outcomes if each.no == own.no).startswith("You submitted this request")
    assert {each.request.no for each in Decision.objects.all()} == {requests[0].no, requests[2].no}
    own.refresh_from_db()
    assert own.state == "in_review"


def test_a19_one_has_changed_and_one_is_barred_each_answers_for_itself_and_leaves_its_own_event(shop: Market) -> None:
    manager, requests = shop.company.manager, asked(shop, 8)
    items = chosen(requests)
    changed = replace(items[2], content_sha256="0" * 64)
    barred = items[5]
    Request.objects.filter(no=barred.no).update(owner=manager)
    outcomes = decide_many([changed if each.no == changed.no else each for each in items],
                           actor=manager, verb="approve", idempotency_key="a19")  # fmt: skip
    results = said(outcomes)
    assert (results.pop(changed.no), results.pop(barred.no)) == ("content_changed", "own_customer")
    assert list(results.values()) == ["approved"] * 6
    events = Event.objects.filter(request_no__in=[each.no for each in requests])
    assert events.filter(action="request.decided").count() == 6
    refused = events.filter(action="rule.refused").values_list("request_no", flat=True)
    assert sorted(refused) == sorted([changed.no, barred.no])


def test_a20_the_same_items_in_the_other_order_are_taken_in_one_order(shop: Market) -> None:
    """Whoever holds A and wants B never waits for somebody who holds B and wants A: see the race with threads."""
    items = chosen(asked(shop, 3))
    outcomes = decide_many(items[::-1], actor=shop.company.manager, verb="approve", idempotency_key="a20")
    numbers = [each.no for each in outcomes]
    assert numbers == sorted(numbers)
    decided = Decision.objects.order_by("pk").values_list("request__no", flat=True)
    assert list(decided) == numbers


@pytest.mark.django_db(transaction=True)
def test_a20_two_managers_take_the_same_items_from_both_ends_at_once(shop: Market) -> None:
    other = shop.company.hire("Second Manager", Role.SM)
    items = chosen(asked(shop, 4))
    answers = at_once([
        partial(decide_many, each, actor=actor, verb="approve", idempotency_key=uuid4().hex)
        for each, actor in ((items, shop.company.manager), (items[::-1], other))
    ])  # fmt: skip
    codes = [{each.code for each in outcomes} for outcomes in answers]  # an exception would not be iterable
    assert set().union(*codes) <= {"", "step_closed", "busy"}
    assert sorted(Decision.objects.values_list("request__no", flat=True)) == sorted(each.no for each in items)
    assert sum(each.decided for outcomes in answers for each in outcomes) == 4


def test_sent_twice_each_item_answers_as_before_and_is_decided_once(shop: Market) -> None:
    items = chosen(asked(shop, 2))
    first, again = (
        decide_many(items, actor=shop.company.manager, verb="reject", idempotency_key="k", reason="No.")
        for _ in range(2)
    )
    assert said(first) == said(again) == {each.no: "rejected" for each in items}
    assert Decision.objects.count() == 2


def test_what_bulk_is_not_for_is_refused_by_item_and_the_rest_is_decided(shop: Market) -> None:
    small, large = asked(shop), asked(shop, quantity=200_000)  # a concession of 150,000
    application = ready_application(shop.company)
    credit = services.submit(CREDIT, application.pk, actor=shop.company.rep, idempotency_key="credit")
    secret = asked(shop)
    Request.objects.filter(pk=secret[0].pk).update(confidential=True)
    outcomes = decide_many(
        chosen([*small, *large, credit, *secret]), actor=shop.company.manager, verb="approve", idempotency_key="mixed"
    )
    assert said(outcomes) == {
        small[0].no: "approved",
        large[0].no: "bulk_above_cap",
        credit.no: "bulk_not_this_kind",
        secret[0].no: "bulk_confidential",
    }


def test_items_that_wait_in_another_role_are_left_out(shop: Market) -> None:
    items = chosen(asked(shop, 2))
    outcomes = decide_many(items, actor=shop.company.manager, verb="approve", idempotency_key="k", role="RD")
    assert {each.code for each in outcomes} == {"bulk_other_role"}


def test_what_i_do_not_see_does_not_exist_for_me(shop: Market) -> None:
    items = chosen(asked(shop, 2))
    outcomes = decide_many(items, actor=shop.company.other_rep, verb="approve", idempotency_key="k")
    assert {(each.code, each.status) for each in outcomes} == {("bulk_not_found", 404)}
    elsewhere = [replace(items[0], no=items[1].no)]
    outcomes = decide_many(elsewhere, actor=shop.company.manager, verb="approve", idempotency_key="k2")
    assert {each.code for each in outcomes} == {"bulk_not_found"}
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("verb", "reason", "code"),
    [("return", " ", "reason_missing"), ("reject", "", "reason_missing"), ("approve_conditional", "x", "unknown_verb")],
)
def test_before_anything_is_touched_the_whole_is_refused(shop: Market, verb: str, reason: str, code: str) -> None:
    items = [Chosen("SP-1", 1, "0" * 64)]
    with pytest.raises(Problem) as refused:
        decide_many(items, actor=shop.company.manager, verb=verb, idempotency_key="k", reason=reason)
    assert (refused.value.code, refused.value.status) == (code, 422)
    with pytest.raises(Problem) as refused:
        decide_many([], actor=shop.company.manager, verb="approve", idempotency_key="k")
    assert refused.value.code == "bulk_size"


def test_the_reasons_why_an_item_is_decided_by_itself() -> None:
    item = rules.BulkItem(allowed=True, together=True, metric=Decimal(100_000), papers=False, confidential=False)
    cap = Decimal(100_000)
    assert rules.refusal_in_bulk(item, cap) is None
    changes = {
        "bulk_not_this_kind": {"allowed": False},
        "bulk_other_role": {"together": False},
        "bulk_confidential": {"confidential": True},
        "bulk_above_cap": {"metric": Decimal("100000.01")},
        "bulk_papers": {"papers": True},
    }
    for code, change in changes.items():
        refusal = rules.refusal_in_bulk(replace(item, **change), cap)  # type: ignore[arg-type]
        assert refusal is not None
        assert refusal.code == code


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_on_the_page_what_was_ticked_is_shown_first_and_then_what_became_of_each(shop: Market) -> None:
    manager = shop.company.manager
    requests, large = asked(shop, 3), asked(shop, quantity=200_000)
    client = browser(manager)
    items = chosen([*requests, *large])
    ticked = client.get(reverse("workflows:queue")).content.decode()
    assert ticked.count('name="step"') == 4
    review = client.get(reverse("workflows:bulk"), {"step": [each.step for each in items], "query": "sort=risk"})
    assert "3 items, as" in page_of(review)
    assert "above 100,000.00" in page_of(review)
    sent = re.findall(r'name="item" value="([^"]+)"', review.content.decode())
    assert len(sent) == 3
    said = {"item": sent, "role": "SM", "idempotency_key": "page", "query": "sort=risk"}
    nothing = client.post(reverse("workflows:bulk"), {**said, "verb": "reject"})
    assert nothing.status_code == 422
    assert "Please give a reason." in page_of(nothing)
    stale = sent[1][:-64] + "0" * 64
    answer = client.post(reverse("workflows:bulk"), {**said, "item": [sent[0], stale, sent[2]], "verb": "approve"})
    assert "2 decided · 1 not decided" in page_of(answer)
    assert "The request has changed since you opened it." in page_of(answer)
    assert "/queue/?sort=risk" in answer.content.decode()
    assert Decision.objects.count() == 2


def test_nothing_or_nonsense_ticked_is_no_error_page(shop: Market) -> None:
    client = browser(shop.company.manager)
    assert "Nothing is chosen" in page_of(client.get(reverse("workflows:bulk"), {"step": ["x", "9" * 30, "-1"]}))
    answer = client.post(reverse("workflows:bulk"), {"item": ["x", "a:b:c", ":1:"], "verb": "approve"})
    assert answer.status_code == 422
    assert "Choose between 1 and 200 items." in page_of(answer)
