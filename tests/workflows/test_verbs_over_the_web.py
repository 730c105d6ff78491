"""The verbs beside the decision on the page and over REST: return to a stage, take back, add, remove, ask, answer."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.authz.world import Api, browser
from tests.factories import Company
from tests.workflows.acting import directors, opened, policy_with, say, statuses, step_at, submitted
from workflows.models import Question, Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(company: Company) -> Request:
    """CL-3, the manager has agreed: director and credit controller are asked."""
    request = submitted(company)
    say(request, "SM", company.manager)
    return request


def post(client: Client, request: Request, path: str, **said: str) -> Any:
    return client.post(f"/requests/{request.no}/{path}/", {"idempotency_key": uuid4().hex, **said})


def read(client: Client, request: Request) -> str:
    answer = client.get(f"/requests/{request.no}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_offers_what_the_doors_would_allow(company: Company, request_: Request) -> None:
    director = read(browser(company.director), request_)
    assert all(words in director for words in ("Ask the submitter", "Back to an earlier stage", "Add an approver"))
    assert "Take back my decision" not in director
    manager = read(browser(company.manager), request_)
    assert "Take back my decision" in manager
    assert "Ask the submitter" not in manager
    for person in (company.rep, company.cfo, company.auditor):
        page = read(browser(person), request_)
        assert "Take back my decision" not in page
        assert "Add an approver" not in page


def test_a_question_and_its_answer_on_the_page(company: Company, request_: Request) -> None:
    director, rep, step = browser(company.director), browser(company.rep), step_at(request_, "RD")
    empty = post(director, request_, f"steps/{step.pk}/ask", **{"ask-text": " "})
    assert (empty.status_code, Question.objects.count()) == (422, 0)
    assert post(director, request_, f"steps/{step.pk}/ask", **{"ask-text": "Which hospitals?"}).status_code == 302
    question = Question.objects.get()
    assert "Which hospitals?" in read(rep, request_)
    assert "Not answered yet; the clock of the step stands." in read(director, request_)
    refused = post(director, request_, f"questions/{question.pk}/answer", **{"answer-text": "No. 3"})
    assert refused.status_code == 403
    assert "Only the submitter and the person who looks after the customer can answer." in refused.content.decode()
    answered = post(rep, request_, f"questions/{question.pk}/answer", **{"answer-text": "No. 3 and No. 5"})
    assert answered.status_code == 302
    assert "No. 3 and No. 5" in read(director, request_)


def test_an_approver_is_added_and_removed_on_the_page_and_a_refusal_keeps_what_was_typed(
    company: Company, request_: Request
) -> None:
    director, step = browser(company.director), step_at(request_, "RD")
    said = {"add-where": "before", "add-mode": "approve", "add-reason": "Knows the case"}
    lawyer = f"user:{company.lawyer.pk}"
    assert f'value="{lawyer}"' in read(director, request_)
    assert f'value="user:{company.manager.pk}"' not in read(director, request_)
    refused = post(director, request_, f"steps/{step.pk}/add", **said, **{"add-who": f"user:{company.keeper.pk}"})
    assert refused.status_code == 422
    assert "Keeper holds no role that can approve requests of this kind here." in refused.content.decode()
    assert "Knows the case" in refused.content.decode()
    assert post(director, request_, f"steps/{step.pk}/add", **said, **{"add-who": lawyer}).status_code == 302
    assert opened(request_) == ["+1", "CC"]
    assert "added before by Director" in read(director, request_)
    added = step_at(request_, "+1")
    assert post(director, request_, f"steps/{added.pk}/remove", **{"remove-reason": "Away"}).status_code == 302
    assert opened(request_) == ["CC", "RD"]


def test_taking_back_and_returning_to_a_stage_on_the_page(company: Company, request_: Request) -> None:
    manager, director = browser(company.manager), browser(company.director)
    step = step_at(request_, "SM")
    assert post(manager, request_, f"steps/{step.pk}/take-back", **{"take-back-reason": "Typo"}).status_code == 302
    assert opened(request_) == ["SM~2"]
    say(request_, "SM~2", company.manager)
    step = step_at(request_, "RD")
    sha = step.submission.content_sha256
    said = {"return-to-to": "SM~2", "return-to-content_sha256": sha}
    missing = post(director, request_, f"steps/{step.pk}/return", **said)
    assert missing.status_code == 422
    back = post(director, request_, f"steps/{step.pk}/return", **said, **{"return-to-reason": "Which hospitals?"})
    assert back.status_code == 302
    assert statuses(request_)["SM~3"] == "open"
    assert "Asked again" in read(director, request_)


def test_path_and_preview_say_how_a_panel_decides(company: Company) -> None:
    policy_with(CL3="SM → RD[2/3] → CFO")
    directors(company, "Jo", "Bill")
    request = submitted(company)
    words = "vote: 2 of 3 must agree; rejected when enough approvals have become impossible"
    assert read(browser(company.rep), request).count(words) == 1
    assert words in browser(company.rep).get("/policies/").content.decode()


def test_every_verb_over_rest(company: Company, request_: Request) -> None:
    director, rep, manager = Api(company.director), Api(company.rep), Api(company.manager)
    base, step = f"/api/v1/requests/{request_.no}", step_at(request_, "RD")
    asked = director.post(f"{base}/steps/{step.pk}/questions", {"text": "Which hospitals?"})
    assert asked.status_code == 201
    twice = director.post(f"{base}/steps/{step.pk}/questions", {"text": "And when?"})
    assert (twice.status_code, twice.json()["code"]) == (409, "question_out")
    answer = rep.post(f"{base}/questions/{asked.json()['id']}/answer", {"text": "No. 3"})
    assert (answer.status_code, answer.json()["answer"]) == (200, "No. 3")
    assert director.get(f"{base}/questions").json()["items"][0]["answered_by"] == "Rep"
    said = {"user": company.lawyer.pk, "where": "parallel", "reason": "Clause 7"}
    added = director.post(f"{base}/steps/{step.pk}/approvers", said)
    assert (added.status_code, added.json()["role"]) == (201, "LG")
    nobody = director.post(f"{base}/steps/{step.pk}/approvers", {**said, "user": 10**12})
    assert nobody.status_code == 404
    assert director.post(f"{base}/steps/{added.json()['step']}/remove", {"reason": "Not now"}).status_code == 200
    sha = step.submission.content_sha256
    back = {"verb": "return", "to": "SM", "reason": "Read again", "content_sha256": sha}
    assert director.post(f"{base}/steps/{step.pk}/decide", back).status_code == 201
    again = step_at(request_, "SM~2")
    decided = manager.post(f"{base}/steps/{again.pk}/decide", {"verb": "approve", "content_sha256": sha})
    assert decided.status_code == 201
    taken = manager.post(f"{base}/steps/{again.pk}/take-back", {"reason": "Not yet"})
    assert taken.status_code == 200
    by_key = {each["key"]: each for each in taken.json()["steps"]}
    assert (by_key["SM~3"]["status"], by_key["+1"]["added_by"]) == ("open", "Director")
