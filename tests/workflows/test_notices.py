"""Telling people: who hears of what, once, in his language, and never more than he may see."""

# ruff: noqa: F811  (fixtures are asked for by the name under which they are imported)
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from accounts import services as accounts
from audit.clock import db_now
from audit.models import Event
from jobs.executor import run_until_idle
from jobs.services import enqueue
from tests.factories import Company
from tests.workflows.notice_stories import browser, company, decide, made, news, open_step, request_, suppressed, told  # noqa: F401
from workflows import services
from workflows.models import (
    Comment,
    Delegation,
    Delivery,
    OneTimeLink,
    Request,
    Submission,
    Watcher,
)
from workflows.notices import digests, links, queries, telling
from workflows.notices import services as notices


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


def test_whoever_wants_no_mail_any_more_gets_no_daily_mail_either(company: Company, request_: Request) -> None:
    notices.prefer(company.rep, mail="daily")
    news(request_, "commented", company.manager)
    notices.prefer(company.rep, mail="off")
    mail.outbox.clear()
    enqueue(
        digests.DIGEST, "digest:late", {"user": company.rep.pk, "before": (db_now() + timedelta(days=1)).isoformat()}
    )
    run_until_idle()
    assert mail.outbox == []
    assert list(Delivery.objects.filter(daily=True).values_list("state", "last_error")) == [("suppressed", "off")]


def test_on_a_holiday_no_daily_mail_is_sent(company: Company) -> None:
    national_day = db_now().replace(year=2026, month=10, day=1, hour=4)
    assert digests.eight_today(company.rep, national_day, "CN") is None
