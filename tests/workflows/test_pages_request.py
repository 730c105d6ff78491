"""The list of requests and the page of one: the same address for everyone, what each may do differs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from jobs.executor import run_until_idle
from tests.authz.world import browser
from tests.factories import Company
from tests.workflows.acting import submitted
from tests.workflows.at_the_queue import holder, open_step, text
from tests.workflows.factories import ready_application
from workflows import services
from workflows.models import Request, Step, Submission

pytestmark = pytest.mark.django_db


def url(request: Request, name: str = "request") -> str:
    return reverse(f"workflows:{name}", args=[request.no])


def decide(company: Company, request: Request, verb: str = "approve", reason: str = "") -> None:
    step = open_step(request)
    sha = Submission.objects.get(pk=step.submission_id).content_sha256
    services.decide(
        request.no, step.pk, actor=holder(company, step), verb=verb, content_sha256=sha,
        idempotency_key=f"{verb}{step.pk}", reason=reason,
    )  # fmt: skip


def approve_all(company: Company, request: Request) -> None:
    while Step.objects.filter(request=request, status="open").exists():
        decide(company, request)


def test_submitter_sees_who_has_it_and_until_when(company: Company) -> None:
    request = submitted(company)
    page = browser(company.rep).get(url(request))
    shown = text(page)
    assert page.status_code == 200
    assert holder(company, open_step(request)).display_name in shown
    assert "working hours" in shown or "in " in shown
    assert 'value="approve"' not in page.content.decode()


def test_stranger_does_not_find_the_request(company: Company) -> None:
    request = submitted(company)
    assert browser(company.other_rep).get(url(request)).status_code == 404
    assert browser(company.other_rep).post(url(request, "withdraw"), {"withdraw-reason": "x"}).status_code == 404


def test_whoever_has_the_open_step_decides_on_this_page(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    client = browser(holder(company, step))
    assert 'value="approve"' in client.get(url(request)).content.decode()
    data = {
        "verb": "approve", "content_sha256": step.submission.content_sha256, "idempotency_key": "k", "origin": "request",
    }  # fmt: skip
    answer = client.post(reverse("workflows:decide", args=[request.no, step.pk]), data)
    assert answer["Location"] == url(request)


def test_reader_without_the_role_is_refused_and_the_page_says_why(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    data = {
        "verb": "approve", "content_sha256": step.submission.content_sha256, "idempotency_key": "k", "origin": "request",
    }  # fmt: skip
    page = browser(company.auditor).post(reverse("workflows:decide", args=[request.no, step.pk]), data)
    assert page.status_code == 403
    assert "You do not hold the role that this step asks for." in text(page)
    assert Event.objects.filter(action="rule.refused", request_no=request.no).exists()


def test_returned_request_opens_with_the_question(company: Company) -> None:
    request = submitted(company)
    decide(company, request, "return", "Which hospitals?")
    shown = browser(company.rep).get(url(request))
    assert "returned it with this question" in text(shown)
    assert text(shown).index("Which hospitals?") < text(shown).index("Letter")
    assert reverse("workflows:revise", args=[request.no]) in shown.content.decode()
    other = browser(company.manager).get(url(request)).content.decode()
    assert reverse("workflows:revise", args=[request.no]) not in other


def test_second_round_shows_the_first_with_its_decisions(company: Company) -> None:
    request = submitted(company)
    decide(company, request, "return", "Which hospitals?")
    services.resubmit(request.no, actor=company.rep, idempotency_key="again")
    shown = text(browser(company.rep).get(url(request)))
    assert "Round 1, submitted by" in shown
    assert "Step decided Returned Which hospitals?" in shown  # the history says how
    assert "Which hospitals?" in shown


def test_submitter_withdraws_while_nobody_has_decided(company: Company) -> None:
    request = submitted(company)
    client = browser(company.rep)
    assert "Withdraw the request" in text(client.get(url(request)))
    empty = client.post(url(request, "withdraw"), {"withdraw-reason": " ", "idempotency_key": "w1"})
    assert empty.status_code == 422
    answer = client.post(url(request, "withdraw"), {"withdraw-reason": "Order lost", "idempotency_key": "w2"})
    assert answer["Location"] == url(request)
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert "Order lost" in text(client.get(url(request)))


def test_withdrawing_too_late_is_refused_in_words(company: Company) -> None:
    request = submitted(company)
    decide(company, request)
    client = browser(company.rep)
    assert "Withdraw the request" not in text(client.get(url(request)))
    page = client.post(url(request, "withdraw"), {"withdraw-reason": "Changed my mind", "idempotency_key": "w"})
    assert page.status_code == 409
    assert "Somebody has already decided" in text(page)


def test_submitter_shares_with_a_colleague_by_name(company: Company) -> None:
    request = submitted(company)
    colleague, client = company.other_rep, browser(company.rep)
    assert browser(colleague).get(url(request)).status_code == 404
    answer = client.post(url(request, "share"), {"share-email": colleague.email})
    assert answer["Location"] == url(request)
    assert browser(colleague).get(url(request)).status_code == 200
    event = Event.objects.get(action="request.shared", request_no=request.no)
    assert event.content["after"]["user"] == colleague.pk


def test_sharing_gives_no_right_to_share_on(company: Company) -> None:
    request = submitted(company)
    page = browser(company.manager).post(url(request, "share"), {"share-email": company.other_rep.email})
    assert page.status_code == 403
    assert browser(company.other_rep).get(url(request)).status_code == 404


def test_unknown_colleague_is_said_at_the_field(company: Company) -> None:
    request = submitted(company)
    page = browser(company.rep).post(url(request, "share"), {"share-email": "nobody@example.test"})
    assert page.status_code == 422
    assert "Nobody with this address" in text(page)
    assert "nobody@example.test" in page.content.decode()


def test_confidential_request_is_hidden_from_roles_without_a_part_in_it(company: Company) -> None:
    request = submitted(company, confidential=True)
    assert browser(company.keeper).get(url(request)).status_code == 404
    page = browser(holder(company, open_step(request))).get(url(request))
    assert page.status_code == 200
    assert "confidential" in text(page)


def test_decider_reads_the_papers_of_a_confidential_request(company: Company) -> None:
    request = submitted(company, confidential=True)
    paper = Submission.objects.get(request=request).content["attachments"][0]["id"]
    address = reverse("workflows:paper", args=[request.no, paper])
    answer = browser(holder(company, open_step(request))).get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert browser(company.keeper).get(address).status_code == 404


def test_paper_of_another_request_is_not_found_under_this_one(company: Company) -> None:
    mine, other = submitted(company), submitted(company)
    paper = Submission.objects.get(request=other).content["attachments"][0]["id"]
    assert browser(company.rep).get(reverse("workflows:paper", args=[mine.no, paper])).status_code == 404


def test_sharing_a_decided_request_opens_its_notice(company: Company) -> None:
    request = submitted(company)
    approve_all(company, request)
    run_until_idle()
    browser(company.rep).post(url(request, "share"), {"share-email": company.other_rep.email})
    page = browser(company.other_rep).get(url(request, "request-documents"))
    assert ".pdf" in page.content.decode()


def test_finance_sees_position_and_hash_of_every_event_others_do_not(company: Company) -> None:
    request = submitted(company)
    event = Event.objects.filter(request_no=request.no).order_by("pk")[0]
    assert event.hash_hex in browser(company.auditor).get(url(request)).content.decode()
    assert event.hash_hex not in browser(company.rep).get(url(request)).content.decode()


def test_decided_request_waits_for_its_notice_without_reloading(company: Company) -> None:
    request = submitted(company)
    approve_all(company, request)
    request.refresh_from_db()
    assert request.state == "approved"
    page = browser(company.rep).get(url(request)).content.decode()
    part = reverse("workflows:request-documents", args=[request.no])
    assert f'hx-get="{part}"' in page
    assert "being prepared" in text(browser(company.rep).get(part))


def test_page_of_a_request_costs_a_bounded_number_of_statements(company: Company) -> None:
    request = submitted(company)
    client = browser(company.rep)
    client.get(url(request))
    with CaptureQueriesContext(connection) as before:
        client.get(url(request))
    decide(company, request)
    with CaptureQueriesContext(connection) as after:
        client.get(url(request))
    assert len(after) == len(before)
    assert len(after) <= 45


def test_documents_appear_when_the_jobs_have_run(company: Company) -> None:
    request = submitted(company)
    approve_all(company, request)
    run_until_idle()
    shown = browser(company.rep).get(reverse("workflows:request-documents", args=[request.no]))
    assert ".pdf" in shown.content.decode()
    assert "hx-trigger" not in shown.content.decode()


def test_a_second_click_or_the_back_button_leads_to_the_request(company: Company) -> None:
    draft = ready_application(company)
    rep, send = browser(company.rep), reverse("workflows:draft-submit", args=["credit", draft.pk])
    first = rep.post(send, {"idempotency_key": "one rendering"})
    request = Request.objects.get(letter_id=draft.pk)
    for answer in (
        first,
        rep.post(send, {"idempotency_key": "one rendering"}),
        rep.get(reverse("workflows:draft", args=["credit", draft.pk])),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (302, url(request))
    assert "already been submitted" in rep.get(url(request)).content.decode()
    stranger = browser(company.other_rep).get(reverse("workflows:draft", args=["credit", draft.pk]))
    assert stranger.status_code == 404
