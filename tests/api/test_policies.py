"""Policy versions and changes over REST: drafted, changed, checked, asked for, decided, re-routed."""

from datetime import timedelta

import pytest

from accounts.queries import business_today
from accounts.roles import Role
from policies.models import PolicyVersion
from policies.rules.pack import content_digest
from tests import factories
from tests.api.client import Api
from tests.workflows.factories import ready_application, trading_customer
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Step

pytestmark = pytest.mark.django_db


def test_a_version_is_checked_asked_for_agreed_and_a_request_re_routed_under_it_over_rest() -> None:
    company = factories.company()
    company.hire("Quality", Role.QA)
    maker = company.hire("Sales Operations", Role.SO)
    letter = ready_application(company, customer=trading_customer(company))
    running = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="running")
    so, cfo = Api(maker), Api(company.cfo)

    tomorrow = (business_today() + timedelta(days=1)).isoformat()
    drafted = so.post("/policies/drafts", {"change_note": "Stricter.", "effective_from": tomorrow})
    assert (drafted.status_code, drafted.json()["number"]) == (201, 2)
    fields = {"revision": 0, "fields": [{"row": "ES-1", "field": "in.over_formula_pct", "text": "> 10"}]}
    assert so.patch("/policies/2/tables/ES", fields).status_code == 200

    listed = so.get("/policies").json()["items"]
    assert [(each["number"], each["state"], each["in_force"]) for each in listed] == [
        (2, "draft", False), (1, "active", True),
    ]  # fmt: skip
    shown = so.get("/policies/2").json()
    assert content_digest({"tables": shown["tables"]}) == shown["digest"] != listed[1]["digest"]
    assert so.get("/policies/2/check").json()["blocking"] == 0
    assert so.post("/policies/2/check", {"revision": 99}).json()["code"] == "policy_stale"
    assert so.post("/policies/2/check", {"revision": shown["revision"]}).json()["state"] == "checked"
    assert so.post("/policies/2/reopen", {"reason": "once more"}).json()["state"] == "draft"

    made = so.post("/policy-changes", {"version": 2, "emergency": True})
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    plan = so.get(f"/policy-changes/{pk}/preview").json()
    assert [step["role"] for step in plan["steps"]] == ["CFO", "GM"], plan
    sent = so.post(f"/policy-changes/{pk}/submit", {})
    assert sent.status_code == 201, sent.content
    no = sent.json()["no"]
    for role, person in (("CFO", company.cfo), ("GM", company.general_manager)):
        step = Step.objects.select_related("submission").get(request__no=no, role=role, status="open")
        services.decide(
            no, step.pk, actor=person, verb="approve", content_sha256=step.submission.content_sha256,
            idempotency_key=role,
        )  # fmt: skip
    assert so.get("/policies/2").json()["state"] == "active"
    assert PolicyVersion.objects.get(number=3).state == "scheduled"

    refused = so.post(f"/requests/{running.no}/reroute", {"version": 2, "reason": "x"})
    assert refused.json()["code"] == "not_policy_owner"
    rerouted = cfo.post(f"/requests/{running.no}/reroute", {"version": 2, "reason": "The stricter rule holds."})
    assert rerouted.status_code == 200, rerouted.content
    running.refresh_from_db()
    assert (running.round, running.submissions.get(round=2).policy_number) == (2, 2)
