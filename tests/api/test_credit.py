"""A credit application over the REST API: from the draft to the line in force, by everybody who must agree."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from credit.models import CreditApplication
from tests import factories
from tests.api.client import ROOT, Api, fields, problem
from tests.contracts.factories import issued
from tests.factories import Company
from tests.workflows.factories import PDF, ready_application, trading_customer
from workflows.models import Decision, Request


def decide(api: Api, no: str, verb: str = "approve", **said: Any) -> Any:
    """Say something in the open step whose people include the token's user."""
    shown = api.get(f"/requests/{no}").json()
    name = said.pop("name")
    step = next(s for s in shown["steps"] if s["status"] == "open" and name in s["people"])
    body = {"verb": verb, "content_sha256": shown["content_sha256"], **said}
    return api.post(f"/requests/{no}/steps/{step['id']}/decide", body)


@pytest.fixture
def application(company: Company) -> CreditApplication:
    return ready_application(company)


@pytest.fixture
def no(company: Company, application: CreditApplication) -> str:
    sent = Api(company.rep).post(f"/credit-applications/{application.pk}/submit")
    assert sent.status_code == 201, sent.content
    return str(sent.json()["no"])


def test_a_draft_is_begun_changed_read_and_listed(company: Company) -> None:
    factories.customer(company, code="HK")
    api = Api(company.rep)
    made = api.post("/credit-applications", {"customer": "HK", "req_type": "new", "req_limit": "500000"})
    assert (made.status_code, made.json()["req_limit"], made.json()["submitted"]) == (201, "500000.00", False)
    pk = made.json()["id"]
    changed = api.patch(f"/credit-applications/{pk}", {"req_term": 30, "req_limit": None, "valid_from": "2026-12-01"})
    assert (changed.json()["req_term"], changed.json()["req_limit"]) == (30, None)
    assert api.get(f"/credit-applications/{pk}").json() == changed.json()
    assert [row["id"] for row in api.get("/credit-applications").json()["items"]] == [pk]
    named = problem(api.patch(f"/credit-applications/{pk}", {"valid_to": "2026-11-30"}), 422, "invalid")
    assert fields(named) == ["valid_to"]
    problem(api.patch(f"/credit-applications/{pk}", {"customer": "HL"}), 422, "invalid")


def test_a_paper_is_attached_once_per_key(company: Company) -> None:
    application = ready_application(company)
    api = Api(company.rep)

    def attach(name: str, content: bytes, key: str, kind: str = "other") -> Any:
        return api.client.post(
            f"{ROOT}/credit-applications/{application.pk}/attachments?kind={kind}",
            {"file": SimpleUploadedFile(name, content)},
            headers={"Authorization": f"Bearer {api.token}", "Idempotency-Key": key},
        )

    first = attach("plan.pdf", PDF, "a")
    assert (first.status_code, first.json()["name"], first.json()["size"]) == (201, "plan.pdf", len(PDF))
    assert attach("plan.pdf", PDF, "a").json() == first.json()
    problem(attach("plan.pdf", PDF + b" ", "a"), 409, "idempotency_key_reused")
    problem(attach("plan.exe", b"MZ", "b"), 422, "extension")
    problem(attach("plan.pdf", PDF, "c", kind="nope"), 422, "kind")
    papers = api.get(f"/credit-applications/{application.pk}/attachments").json()
    assert [paper["name"] for paper in papers].count("plan.pdf") == 1
    problem(api.post(f"/credit-applications/{application.pk}/attachments?kind=other", {}), 422, "invalid")


def test_a_preview_shows_the_path_and_stores_nothing(company: Company, application: CreditApplication) -> None:
    before = (Request.objects.count(), Event.objects.count())
    shown = Api(company.rep).get(f"/credit-applications/{application.pk}/preview").json()
    assert (shown["submittable"], shown["blocks"]) == (True, [])
    assert {step["role"] for step in shown["steps"]} == {"SM", "RD", "CC", "CFO"}
    assert all(step["reasons"] and step["people"] for step in shown["steps"])
    assert (Request.objects.count(), Event.objects.count() - 1) == before  # the event is the token's


def test_a_draft_that_lacks_something_is_not_submitted_and_says_why(company: Company) -> None:
    customer = trading_customer(company, code="HK")
    ready_application(company)  # the policy is in force
    api = Api(company.rep)
    pk = api.post("/credit-applications", {"customer": customer.code, "req_type": "new"}).json()["id"]
    refused = problem(api.post(f"/credit-applications/{pk}/submit"), 422, "not_submittable")
    assert all(error["message"] for error in refused["errors"])


def test_the_whole_way_to_a_line_in_force(company: Company, no: str) -> None:
    for person in ("manager", "credit_controller", "director", "cfo"):
        user = company.people[person]
        said = decide(Api(user), no, name=user.display_name)
        assert said.status_code == 201, said.content
    assert said.json()["state"] == "approved"
    (line,) = Api(company.rep).get("/credit-lines", customer=Request.objects.get(no=no).customer.code).json()["items"]
    assert (line["amount"], line["state"], line["request"]) == ("500000.00", "active", no)
    trail = Api(company.auditor).get("/audit-events", request=no, action="request.decided").json()["items"]
    assert {event["channel"] for event in trail} == {"api"}
    assert len(trail) == 4


def test_conditions_tighten_and_never_loosen(company: Company, no: str) -> None:
    api, name = Api(company.manager), company.manager.display_name
    more = decide(api, no, "approve_conditional", name=name, reason="r", conditions={"limit": "600000.00"})
    problem(more, 422, "conditions_loosen")
    problem(decide(api, no, "approve_conditional", name=name, reason="r"), 422, "conditions_missing")
    less = decide(api, no, "approve_conditional", name=name, reason="r", conditions={"limit": "400000.00"})
    assert less.status_code == 201
    step = next(s for s in api.get(f"/requests/{no}").json()["steps"] if s["role"] == "SM")
    assert step["conditions"] == {"limit": "400000.00"}


def test_a_repeated_decision_gets_the_first_answer_word_for_word(company: Company, no: str) -> None:
    api = Api(company.manager)
    shown = api.get(f"/requests/{no}").json()
    step = next(s for s in shown["steps"] if s["status"] == "open")
    path = f"/requests/{no}/steps/{step['id']}/decide"
    body = {"verb": "approve", "content_sha256": shown["content_sha256"]}
    first = api.post(path, body, key="once")
    decide(Api(company.credit_controller), no, "reject", name=company.credit_controller.display_name, reason="no")
    again = api.post(path, body, key="once")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    problem(api.post(path, {**body, "reason": "x"}, key="once"), 409, "idempotency_key_reused")
    problem(api.post(path, body), 409, "step_closed")
    assert Decision.objects.filter(step_id=step["id"]).count() == 1


def test_a_repeated_submission_makes_one_request(company: Company, application: CreditApplication) -> None:
    api, path = Api(company.rep), f"/credit-applications/{application.pk}/submit"
    first = api.post(path, key="s")
    withdrawn = api.post(f"/requests/{first.json()['no']}/withdraw", {"reason": "typo"})
    assert withdrawn.json()["state"] == "withdrawn"
    again = api.post(path, key="s")
    assert (again.status_code, again.content) == (201, first.content)
    assert Request.objects.count() == 1
    problem(api.post(f"/requests/{first.json()['no']}/withdraw", {"reason": "again"}), 409, "step_closed")


def test_a_request_is_returned_revised_and_sent_again(
    company: Company, application: CreditApplication, no: str
) -> None:
    manager, rep = Api(company.manager), Api(company.rep)
    sha = manager.get(f"/requests/{no}").json()["content_sha256"]
    body = {"content_sha256": sha, "reason": "Please explain the season."}
    returned = manager.post(f"/requests/{no}/return", body, key="r")
    assert (returned.status_code, returned.json()["state"]) == (201, "returned"), returned.content
    assert manager.post(f"/requests/{no}/return", body, key="r").content == returned.content
    assert rep.patch(f"/credit-applications/{application.pk}", {"req_limit": "450000"}).status_code == 200
    again = rep.post(f"/requests/{no}/resubmit", key="again")
    assert (again.json()["state"], again.json()["round"], again.json()["amount"]) == ("in_review", 2, "450000.00")
    assert rep.post(f"/requests/{no}/resubmit", key="again").content == again.content
    problem(rep.post(f"/requests/{no}/resubmit"), 409, "not_returned")


def test_nobody_returns_what_is_not_open_for_him(company: Company, no: str) -> None:
    sha = Api(company.cfo).get(f"/requests/{no}").json()["content_sha256"]
    refused = Api(company.cfo).post(f"/requests/{no}/return", {"content_sha256": sha, "reason": "r"})
    problem(refused, 403, "forbidden")


def test_the_submitter_cannot_decide_over_the_api_either(company: Company, no: str) -> None:
    from accounts.services import assign_role

    assign_role(company.rep, "SM", unit=company.unit, region=company.east, valid_from=factories.EVER)
    api = Api(company.rep)
    shown = api.get(f"/requests/{no}").json()
    step = next(s for s in shown["steps"] if s["status"] == "open")
    body = {"verb": "approve", "content_sha256": shown["content_sha256"]}
    problem(api.post(f"/requests/{no}/steps/{step['id']}/decide", body), 403, "own_request")
    assert not Decision.objects.exists()
    assert Event.objects.filter(action="rule.refused", request_no=no).count() == 1


def test_a_step_below_another_requests_address_is_not_found(company: Company, no: str) -> None:
    api = Api(company.rep)
    other = ready_application(company)
    second = api.post(f"/credit-applications/{other.pk}/submit").json()
    step = second["steps"][0]["id"]
    body = {"verb": "approve", "content_sha256": second["content_sha256"]}
    problem(Api(company.manager).post(f"/requests/{no}/steps/{step}/decide", body), 404, "not_found")
    assert not Decision.objects.exists()


def test_stale_content_is_not_decided(company: Company, no: str) -> None:
    refused = decide(Api(company.manager), no, name=company.manager.display_name, content_sha256="0" * 64)
    problem(refused, 409, "content_changed")


def test_another_rep_finds_nothing_of_it(company: Company, application: CreditApplication, no: str) -> None:
    document = issued(application.customer, request_no=no)
    stranger = Api(company.other_rep)
    for path in (
        f"/customers/{application.customer_id}",
        f"/credit-applications/{application.pk}",
        f"/credit-applications/{application.pk}/preview",
        f"/credit-applications/{application.pk}/attachments",
        f"/requests/{no}",
        f"/documents/{document.number}",
        f"/documents/{document.number}/pdf",
    ):
        problem(stranger.get(path), 404, "not_found")
    for path in ("/customers", "/credit-applications", "/requests", "/credit-lines", "/documents"):
        assert stranger.get(path).json() == {"items": [], "next_cursor": None}
    problem(stranger.patch(f"/credit-applications/{application.pk}", {"req_term": 1}), 404, "not_found")
    problem(stranger.post(f"/credit-applications/{application.pk}/submit"), 404, "not_found")
    problem(stranger.post("/credit-applications", {"customer": application.customer.code}), 404, "not_found")
    for verb in ("withdraw", "resubmit", "return"):
        body = {"reason": "r", **({"content_sha256": "x"} if verb == "return" else {})}
        problem(stranger.post(f"/requests/{no}/{verb}", body), 404, "not_found")
    problem(stranger.get("/audit-events"), 403, "forbidden")


def test_lists_filter_by_state_and_customer(company: Company, no: str) -> None:
    api, code = Api(company.rep), Request.objects.get(no=no).customer.code
    assert [row["no"] for row in api.get("/requests", state="in_review", customer=code).json()["items"]] == [no]
    assert api.get("/requests", state="approved").json()["items"] == []
    assert api.get("/requests", customer="nobody").json()["items"] == []


def test_a_page_costs_the_same_statements_however_long_it_is(company: Company) -> None:
    api, lists = Api(company.rep), ["/customers", "/credit-applications", "/requests", "/credit-lines", "/documents"]

    def costs() -> dict[str, int]:
        found = {}
        for path in lists:
            with CaptureQueriesContext(connection) as captured:
                assert api.get(path).status_code == 200
            found[path] = len(captured)
        return found

    one_of_everything(company)
    few = costs()
    one_of_everything(company)
    assert all(len(api.get(path).json()["items"]) >= 2 for path in lists)
    assert costs() == few


def one_of_everything(company: Company) -> None:
    application = ready_application(company)
    no = Api(company.rep).post(f"/credit-applications/{application.pk}/submit").json()["no"]
    for role in ("manager", "credit_controller", "director", "cfo", "general_manager", "chairman"):
        request = Request.objects.get(no=no)
        if request.steps.filter(
            status="open", role__in=[held.role for held in company.people[role].role_assignments.all()]
        ):
            assert decide(Api(company.people[role]), no, name=company.people[role].display_name).status_code == 201
    assert Request.objects.get(no=no).state == "approved"
    issued(application.customer, request_no=no)
