"""Who is told of which verb, in which words; jobs carry identifiers, and words are read once."""

# ruff: noqa: F811  (fixtures are asked for by the name under which they are imported)
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.clock import db_now
from jobs.executor import run_until_idle
from jobs.models import Job
from tests import factories
from tests.authz.world import Api
from tests.factories import Company
from tests.workflows.notice_stories import browser, company, decide, made, news, open_step, request_, told  # noqa: F401
from workflows import services
from workflows.models import Comment, Consultation, Notification, Request, Step, Watcher
from workflows.notices import queries, telling

SECRET = "He owes us since 2019."


def sentences(user: User) -> list[str]:
    return [row["sentence"] for row in queries.shown(user, Notification.objects.filter(user=user).order_by("pk"))]


def quotes(user: User, what: str) -> list[str]:
    return [str(row.values.get("text", "")) for row in Notification.objects.filter(user=user, what=what)]


def key() -> dict[str, Any]:
    return {"idempotency_key": uuid4().hex}


def test_whoever_was_added_and_removed_again_reads_that_he_is_not_needed_by_number_alone(
    company: Company, request_: Request
) -> None:
    Request.objects.filter(pk=request_.pk).update(confidential=True)
    words: dict[str, Any] = {"where": "parallel", "reason": SECRET, **key()}
    other = company.hire("Second Controller", "CC")
    added = services.add_approver(request_.no, open_step(request_).pk, actor=company.manager, user=other, **words)
    run_until_idle()
    services.remove_approver(request_.no, added.pk, actor=company.manager, reason=SECRET, **key())
    mail.outbox.clear()
    run_until_idle()
    assert told(other) == ["added", "released"]
    assert not Request.objects.visible_to(other).filter(pk=request_.pk).exists()
    assert sentences(other) == ["", f"Manager no longer needs you for {request_.no}."]
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([other.email], f"{request_.no} · you are no longer needed")
    assert SECRET not in message.body
    assert request_.title not in message.body + message.alternatives[0].content
    page = browser(other).get(reverse("workflows:notices")).content.decode()
    assert "no longer needs you" in page
    assert SECRET not in page


def test_whoever_was_to_give_an_opinion_is_released_when_it_is_called_back_transferred_or_decided_without(
    company: Company, request_: Request
) -> None:
    step, expert = open_step(request_), factories.user("Expert")
    give: dict[str, Any] = {"to": expert, "actor": company.manager, "reason": SECRET}
    services.delegate_step(request_.no, step.pk, **give, **key())
    run_until_idle()
    services.hand_back(request_.no, step.pk, actor=company.manager, opinion="", **key())
    run_until_idle()
    services.delegate_step(request_.no, step.pk, **give, **key())
    run_until_idle()
    colleague = company.hire("Colleague", "SM", region=company.east)
    services.transfer(request_.no, step.pk, to=colleague, actor=company.manager, reason=SECRET, **key())
    services.delegate_step(request_.no, step.pk, **{**give, "actor": colleague}, **key())
    run_until_idle()
    decide(request_, colleague)
    assert told(expert) == ["delegated", "released"] * 3
    assert list(step.handovers.values_list("verb", flat=True)) == [
        "delegate", "hand_back", "delegate", "transfer", "delegate",
    ]  # fmt: skip


def test_of_a_step_that_is_out_for_an_opinion_whoever_decides_it_is_reminded(
    company: Company, request_: Request
) -> None:
    step, expert = open_step(request_), factories.user("Expert")
    services.delegate_step(request_.no, step.pk, to=expert, actor=company.manager, reason="Look.", **key())
    assert news(request_, "due_soon", None, step) == {"Manager"}


def test_what_time_gave_back_is_told_to_the_submitter_although_nobody_did_it(
    company: Company, request_: Request
) -> None:
    step, past = open_step(request_), db_now() - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(due_at=past)
    services.give_back(request_.no, step.pk)
    run_until_idle()
    assert told(company.rep) == ["returned"]
    assert sentences(company.rep)[0].startswith("The system returned")


def test_an_override_is_told_once_with_its_reason(company: Company, request_: Request) -> None:
    sha = request_.submissions.get().content_sha256
    said: dict[str, Any] = {"verb": "approve", "content_sha256": sha, "reason": SECRET, **key()}
    owner = company.hire("Second Officer", "CFO")
    services.override(request_.no, open_step(request_).pk, actor=owner, **said)
    run_until_idle()
    assert told(company.rep) == ["overridden"]
    assert told(company.manager) == ["opened", "overridden"]
    assert quotes(company.rep, "overridden") == [SECRET]


def test_a_delegation_that_an_operator_gives_and_ends_is_told_to_both(company: Company) -> None:
    deputy, operator = company.hire("Deputy", "SM", region=company.west), company.hire("Operator", "SO")
    now = db_now()
    period: dict[str, Any] = {"valid_from": now, "valid_to": now + timedelta(days=3)}
    mine = services.delegate(company.director, company.hire("Vice", "RD"), actor=company.director, **period, **key())
    given = services.delegate(company.manager, deputy, actor=operator, reason="Ill.", **period, **key())
    services.end_delegation(given.pk, actor=operator, **key())
    services.end_delegation(mine.pk, actor=company.director, **key())
    run_until_idle()
    assert told(company.manager)[-2:] == told(deputy) == ["delegation_arranged", "delegation_ended"]
    first, second = sentences(deputy)
    assert first.startswith("Operator has Deputy act for Manager from 20")
    assert second == "Operator ended the delegation from Manager to Deputy."
    assert told(company.director) == []
    assert told(mine.delegate) == ["delegation_given", "delegation_ended"]


def test_jobs_carry_identifiers_and_the_words_are_read_from_their_rows(company: Company, request_: Request) -> None:
    step, expert, no = open_step(request_), factories.user("Expert"), request_.no
    services.delegate_step(no, step.pk, to=expert, actor=company.manager, reason=SECRET, **key())
    services.hand_back(no, step.pk, actor=expert, opinion=SECRET, **key())
    asked = services.consult(no, user=expert, text=SECRET, actor=company.manager, **key())
    services.answer_consultation(no, asked.pk, text=SECRET, actor=expert, **key())
    colleague = company.hire("Colleague", "SM", region=company.east)
    services.transfer(no, step.pk, to=colleague, actor=company.manager, reason=SECRET, **key())
    services.void(no, actor=company.cfo, reason=SECRET, **key())
    assert SECRET not in str(list(Job.objects.values_list("payload", flat=True)))
    run_until_idle()
    heard = [
        (expert, "consulted"), (company.manager, "handed_back"), (company.manager, "consultation_answered"),
        (company.rep, "voided"), (colleague, "transferred"),
    ]  # fmt: skip
    assert [quotes(user, what) for user, what in heard] == [[SECRET]] * len(heard)


def test_whoever_acts_for_the_one_to_whom_a_step_is_transferred_is_told_too(
    company: Company, request_: Request
) -> None:
    colleague, deputy = company.hire("Colleague", "SM", region=company.east), company.hire("Deputy", "SM")
    now = db_now()
    services.delegate(colleague, deputy, actor=colleague, valid_from=now, valid_to=now + timedelta(days=3), **key())
    said: dict[str, Any] = {"to": colleague, "actor": company.manager, "reason": SECRET, **key()}
    services.transfer(request_.no, open_step(request_).pk, **said)
    run_until_idle()
    assert told(colleague) == ["transferred"]
    assert told(deputy) == ["delegation_given", "opened"], "it was not transferred to the deputy"
    assert quotes(deputy, "opened") == [SECRET]


def test_what_was_said_is_read_once_however_many_hear_of_it(company: Company, request_: Request) -> None:
    said = Comment.objects.create(request=request_, author=company.rep, text="Please look.")
    for each in (company.lawyer, company.cfo, company.director, company.credit_controller, company.manager):
        Watcher.objects.create(request=request_, user=each, added_by=company.rep)
    event = {"what": "commented", "actor": company.rep.pk, "comment": said.pk}
    with CaptureQueriesContext(connection) as seen:
        assert len(telling.tell("k", request_.pk, [event])) == 5
    assert sum('FROM "workflows_comment"' in query["sql"] for query in seen.captured_queries) == 1


def test_an_opinion_on_a_closed_request_is_refused_and_not_asked_for_any_more(
    company: Company, request_: Request
) -> None:
    expert, no = factories.user("Expert"), request_.no
    asked = services.consult(no, user=expert, text="Sound?", actor=company.manager, **key())
    client, page = browser(expert), reverse("workflows:request", args=[no])
    answer = reverse("workflows:answer-consultation", args=[no, asked.pk])
    assert answer in client.get(page).content.decode()
    decide(request_, company.manager, "reject", reason="No.")
    assert answer not in client.get(page).content.decode()
    late = client.post(answer, {"text": "Sound.", **key()})
    assert (late.status_code, "This request is closed." in late.content.decode()) == (409, True)
    by_api = Api(expert).post(f"/api/v1/requests/{no}/consultations/{asked.pk}/answer", {"text": "Sound."})
    assert (by_api.status_code, by_api.json()["code"]) == (409, "request_closed")
    assert Consultation.objects.get().answered_at is None
