"""Several people at the same moment, on real connections: one of them wins, the others hear why."""

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import User
from accounts.problems import Problem
from accounts.roles import Role
from audit.models import Event
from credit.models import CreditLine
from jobs.models import Job
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Request, Step, Submission

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60


@pytest.fixture
def request_(company: Company) -> Request:
    """CL-3: the manager, then director and credit controller together, then the CFO."""
    return services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every act in a thread and connection of its own, all released together; answers or exceptions."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            answers[place] = act()
        except Exception as error:  # judged by the test
            answers[place] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "somebody still waits"
    return answers


def deciding(request: Request, role: str, actor: User, verb: str = "approve", reason: str = "") -> Callable[[], Any]:
    """An act with the page already open: step and content are known before the race."""
    step = Step.objects.get(request=request, role=role, status="open")
    sha = Submission.objects.get(pk=step.submission_id).content_sha256
    key = uuid4().hex
    return lambda: services.decide(
        request.no, step.pk, actor=actor, verb=verb, content_sha256=sha, idempotency_key=key, reason=reason
    )


def up_to_the_last_step(company: Company, request: Request) -> None:
    for role, actor in (("SM", company.manager), ("CC", company.credit_controller), ("RD", company.director)):
        deciding(request, role, actor)()


def losers(answers: list[Any]) -> list[tuple[int, str]]:
    unexpected = [a for a in answers if isinstance(a, Exception) and not isinstance(a, Problem)]
    assert not unexpected, unexpected
    return [(answer.status, answer.code) for answer in answers if isinstance(answer, Problem)]


def decided(request: Request) -> int:
    return Event.objects.filter(request_no=request.no, action="request.decided").count()


def test_eight_managers_decide_one_step_and_one_of_them_has_decided(company: Company, request_: Request) -> None:
    managers = [company.hire(f"Manager {number}", Role.SM, region=company.east) for number in range(8)]
    answers = at_once([deciding(request_, "SM", manager) for manager in managers])
    assert losers(answers) == [(409, "step_closed")] * 7
    assert Decision.objects.count() == 1
    assert decided(request_) == 1
    opened = Step.objects.filter(request=request_, status="open").values_list("role", flat=True)
    assert sorted(opened) == ["CC", "RD"]
    assert Event.objects.filter(action="rule.refused", request_no=request_.no).count() == 7


def test_eight_last_approvals_grant_one_line(company: Company, request_: Request) -> None:
    up_to_the_last_step(company, request_)
    officers = [company.hire(f"Officer {number}", Role.CFO) for number in range(8)]
    answers = at_once([deciding(request_, "CFO", officer) for officer in officers])
    assert losers(answers) == [(409, "step_closed")] * 7
    assert CreditLine.objects.filter(request_no=request_.no).count() == 1
    assert Event.objects.filter(action="credit.line_granted", request_no=request_.no).count() == 1
    assert Job.objects.filter(kind="workflows.letters").count() == 1
    assert decided(request_) == 4


def test_one_person_clicking_in_eight_tabs_decides_once(company: Company, request_: Request) -> None:
    answers = at_once([deciding(request_, "SM", company.manager) for _ in range(8)])
    assert losers(answers) == [(409, "step_closed")] * 7
    assert decided(request_) == 1


def test_approval_against_rejection_leaves_one_word(company: Company, request_: Request) -> None:
    other = company.hire("Second Manager", Role.SM, region=company.east)
    answers = at_once(
        [deciding(request_, "SM", company.manager), deciding(request_, "SM", other, "reject", "Too many late payments")]
    )
    assert losers(answers) == [(409, "step_closed")]
    said = Decision.objects.get()
    request_.refresh_from_db()
    assert request_.state == {"approve": "in_review", "reject": "rejected"}[said.verb]


def test_parallel_steps_decided_together_open_the_next_stage_once(company: Company, request_: Request) -> None:
    deciding(request_, "SM", company.manager)()
    answers = at_once([deciding(request_, "RD", company.director), deciding(request_, "CC", company.credit_controller)])
    assert losers(answers) == []
    assert Step.objects.filter(request=request_, role="CFO", status="open").count() == 1
    tasks = request_.process.task_set.filter(flow_task=KIND.flow.approve, finished__isnull=True)  # type: ignore[union-attr]
    assert tasks.count() == 1


def test_withdrawal_against_approval_has_one_winner(company: Company, request_: Request) -> None:
    answers = at_once(
        [
            deciding(request_, "SM", company.manager),
            lambda: services.withdraw(request_.no, actor=company.rep, reason="Order lost", idempotency_key="w"),
        ]
    )
    request_.refresh_from_db()
    assert (request_.state, losers(answers)) in [
        ("withdrawn", [(409, "step_closed")]),
        ("in_review", [(409, "too_late")]),
    ]
    assert Decision.objects.count() == (request_.state == "in_review")


def test_four_submissions_of_one_draft_make_one_request(company: Company) -> None:
    letter = ready_application(company)
    answers = at_once(
        [
            lambda key=key: services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=key)
            for key in ("tab 1", "tab 2", "phone", "API")
        ]
    )
    assert losers(answers) == [(409, "already_submitted")] * 3
    assert Request.objects.count() == 1
    assert Event.objects.filter(action="request.submitted").count() == 1


def test_a_double_click_gives_both_the_same_request(company: Company) -> None:
    letter = ready_application(company)
    answers = at_once(
        [lambda: services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="click") for _ in range(4)]
    )
    assert losers(answers) == []
    assert {answer.no for answer in answers} == {Request.objects.get().no}
