"""Home page, choice of the customer and the form with its live panel, without a browser."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit import services as credit
from credit.models import CreditApplication
from tests.authz.world import browser
from tests.factories import Company
from tests.workflows.factories import ready_application, trading_customer
from workflows import services
from workflows.kinds.credit import KIND

pytestmark = pytest.mark.django_db


def html(answer: Any) -> str:
    return str(answer.content.decode())


def url(draft: CreditApplication, part: str = "") -> str:
    return f"/requests/drafts/credit/{draft.pk}/{part}"


def draft_of(company: Company) -> CreditApplication:
    ready_application(company)  # brings the policy into force
    return credit.start_draft(trading_customer(company), company.rep)


def sent(company: Company) -> Any:
    application = ready_application(company)
    return services.submit(KIND, application.pk, actor=company.rep, idempotency_key=f"s{application.pk}")


def test_what_is_missing_says_where_to_go_and_the_button_waits(company: Company) -> None:
    page = html(browser(company.rep).get(url(draft_of(company))))
    for place in ("#id_req_limit", "#id_req_term", "#id_reason_code"):
        assert f'href="{place}"' in page
    assert re.search(r'<button[^>]*name="send"[^>]*disabled', page)


def test_a_complete_application_can_be_sent(company: Company) -> None:
    page = html(browser(company.rep).get(url(ready_application(company))))
    assert re.search(r'<button[^>]*name="send"(?![^>]*disabled)[^>]*>', page)
    assert page.count('class="path-step') == 4


def test_another_amount_brings_the_papers_it_asks_for(company: Company) -> None:
    """The list of papers is sent anew only when it changes, so that a chosen file stays chosen."""
    draft, client = draft_of(company), browser(company.rep)
    shown = re.search(r'name="papers" value="([^"]*)"', html(client.get(url(draft))))
    assert shown is not None
    small = {"req_type": "new", "req_limit": "50000", "papers": shown.group(1)}
    large = html(client.post(url(draft, "preview/"), {**small, "req_limit": "5000000"}))
    assert 'id="papers"' in large
    mark = re.search(r'name="papers" value="([^"]*)"', large)
    assert mark is not None
    again = html(client.post(url(draft, "preview/"), {**small, "req_limit": "5000000", "papers": mark.group(1)}))
    assert 'id="papers"' not in again


def test_a_wrong_entry_is_named_and_the_others_are_kept(company: Company) -> None:
    draft = draft_of(company)
    answer = browser(company.rep).post(
        url(draft, "preview/"), {"req_type": "new", "req_limit": "1e3", "req_term": "30"}
    )
    assert 'href="#id_req_limit"' in html(answer)
    draft.refresh_from_db()
    assert (draft.req_limit, draft.req_term) == (None, 30)


def test_only_credit_control_is_asked_for_another_grade(company: Company) -> None:
    draft = draft_of(company)
    assert 'name="grade_override"' not in html(browser(company.rep).get(url(draft)))
    assert 'name="grade_override"' in html(browser(company.credit_controller).get(url(draft)))


def test_the_home_page_shows_each_what_concerns_him(company: Company) -> None:
    request = sent(company)
    assert request.no in html(browser(company.rep).get("/"))
    assert request.customer.name in html(browser(company.manager).get("/"))
    assert request.no in html(browser(company.auditor).get("/"))
    assert "data-trail=" in html(browser(company.auditor).get("/"))
    assert request.no not in html(browser(company.other_rep).get("/"))
    assert "data-trail=" not in html(browser(company.rep).get("/"))


def test_the_home_page_costs_the_same_for_many_requests(company: Company) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    client = browser(company.rep)
    sent(company)
    client.get("/")
    one = statements()
    for _ in range(4):
        sent(company)
    assert statements() <= one


def test_credit_control_orders_a_measure_although_something_is_under_way(company: Company) -> None:
    under_way = sent(company)
    address = f"/requests/new/?customer={under_way.customer_id}"
    assert "Emergency measure" not in html(browser(company.rep).get(address))
    page = html(browser(company.credit_controller).get(address))
    assert under_way.no in page
    assert "Emergency measure" in page
