"""Delegating, handing over and asking for opinions on the page and over REST; what is refused is said there."""

import functools
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.queries import business_today
from audit.clock import db_now
from tests import factories
from tests.authz.world import Api, browser
from tests.factories import Company
from tests.workflows.acting import open_step, submitted
from workflows import services
from workflows.models import Consultation, Delegation, Request, Step, Submission

pytestmark = pytest.mark.django_db


def post(client: Client, name: str, *args: Any, **said: Any) -> Any:
    return client.post(reverse(f"workflows:{name}", args=args), {"idempotency_key": uuid4().hex, **said})


def test_a_manager_lets_a_colleague_act_for_him_and_ends_it(company: Company) -> None:
    submitted(company)
    deputy, client = company.hire("Deputy", "SM", region=company.west), browser(company.manager)
    today = business_today()
    days = {"first": str(today), "last": str(today + timedelta(days=5)), "kinds": ["credit"], "ceiling": "600000"}
    unknown = post(client, "delegation-give", delegate="nobody@example.test", **days)
    assert unknown.status_code == 422
    assert "Nobody with this address" in unknown.content.decode()
    endless = post(client, "delegation-give", delegate=deputy.email, **{**days, "last": "9999-12-31"})
    assert (endless.status_code, "30 days at most" in endless.content.decode()) == (422, True)
    refused = post(client, "delegation-give", delegate=company.credit_controller.email, **days)
    assert (refused.status_code, "nobody combines the two duties" in refused.content.decode()) == (422, True)
    assert post(client, "delegation-give", delegate=deputy.email, **days).status_code == 302
    page = client.get(reverse("workflows:delegations")).content.decode()
    assert "Deputy for Manager" in page
    assert "Credit application" in page or "redit" in page
    waiting = browser(deputy).get(reverse("workflows:queue")).content.decode()
    assert "Manager" in waiting
    made = Delegation.objects.get()
    assert browser(company.rep).post(reverse("workflows:delegation-end", args=[made.pk])).status_code == 404
    post(client, "delegation-end", made.pk)
    assert Delegation.objects.get().ended_at is not None


def test_the_page_offers_what_the_services_allow_and_sends_it_there(company: Company) -> None:
    request = submitted(company)
    colleague, step = company.hire("Colleague", "SM", region=company.east), open_step(request, "SM")
    page = browser(company.manager).get(reverse("workflows:request", args=[request.no])).content.decode()
    assert "Transfer" in page
    assert "Ask for an opinion" in page
    assert "Declare void" not in page
    client = browser(company.manager)
    empty = post(client, "transfer", request.no, step.pk, to=colleague.pk)
    assert (empty.status_code, "This field is required" in empty.content.decode()) == (422, True)
    expert = factories.user("Expert")
    post(client, "delegate-step", request.no, step.pk, to=expert.email, reason="Please look.")
    looked = browser(expert).get(reverse("workflows:panel", args=[step.pk])).content.decode()
    assert "Hand back" in looked
    assert "You were asked for your opinion" in looked
    answer = post(browser(expert), "hand-back", request.no, step.pk, opinion="Fine.")
    assert answer.status_code == 302
    post(client, "consult", request.no, to=expert.email, text="Sure?")
    asked = Consultation.objects.get()
    assert "Sure?" in browser(expert).get(reverse("workflows:request", args=[request.no])).content.decode()
    post(browser(expert), "answer-consultation", request.no, asked.pk, text="Quite sure.")
    assert "Quite sure." in client.get(reverse("workflows:request", args=[request.no])).content.decode()
    assert post(browser(company.rep), "remind", request.no).status_code == 302
    assert post(browser(company.rep), "remind", request.no).status_code == 409
    post(client, "transfer", request.no, step.pk, to=colleague.pk, reason="Yours.")
    assert Step.objects.get(pk=step.pk).assignee == colleague
    shown = browser(company.cfo).get(reverse("workflows:request", args=[request.no])).content.decode()
    assert "Declare void" in shown
    assert post(browser(company.manager), "void", request.no, reason="x").status_code == 403
    assert post(browser(company.cfo), "void", request.no, reason="Sent twice.").status_code == 302
    assert Request.objects.get(pk=request.pk).state == "void"


def test_the_same_over_rest(company: Company) -> None:
    request = submitted(company)
    colleague, step = company.hire("Colleague", "SM", region=company.west), open_step(request, "SM")
    caller = functools.cache(Api)  # each counts his own idempotency keys
    manager, base = caller(company.manager), f"/api/v1/requests/{request.no}"
    now = db_now()
    period = {"valid_from": now.isoformat(), "valid_to": (now + timedelta(days=3)).isoformat()}
    made = manager.post("/api/v1/delegations", {"delegate": colleague.email, "ceiling": "900000.00", **period})
    assert made.status_code == 201, made.content
    assert made.json()["delegate"] == colleague.email
    again = manager.post("/api/v1/delegations", {"delegate": colleague.email, **period})
    assert (again.status_code, again.json()["code"]) == (409, "delegation_overlaps")
    assert len(caller(colleague).get("/api/v1/delegations").json()["items"]) == 1
    steps = manager.get(base).json()["steps"]
    assert steps[0]["people"] == ["Colleague (for Manager)"]
    sha = Submission.objects.get(request=request).content_sha256
    said = caller(colleague).post(f"{base}/steps/{step.pk}/decide", {"verb": "approve", "content_sha256": sha})
    assert said.status_code == 201, said.content
    decided = manager.get(base).json()["steps"][0]
    assert (decided["decided_by"], decided["on_behalf_of"]) == ("Colleague", "Manager")
    ended = manager.post(f"/api/v1/delegations/{made.json()['id']}/end", {})
    assert ended.json()["ended_at"] is not None
    board = open_step(request, "RD")
    other = company.hire("Other Director", "RD")
    director = caller(company.director)
    moved = director.post(f"{base}/steps/{board.pk}/transfer", {"to": other.email, "reason": "Yours."})
    assert (moved.status_code, moved.json()["assignee"]) == (201, other.email)
    given = caller(other).post(f"{base}/steps/{board.pk}/delegate", {"to": company.lawyer.email, "reason": "Look."})
    assert (given.status_code, given.json()["with_whom"]) == (201, company.lawyer.email)
    back = caller(company.lawyer).post(f"{base}/steps/{board.pk}/hand-back", {"opinion": "Good."})
    assert (back.status_code, back.json()["with_whom"]) == (201, None)
    asked = caller(other).post(f"{base}/consultations", {"to": company.keeper.email, "text": "Known?"})
    assert asked.status_code == 201
    replied = caller(company.keeper).post(f"{base}/consultations/{asked.json()['id']}/answer", {"text": "Yes."})
    assert replied.json()["answer"] == "Yes."
    assert caller(company.rep).post(f"{base}/remind", {}).status_code == 200
    refused = caller(company.manager).post(f"{base}/steps/{board.pk}/override", _override(sha))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_policy_owner")
    second = company.hire("Second CFO", "CFO")
    assert caller(second).post(f"{base}/steps/{board.pk}/override", _override(sha)).status_code == 201
    assert caller(second).post(f"{base}/void", {"reason": "Given up."}).json()["state"] == "void"


def _override(sha: str) -> dict[str, str]:
    return {"verb": "approve", "content_sha256": sha, "reason": "He is ill."}


def test_an_expired_page_of_a_delegate_is_refused(company: Company) -> None:
    """The delegation ended while the page was open."""
    deputy, request = company.hire("Deputy", "SM", region=company.west), submitted(company)
    now = db_now()
    made = services.delegate(
        company.manager,
        deputy,
        valid_from=now,
        valid_to=now + timedelta(days=1),
        actor=company.manager,
        idempotency_key="d",
    )
    step, sha = open_step(request, "SM"), Submission.objects.get(request=request).content_sha256
    services.end_delegation(made.pk, actor=company.manager, idempotency_key="e")
    said = {"verb": "approve", "content_sha256": sha, "origin": "request"}
    assert post(browser(deputy), "decide", request.no, step.pk, **said).status_code == 404
