"""The queue page and the decision panel, as a manager meets them."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import Company
from tests.workflows.acting import submitted
from tests.workflows.at_the_queue import browser, decide, holder, open_step, text
from workflows.models import Step

pytestmark = pytest.mark.django_db


def test_manager_sees_what_waits_for_him_with_the_figure_that_matters(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    page = browser(holder(company, step)).get(reverse("workflows:queue"))
    shown = text(page)
    assert request.customer.name in shown
    assert "500,000" in shown
    assert "no line today" in shown
    assert company.rep.display_name in shown


def test_request_of_a_pool_of_others_is_not_in_my_queue(company: Company) -> None:
    request = submitted(company)
    page = browser(company.lawyer).get(reverse("workflows:queue"))
    assert request.customer.name not in text(page)
    assert "Nothing waits for you" in text(page)


def test_step_that_i_may_not_see_is_not_found(company: Company) -> None:
    request = submitted(company)
    page = browser(company.other_rep).get(reverse("workflows:panel", args=[open_step(request).pk]))
    assert page.status_code == 404


def test_panel_says_why_the_request_is_with_me(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    page = browser(holder(company, step)).get(reverse("workflows:panel", args=[step.pk]))
    assert step.reasons
    for reason in step.reasons:
        assert reason["en"] in page.content.decode().replace("&gt;", ">").replace("&#x27;", "'")
        assert reason["code"] in text(page)
    assert "Two new hospitals from next month." in text(page)


def test_htmx_gets_the_panel_without_the_list(company: Company) -> None:
    step = open_step(submitted(company))
    client = browser(holder(company, step))
    part = client.get(reverse("workflows:panel", args=[step.pk]), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_approving_leads_to_the_next_item_and_says_what_happened(company: Company) -> None:
    first, second = submitted(company), submitted(company)
    step = open_step(first)
    client = browser(holder(company, step))
    answer = decide(client, step, "approve")
    following = Step.objects.get(request=second, status="open", role=step.role)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("workflows:panel", args=[following.pk])
    assert f"You approved {first.no}" in text(client.get(answer["Location"]))
    step.refresh_from_db()
    assert step.status == "approved"


def test_last_item_leads_to_the_empty_queue(company: Company) -> None:
    step = open_step(submitted(company))
    client = browser(holder(company, step))
    answer = decide(client, step, "approve")
    assert answer["Location"] == reverse("workflows:queue")
    assert "Nothing waits for you" in text(client.get(answer["Location"]))


def test_filters_stay_after_a_decision(company: Company) -> None:
    step = open_step(submitted(company))
    answer = decide(browser(holder(company, step)), step, "approve", query="kind=credit&evil=1")
    assert answer["Location"] == reverse("workflows:queue") + "?kind=credit"


@pytest.mark.parametrize("verb", ["return", "reject", "approve_conditional"])
def test_saying_no_without_a_reason_keeps_what_was_typed(company: Company, verb: str) -> None:
    step = open_step(submitted(company))
    page = decide(browser(holder(company, step)), step, verb, note="Only after the stock count")
    assert page.status_code == 422
    assert "Please give a reason." in text(page)
    assert "Only after the stock count" in page.content.decode()
    step.refresh_from_db()
    assert step.status == "open"


def test_plain_approval_with_conditions_typed_is_asked_back(company: Company) -> None:
    step = open_step(submitted(company))
    page = decide(browser(holder(company, step)), step, "approve", limit="300000")
    assert page.status_code == 422
    assert "You have filled in conditions" in text(page)
    assert 'value="300000"' in page.content.decode()


def test_conditions_tighten_what_was_asked(company: Company) -> None:
    step = open_step(submitted(company))
    answer = decide(
        browser(holder(company, step)), step, "approve_conditional", limit="300000", reason="Half for a start"
    )
    assert answer.status_code == 302
    step.refresh_from_db()
    assert Decimal(step.decision.conditions["limit"]) == 300_000


def test_condition_that_gives_more_is_refused_and_kept(company: Company) -> None:
    step = open_step(submitted(company))
    page = decide(browser(holder(company, step)), step, "approve_conditional", limit="900000", reason="He is good")
    assert page.status_code == 422
    assert "A condition can only tighten" in text(page)
    assert "He is good" in page.content.decode()


def test_amount_with_separators_is_explained_at_its_field(company: Company) -> None:
    step = open_step(submitted(company))
    page = decide(browser(holder(company, step)), step, "approve_conditional", limit="300,000", reason="Half")
    assert page.status_code == 422
    assert "without separators" in text(page)


def test_request_that_changed_meanwhile_is_not_decided(company: Company) -> None:
    step = open_step(submitted(company))
    page = decide(browser(holder(company, step)), step, "reject", reason="Too much", content_sha256="0" * 64)
    assert page.status_code == 409
    assert "The request has changed since you opened it." in text(page)
    assert "Too much" in page.content.decode()


def test_somebody_else_was_faster(company: Company) -> None:
    step = open_step(submitted(company))
    client = browser(holder(company, step))
    decide(client, step, "approve")
    page = decide(client, step, "reject", reason="I would not", idempotency_key="another")
    assert page.status_code == 409
    assert "already been decided" in text(page)
    assert "I would not" in page.content.decode()


def test_sending_the_same_decision_twice_acts_once(company: Company) -> None:
    step = open_step(submitted(company))
    client = browser(holder(company, step))
    assert decide(client, step, "approve").status_code == 302
    assert decide(client, step, "approve").status_code == 302
    again = decide(client, step, "reject", reason="Second thoughts", idempotency_key=f"approve-{step.pk}")
    assert again.status_code == 409  # back by the browser's button, and something else
    assert "This page was sent before" in text(again)
    assert "Second thoughts" in text(again)


def test_own_request_is_not_mine_to_decide(company: Company) -> None:
    """The manager prepares an application himself: it is in nobody's queue who wrote it."""
    request = submitted(company)
    step = open_step(request)
    person = holder(company, step)
    request.submitter = person
    request.save(update_fields=["submitter"])
    client = browser(person)
    assert request.customer.name not in text(client.get(reverse("workflows:queue")))
    panel = client.get(reverse("workflows:panel", args=[step.pk]))
    assert "You submitted this request" in text(panel)
    assert 'value="approve"' not in panel.content.decode()
    assert decide(client, step, "approve").status_code == 403


def test_filters_narrow_the_queue(company: Company) -> None:
    first, second = submitted(company), submitted(company)
    step = open_step(first)
    client, url = browser(holder(company, step)), reverse("workflows:queue")
    assert second.customer.name not in text(client.get(url, {"q": first.no}))
    assert "fits these filters" in text(client.get(url, {"overdue": "1"}))
    assert "fits these filters" in text(client.get(url, {"again": "1"}))
    assert first.customer.name in text(client.get(url, {"kind": "credit", "role": step.role}))


def test_pages_of_the_queue_follow_without_gap_or_repetition(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [submitted(company) for _ in range(3)]
    client = browser(holder(company, open_step(requests[0])))
    monkeypatch.setattr("workflows.queries_queue.queue_page.__kwdefaults__", {"after": None, "limit": 2})
    first = client.get(reverse("workflows:queue")).content.decode()
    after = re.search(r"after=([0-9-]+)", first)
    assert after is not None
    second = client.get(reverse("workflows:queue"), {"after": after[1]}).content.decode()
    seen = [request.no for page in (first, second) for request in requests if request.no in page]
    assert sorted(seen) == sorted(request.no for request in requests)


@pytest.mark.parametrize("cursor", ["x", "1-", "99999999999999999-1", "9999999999999999999-1", "-", "１-２"])
def test_broken_cursor_shows_the_first_page(company: Company, cursor: str) -> None:
    request = submitted(company)
    page = browser(holder(company, open_step(request))).get(reverse("workflows:queue"), {"after": cursor})
    assert page.status_code == 200
    assert request.no in text(page)


def test_queue_of_six_costs_as_many_statements_as_of_one(company: Company) -> None:
    person = holder(company, open_step(submitted(company)))
    client, url = browser(person), reverse("workflows:queue")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(5):
        submitted(company)
    with CaptureQueriesContext(connection) as six:
        page = client.get(url)
    assert page.content.decode().count("data-open") == 6
    assert len(six) == len(one)
