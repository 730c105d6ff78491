"""The list of requests: what it holds, how it is filtered, what it costs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.authz.world import browser
from tests.factories import Company
from tests.workflows.acting import submitted
from tests.workflows.at_the_queue import holder, open_step, text
from workflows import services

pytestmark = pytest.mark.django_db


def test_list_shows_who_has_each_request(company: Company) -> None:
    request = submitted(company)
    shown = text(browser(company.rep).get(reverse("workflows:requests")))
    assert request.no in shown
    assert holder(company, open_step(request)).display_name in shown


def test_list_holds_only_what_i_may_see(company: Company) -> None:
    request = submitted(company)
    page = text(browser(company.other_rep).get(reverse("workflows:requests")))
    assert request.no not in page
    assert "There are no requests yet" in page


def test_list_is_filtered_by_state_word_and_day(company: Company) -> None:
    request, withdrawn = submitted(company), submitted(company)
    services.withdraw(withdrawn.no, actor=company.rep, reason="lost", idempotency_key="w")
    client, address = browser(company.rep), reverse("workflows:requests")
    only = text(client.get(address, {"state": "withdrawn"}))
    assert withdrawn.no in only
    assert request.no not in only
    assert request.no in text(client.get(address, {"q": request.customer.name}))
    assert "No request fits" in text(client.get(address, {"end": "2020-01-01"}))
    assert request.no in text(client.get(address, {"start": "2020-01-01", "end": "nonsense", "before": "x"}))


def test_chips_count_each_state(company: Company) -> None:
    submitted(company)
    services.withdraw(submitted(company).no, actor=company.rep, reason="lost", idempotency_key="w")
    page = text(browser(company.rep).get(reverse("workflows:requests")))
    assert re.search(r"All 2 .*In review 1 .*Withdrawn 1", page)


def test_list_of_six_costs_as_many_statements_as_of_one(company: Company) -> None:
    submitted(company)
    client, address = browser(company.rep), reverse("workflows:requests")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(5):
        submitted(company)
    with CaptureQueriesContext(connection) as six:
        page = client.get(address)
    assert page.content.decode().count("<tr data-row") == 6
    assert len(six) == len(one)


def test_next_page_of_the_list_starts_where_this_one_ends(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [submitted(company) for _ in range(3)]
    monkeypatch.setattr(
        "workflows.queries_pages.request_page.__kwdefaults__", {"before": None, "after": None, "size": 2}
    )
    client, address = browser(company.rep), reverse("workflows:requests")
    first = client.get(address).content.decode()
    older = re.search(r"before=(\d+)", first)
    assert older is not None
    second = client.get(address, {"before": older[1]}).content.decode()
    seen = [each.no for page in (first, second) for each in requests if each.no in page]
    assert sorted(seen) == sorted(each.no for each in requests)
