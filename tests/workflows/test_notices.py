"""Telling people: who hears of what, once, in his language, and never more than he may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from audit.clock import db_now
from audit.models import Event
from jobs.executor import run_until_idle
from jobs.models import Job
from tests import factories
from tests.authz.conftest import rolled_back
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import (
    Comment,
    Decision,
    Delegation,
    Delivery,
    Notification,
    OneTimeLink,
    Request,
    Step,
    Submission,
    Watcher,
)
from workflows.notices import digests, links, queries, telling
from workflows.notices import services as notices


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Company, int]]:
    """One company and one request for the whole module: submitted, and its first approver has been told."""
    with django_db_blocker.unblock(), rolled_back():
        company = factories.company()
        letter = ready_application(company, limit=500_000)
        found = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)
        run_until_idle()
        yield company, found.pk


@pytest.fixture
def company(made: tuple[Company, int], django_db_blocker: Any) -> Iterator[Company]:
    with django_db_blocker.unblock(), rolled_back():
        yield replace(made[0], people={name: User.objects.get(pk=one.pk) for name, one in made[0].people.items()})


@pytest.fixture
def request_(made: tuple[Company, int], company: Company) -> Request:
    return Request.objects.get(pk=made[1])


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return client


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("what", flat=True))


def open_step(request: Request) -> Step:
    return Step.objects.filter(request=request, status="open").order_by("pk")[0]


def decide(request: Request, actor: User, verb: str = "approve", **said: Any) -> Decision:
    sha = Submission.objects.get(request=request, round=Request.objects.get(pk=request.pk).round).content_sha256
    role = actor.role_assignments.all()[0].role
    step = Step.objects.get(request=request, role=role, status="open")
    keys = {"content_sha256": sha, "idempotency_key": uuid4().hex}
    made = services.decide(request.no, step.pk, actor=actor, verb=verb, **keys, **said)
    run_until_idle()
    return made


def news(request: Request, what: str, actor: User | None = None, step: Step | None = None, **ids: Any) -> set[str]:
    """Tell it and say who heard of it."""
    event = {"what": what, "step": step.pk if step else None, "actor": actor.pk if actor else None, **ids}
    made = telling.tell(uuid4().hex, request.pk, [event])
    return {row.user.display_name for row in made}


def suppressed(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state="suppressed")
    return delivery


def link() -> str:
    """The page of the link that the manager got."""
    return f"/n/{links.token_of(OneTimeLink.objects.get())}/"


def test_a_submission_tells_whoever_may_decide_first_by_page_and_mail(company: Company, request_: Request) -> None:
    assert told(company.manager) == ["opened"]
    assert told(company.rep) == told(company.credit_controller) == told(company.other_manager) == []
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    notices.resend(suppressed(delivery), actor=company.manager)
    run_until_idle()
    (message,) = mail.outbox
    assert message.to == [company.manager.email]
    assert message.subject == f"{request_.no} · {request_.title} · waits for your decision"
    assert "500,000.00" in message.body
    assert "500,000" not in message.subject
    assert message.alternatives[0].mimetype == "text/html"
    assert message.extra_headers["Message-ID"] == delivery.message_id
    assert f"/n/{links.token_of(OneTimeLink.objects.get())}/" in message.body


def test_the_way_to_the_end_is_told_step_by_step_and_the_end_only_once(company: Company, request_: Request) -> None:
    decide(request_, company.manager)
    assert told(company.rep) == ["decided"]
    assert told(company.credit_controller) == told(company.director) == ["opened"]
    decide(request_, company.credit_controller)
    decide(request_, company.director)
    decide(request_, company.cfo)
    assert told(company.rep) == ["decided"] * 3 + ["effective"]
    assert told(company.manager) == ["opened"]


def test_a_return_quotes_its_reason_to_the_submitter_in_his_language(company: Company, request_: Request) -> None:
    accounts.change_user(company.rep, language="zh-hans")
    mail.outbox.clear()
    decide(request_, company.manager, "return", reason="Which hospitals?")
    assert told(company.rep) == ["returned"]
    (message,) = mail.outbox
    assert "Which hospitals?" in message.body
    assert '<html lang="zh-hans">' in message.alternatives[0].content


def test_the_same_news_twice_tells_once(company: Company, request_: Request) -> None:
    event = {"what": "due_soon", "step": open_step(request_).pk, "actor": None}
    assert len(telling.tell("k", request_.pk, [event])) == 1
    assert telling.tell("k", request_.pk, [event]) == []


def test_nobody_hears_of_his_own_act_and_followers_hear_of_the_rest(company: Company, request_: Request) -> None:
    Watcher.objects.create(request=request_, user=company.lawyer, added_by=company.rep)
    assert news(request_, "commented", company.rep) == {"Lawyer"}
    assert news(request_, "commented", company.manager) == {"Rep", "Lawyer"}
    assert news(request_, "question", company.manager) == {"Rep"}
    assert news(request_, "withdrawn", company.rep) == {"Lawyer", "Manager"}


def test_who_may_not_see_the_request_hears_nothing_of_it(company: Company, request_: Request) -> None:
    assert news(request_, "mentioned", company.rep, to=[company.other_rep.pk, company.manager.pk]) == {"Manager"}
    accounts.set_active(company.manager, False)
    assert news(request_, "mentioned", company.rep, to=[company.manager.pk]) == set()


def test_a_mention_says_more_than_the_comment_that_it_is_in(company: Company, request_: Request) -> None:
    comment = Comment.objects.create(request=request_, author=company.rep, text="Please look, @Manager")
    shared = {"actor": company.rep.pk, "comment": comment.pk}
    Watcher.objects.create(request=request_, user=company.manager, added_by=company.rep)
    events = [{"what": "commented", **shared}, {"what": "mentioned", "to": [company.manager.pk], **shared}]
    (row,) = telling.tell("k", request_.pk, events)
    assert (row.what, row.values["text"]) == ("mentioned", "Please look, @Manager")


def test_whoever_acts_for_somebody_is_told_too(company: Company, request_: Request) -> None:
    stand_in = company.hire("Stand In", "RD", region=company.west)
    now = db_now()
    period = {"valid_from": now - timedelta(days=1), "valid_to": now + timedelta(days=1)}
    Delegation.objects.create(
        delegator=company.manager, delegate=stand_in, created_by=company.manager, kinds=["credit"], **period
    )
    assert news(request_, "reminded", company.rep, open_step(request_)) == {"Stand In"}


def test_of_a_confidential_request_only_the_number_leaves_the_house(company: Company, request_: Request) -> None:
    Request.objects.filter(pk=request_.pk).update(confidential=True)
    mail.outbox.clear()
    news(request_, "reminded", company.rep, open_step(request_))
    run_until_idle()
    (message,) = mail.outbox
    whole = message.subject + message.body + message.alternatives[0].content
    assert request_.no in message.subject
    assert request_.title not in whole
    assert "500,000" not in whole


def test_a_subject_has_one_line_whatever_the_customer_is_called(company: Company, request_: Request) -> None:
    Request.objects.filter(pk=request_.pk).update(title="Evil\r\nBcc: all@example.test")
    mail.outbox.clear()
    news(request_, "reminded", company.rep, open_step(request_))
    run_until_idle()
    (message,) = mail.outbox
    assert "\n" not in message.subject
    assert message.message()["Bcc"] is None


def test_mail_that_nobody_wants_is_not_sent_and_says_why(company: Company, request_: Request) -> None:
    notices.prefer(company.rep, mail="off")
    mail.outbox.clear()
    decide(request_, company.manager)
    assert {message.to[0] for message in mail.outbox} == {company.credit_controller.email, company.director.email}
    delivery = Delivery.objects.get(notification__user=company.rep)
    assert (delivery.state, delivery.last_error) == ("suppressed", "off")
    assert Event.objects.filter(action="notice.preference_changed").count() == 1


def test_a_channel_that_is_off_for_now_keeps_what_people_have_said(company: Company, settings: Any) -> None:
    settings.SMS_URL = "http://127.0.0.1:9/"
    client, page = browser(company.rep), "/notifications/settings/"
    assert client.post(page, {"mail": "off", "sms": "12; drop"}).status_code == 422
    assert client.post(page, {"mail": "off", "sms": "13800138000"}).status_code == 302
    settings.SMS_URL = ""
    assert client.post(page, {"mail": "daily"}).status_code == 302
    wish = queries.preference_of(company.rep)
    assert (wish.mail, wish.sms) == ("daily", "13800138000")


def test_what_was_settled_before_it_was_sent_is_not_sent(company: Company, request_: Request) -> None:
    mail.outbox.clear()
    news(request_, "reminded", company.rep, open_step(request_))
    sha = Submission.objects.get(request=request_).content_sha256
    keys = {"content_sha256": sha, "idempotency_key": "k"}
    services.decide(request_.no, open_step(request_).pk, actor=company.manager, verb="approve", **keys)
    run_until_idle()
    late = Delivery.objects.get(notification__what="reminded")
    assert (late.state, late.last_error) == ("suppressed", "settled")


def test_the_daily_mail_comes_once_a_day_with_everything_of_the_day_before(
    company: Company, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices.prefer(company.rep, mail="daily")
    mail.outbox.clear()
    for _time in range(2):
        news(request_, "commented", company.manager)
    monkeypatch.setattr(digests, "is_working_day", lambda day, calendar: True)
    tomorrow = db_now() + timedelta(days=1)
    assert digests.eight_today(company.rep, tomorrow.replace(hour=23, minute=30), "CN") is None  # 07:30 in Shanghai
    eight = digests.eight_today(company.rep, tomorrow.replace(hour=1), "CN")
    assert eight is not None
    assert eight.hour == 8
    monkeypatch.setattr(digests, "db_now", lambda: tomorrow.replace(hour=1))
    assert digests.order_due() == 1
    run_until_idle()
    (message,) = mail.outbox
    assert message.subject == "Countersign · 2 notifications"
    assert set(Delivery.objects.filter(daily=True).values_list("state", "message_id")) == {
        ("sent", f"<digest.{company.rep.pk}.{eight:%Y%m%d}@localhost>")
    }
    assert digests.order_due() == 0


def test_on_a_holiday_no_daily_mail_is_sent(company: Company) -> None:
    national_day = db_now().replace(year=2026, month=10, day=1, hour=4)
    assert digests.eight_today(company.rep, national_day, "CN") is None


# One-time links


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


# Pages


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
