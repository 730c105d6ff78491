"""The order of the queue, its live counts, and what the panel tells of earlier requests."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import Company
from tests.workflows.acting import submitted
from tests.workflows.at_the_queue import browser, decide, holder, open_step, text
from workflows.models import Request, Step

pytestmark = pytest.mark.django_db


def numbers(page: Any) -> list[str]:
    return re.findall(r"CR-\d{6}-\d{4}", page.content.decode().partition("<tbody")[2])


def test_the_queue_is_sorted_by_due_time_amount_or_risk_and_its_pages_follow(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [submitted(company, limit=limit) for limit in (400_000, 600_000, 500_000)]
    Request.objects.filter(pk=requests[0].pk).update(risk=70)
    small, large, middle = (request.no for request in requests)
    client, url = browser(holder(company, open_step(requests[0]))), reverse("workflows:queue")
    assert numbers(client.get(url)) == [small, large, middle]
    assert numbers(client.get(url, {"sort": "amount"})) == [large, middle, small]
    assert numbers(client.get(url, {"sort": "risk"}))[0] == small
    assert numbers(client.get(url, {"sort": "password"})) == [small, large, middle]
    monkeypatch.setattr("workflows.queries_queue.queue_page.__kwdefaults__", {"after": None, "limit": 2})
    first = client.get(url, {"sort": "amount"}).content.decode()
    after = re.search(r"sort=amount&amp;after=([0-9-]+)", first)
    assert after is not None
    assert numbers(client.get(url, {"sort": "amount", "after": after[1]})) == [small]


def test_the_next_item_after_a_decision_is_the_next_in_the_order_chosen(company: Company) -> None:
    small, large, middle = (submitted(company, limit=limit) for limit in (400_000, 600_000, 500_000))
    step = open_step(large)
    answer = decide(browser(holder(company, step)), step, "approve", query="sort=amount")
    following = Step.objects.get(request=middle, status="open", role=step.role)
    assert answer["Location"] == reverse("workflows:panel", args=[following.pk]) + "?sort=amount"
    assert small.pk != middle.pk


def test_counts_are_told_again_and_what_is_new_since_the_list_was_drawn(company: Company) -> None:
    first = submitted(company)
    client = browser(holder(company, open_step(first)))
    page = client.get(reverse("workflows:queue"), {"kind": "credit"}).content.decode()
    again = re.search(r'id="queue-chips" hx-get="([^"]+)"', page)
    assert again is not None
    address = again[1].replace("&amp;", "&")
    assert "new item" not in client.get(address).content.decode()
    submitted(company)
    told = client.get(address)
    assert "1 new item" in text(told)
    assert "Credit application 2" in text(told)
    assert address in told.content.decode().replace("&amp;", "&")
    assert 'id="waiting-below" hx-swap-oob="true"' in client.get(reverse("workflows:waiting")).content.decode()
    for nonsense in ("", "x", "1.x", "9" * 30 + ".1"):
        assert client.get(reverse("workflows:queue-counts"), {"since": nonsense}).status_code == 200


def test_earlier_requests_say_how_they_ended_by_whom_and_why(company: Company) -> None:
    earlier = submitted(company)
    step = open_step(earlier)
    decide(browser(holder(company, step)), step, "reject", reason="The stock count is missing.")
    again = submitted(company, customer=earlier.customer, limit=300_000)
    step = open_step(again)
    shown = text(browser(holder(company, step)).get(reverse("workflows:panel", args=[step.pk])))
    assert earlier.no in shown
    assert "The stock count is missing." in shown.partition("Earlier requests of this customer")[2]
