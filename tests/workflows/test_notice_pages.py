"""Links in mails, and the pages of notifications: they show on GET, and act only for the right person."""

# ruff: noqa: F811  (fixtures are asked for by the name under which they are imported)
from datetime import timedelta
from typing import Any

from django.core import mail
from django.test import Client

from accounts import services as accounts
from audit.clock import db_now
from audit.models import Event
from jobs.executor import run_until_idle
from jobs.models import Job
from tests.factories import Company
from tests.workflows.notice_stories import browser, company, decide, link, made, news, open_step, request_  # noqa: F401
from workflows.models import (
    Decision,
    Delivery,
    Notification,
    OneTimeLink,
    Request,
)
from workflows.notices import links, queries


def test_a_link_shows_on_get_and_decides_by_post_of_its_person_once(company: Company, request_: Request) -> None:
    page = link()
    assert Client().get(page).headers["Location"].startswith("/login/")
    assert browser(company.director).get(page).status_code == 403
    client = browser(company.manager)
    for _scan in range(3):
        shown = client.get(page)
        assert shown.status_code == 200
        assert client.head(page).status_code in (200, 405)
    assert "500,000" in shown.text
    assert not Decision.objects.exists()
    assert browser(company.director).post(page, {"verb": "approve"}).status_code == 403
    refused = client.post(page, {"verb": "reject", "reason": ""})
    assert refused.status_code == 422
    assert client.post(page, {"verb": "approve", "reason": "fine"}).status_code == 302
    decision = Decision.objects.get()
    assert (decision.actor, decision.verb, decision.channel) == (company.manager, "approve", "mail-link")
    assert client.post(page, {"verb": "reject", "reason": "again"}).status_code == 410
    assert client.get(page).status_code == 410
    assert Decision.objects.count() == 1
    assert OneTimeLink.objects.get(user=company.manager).used_at is not None


def test_a_link_is_dead_after_48_hours_when_the_step_is_settled_and_when_the_content_changed(
    company: Company, request_: Request
) -> None:
    client, row, page = browser(company.manager), OneTimeLink.objects.get(), link()
    assert row.expires_at - row.created_at <= timedelta(hours=48)
    OneTimeLink.objects.update(expires_at=db_now())
    assert client.post(page, {"verb": "approve"}).status_code == 410
    OneTimeLink.objects.update(expires_at=db_now() + timedelta(hours=1), content_sha256="0" * 64)
    assert client.post(page, {"verb": "approve"}).status_code == 410
    OneTimeLink.objects.update(content_sha256=row.content_sha256)
    assert client.get(page).status_code == 200
    decide(request_, company.manager, "return", reason="x")
    assert client.post(page, {"verb": "approve"}).status_code == 410
    assert Decision.objects.count() == 1


def test_a_guessed_link_is_not_found_and_the_token_is_nowhere_in_the_database(
    company: Company, request_: Request
) -> None:
    client, row = browser(company.manager), OneTimeLink.objects.get()
    token = links.token_of(row)
    assert client.get("/n/guessed/").status_code == 404
    assert client.get(f"/n/{row.token_sha256}/").status_code == 404
    assert len(token) >= 43
    assert token not in str(list(OneTimeLink.objects.values()) + list(Job.objects.values("payload")))


def test_whoever_has_lost_the_role_decides_nothing_by_an_old_link(company: Company, request_: Request) -> None:
    page = link()
    for held in company.manager.role_assignments.all():
        accounts.end_role(held)
    assert browser(company.manager).post(page, {"verb": "approve"}).status_code in (403, 404)
    assert not Decision.objects.exists()


def test_the_bell_counts_and_the_list_marks_as_read(
    company: Company, request_: Request, django_assert_num_queries: Any
) -> None:
    client = browser(company.manager)
    assert 'class="count">1<' in client.get("/notifications/bell/").text
    with django_assert_num_queries(1):
        assert queries.unread_count(company.manager) == 1
    row = Notification.objects.get(user=company.manager)
    assert "waits for your decision" in client.get("/notifications/").text
    assert browser(company.rep).post(f"/notifications/{row.pk}/read/").status_code == 404
    answer = client.post(f"/notifications/{row.pk}/read/", {"open": "1"})
    assert answer.headers["Location"] == f"/queue/{row.step_id}/"
    assert "Everything is read" in client.get("/notifications/?unread=1").text
    assert 'class="count"' not in client.get("/notifications/bell/").text


def test_the_list_keeps_its_cost_and_pages_by_key(company: Company, request_: Request, settings: Any) -> None:
    step = open_step(request_)
    Notification.objects.bulk_create(
        Notification(user=company.manager, what="due_soon", request=request_, step=step, event_key=str(number))
        for number in range(60)
    )
    client = browser(company.manager)
    first = client.get("/notifications/")
    assert first.text.count("data-row>") == 50
    older = first.text.partition("before=")[2].partition('"')[0]
    assert client.get(f"/notifications/?before={older}").text.count("data-row>") == 11
    assert client.post("/notifications/read/").status_code == 302
    assert not Notification.objects.filter(user=company.manager, read_at__isnull=True).exists()


def test_of_a_request_that_one_may_not_see_any_more_only_the_number_is_left(
    company: Company, request_: Request
) -> None:
    for held in company.manager.role_assignments.all():
        accounts.end_role(held)
    text = browser(company.manager).get("/notifications/").text
    assert request_.no in text
    assert request_.title not in text


def test_operators_see_what_did_not_arrive_and_send_it_again(company: Company, request_: Request) -> None:
    operations = company.hire("Operations", "SO")
    Delivery.objects.update(state="failed", last_error="mail server: TimeoutError")
    delivery = Delivery.objects.get()
    assert browser(company.rep).get("/notifications/deliveries/").status_code == 403
    assert "TimeoutError" in browser(company.auditor).get("/notifications/deliveries/?state=failed").text
    again = f"/notifications/deliveries/{delivery.pk}/resend/"
    assert browser(company.rep).post(again).status_code == 404
    assert browser(company.auditor).post(again).status_code == 403
    mail.outbox.clear()
    assert browser(operations).post(again).status_code == 302
    run_until_idle()
    assert [message.extra_headers["Message-ID"] for message in mail.outbox] == [delivery.message_id]
    assert Event.objects.filter(action="notice.resent").count() == 1
    browser(operations).post(again)
    run_until_idle()
    assert len(mail.outbox) == 1


def test_the_mailbox_exists_in_the_demo_only(company: Company, request_: Request, settings: Any, tmp_path: Any) -> None:
    assert Client().get("/mailbox/").status_code == 404
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    news(request_, "reminded", company.rep, open_step(request_))
    run_until_idle()
    listed = Client().get("/mailbox/", {"to": company.manager.email}).text
    assert request_.no in listed
    name = listed.partition("/mailbox/2")[2].partition("/")[0]
    assert "/n/" in Client().get(f"/mailbox/2{name}/").text
    assert Client().get("/mailbox/..%2f..%2fetc/").status_code == 404
