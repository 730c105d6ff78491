"""The doors of a request, on the real database: submit, decide, return, resubmit, reject, withdraw."""

from datetime import date
from typing import Any

import pytest
from guardian.shortcuts import assign_perm

from accounts import services as accounts
from accounts.models import RoleAssignment, User
from accounts.problems import Problem
from audit.models import Event
from credit import services as credit
from credit.models import CreditApplication, CreditLine
from customers.models import Customer
from jobs.models import Job
from tests import factories
from tests.factories import Company
from tests.workflows import acting
from tests.workflows.acting import decide, submitted
from tests.workflows.factories import ready_application
from workflows import rounds, services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission

pytestmark = pytest.mark.django_db


def refused(code: str, request: Request, role: str, actor: User, verb: str = "approve", **said: Any) -> Problem:
    return acting.refused(code, decide, request, role, actor, verb, **said)


def open_roles(request: Request) -> list[str]:
    roles = sorted(Step.objects.filter(request=request, status="open").values_list("role", flat=True))
    tasks = request.process.task_set.filter(flow_task=KIND.flow.approve, finished__isnull=True)  # type: ignore[union-attr]
    assert {task.pk for task in tasks} == set(
        Step.objects.filter(request=request, status="open").values_list("task_id", flat=True)
    ), "the steps and the process disagree"
    return roles


def test_a_credit_line_goes_the_whole_way(company: Company) -> None:
    """CL-3: SM, then RD and CC together, then CFO; the line is in force with the last approval."""
    request = submitted(company, limit=500_000)
    assert open_roles(request) == ["SM"]
    decide(request, "SM", company.manager)
    assert open_roles(request) == ["CC", "RD"]
    decide(request, "CC", company.credit_controller)
    assert open_roles(request) == ["RD"]
    decide(request, "RD", company.director)
    assert open_roles(request) == ["CFO"]
    decide(request, "CFO", company.cfo)
    request.refresh_from_db()
    assert request.state == "approved"
    assert request.process.status == "DONE"  # type: ignore[union-attr]
    line = CreditLine.objects.get(request_no=request.no, kind="trade")
    assert (line.amount, line.term_days, line.activated_at is not None) == (500_000, 30, True)
    assert Job.objects.filter(kind="workflows.letters").count() == 1
    decided = Event.objects.filter(request_no=request.no, action="request.decided").count()
    assert decided == 4


def test_the_tightest_conditions_are_granted(company: Company) -> None:
    request = submitted(company, limit=500_000)
    decide(request, "SM", company.manager)
    lower = {"limit": factories.amount(300_000), "note": "half a year first"}
    decide(request, "CC", company.credit_controller, "approve_conditional", reason="thin margin", conditions=lower)
    decide(request, "RD", company.director)
    decide(request, "CFO", company.cfo)
    assert CreditLine.objects.get(request_no=request.no).amount == 300_000


def test_a_condition_cannot_raise_the_limit(company: Company) -> None:
    request = submitted(company)
    higher = {"limit": factories.amount(600_000)}
    refused("conditions_loosen", request, "SM", company.manager, "approve_conditional", reason="x", conditions=higher)


def test_a_returned_request_comes_back_as_a_new_round(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager, "return", reason="Which hospitals?")
    request.refresh_from_db()
    assert (request.state, open_roles(request)) == ("returned", [])
    letter = KIND.lock(request.letter_id)
    credit.save_draft(letter.customer, {"reason_text": "No. 3 and No. 5."}, company.rep, letter)
    services.resubmit(request.no, actor=company.rep, idempotency_key="again")
    request.refresh_from_db()
    assert (request.state, request.round, open_roles(request)) == ("in_review", 2, ["SM"])
    decide(request, "SM", company.manager)
    assert open_roles(request) == ["CC", "RD"]


def test_a_return_waits_for_the_other_party_of_the_stage(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager)
    decide(request, "CC", company.credit_controller, "return", reason="Statements are old")
    request.refresh_from_db()
    assert (request.state, open_roles(request)) == ("in_review", ["RD"])
    decide(request, "RD", company.director)
    request.refresh_from_db()
    assert (request.state, open_roles(request)) == ("returned", [])


def test_a_day_after_a_return_nobody_is_waited_for(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager)
    decide(request, "CC", company.credit_controller, "return", reason="Statements are old")
    services.end_waiting_return(request.no, 1)
    request.refresh_from_db()
    assert (request.state, open_roles(request)) == ("returned", [])
    assert Event.objects.get(action="request.return_ended_waiting").actor_id is None  # nobody did it
    services.end_waiting_return(request.no, 1)


def test_one_rejection_ends_it(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager)
    decide(request, "CC", company.credit_controller, "reject", reason="Too many late payments")
    request.refresh_from_db()
    assert (request.state, open_roles(request)) == ("rejected", [])
    assert Step.objects.get(request=request, role="RD").status == "not_needed"
    assert not CreditLine.objects.filter(request_no=request.no).exists()


def test_a_second_request_for_the_customer_is_refused_while_one_is_open(company: Company) -> None:
    request = submitted(company)
    letter = ready_application(company, customer=request.customer)
    with pytest.raises(Problem) as caught:
        services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="second")
    assert caught.value.code == "not_submittable"


def test_a_submission_without_anybody_to_decide_is_refused(company: Company) -> None:
    accounts.end_role(RoleAssignment.objects.get(user=company.cfo))
    with pytest.raises(Problem) as caught:
        submitted(company)
    assert any("Chief financial officer" in error["message"] for error in caught.value.errors)
    assert not Request.objects.exists()


def test_submitting_twice_makes_one_request(company: Company) -> None:
    letter = ready_application(company)
    first = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="click")
    again = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="click")
    assert first == again
    with pytest.raises(Problem):
        services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="other")


def test_the_rep_withdraws_before_the_first_decision(company: Company) -> None:
    request = submitted(company)
    services.withdraw(request.no, actor=company.rep, reason="The customer has changed his mind.", idempotency_key="w")
    request.refresh_from_db()
    assert (request.state, open_roles(request)) == ("withdrawn", [])
    news = Job.objects.filter(kind="workflows.notify").values_list("payload", flat=True)
    assert "withdrawn" in str(list(news)), "whoever had it on his desk is told"
    assert request.process.status == "CANCELED"  # type: ignore[union-attr]


def test_after_a_decision_it_is_too_late_to_withdraw(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager)
    with pytest.raises(Problem) as caught:
        services.withdraw(request.no, actor=company.rep, reason="no", idempotency_key="w")
    assert caught.value.code == "too_late"


def test_nobody_else_withdraws(company: Company) -> None:
    request = submitted(company)
    with pytest.raises(Problem) as caught:
        services.withdraw(request.no, actor=company.manager, reason="no", idempotency_key="w")
    assert caught.value.code == "not_yours"


def test_a_policy_change_does_not_touch_a_request_under_way(company: Company) -> None:
    request = submitted(company)
    assert Submission.objects.get(request=request).policy_number == 1


def returned(company: Company) -> Request:
    request = submitted(company)
    decide(request, "SM", company.manager, "return", reason="Please add the contract.")
    request.refresh_from_db()
    return request


def test_a_request_made_confidential_in_a_revision_is_hidden_at_once(company: Company) -> None:
    request = returned(company)
    onlooker = company.hire("Onlooker", "CS")
    assert Request.objects.visible_to(onlooker).filter(pk=request.pk).exists()
    letter = CreditApplication.objects.get(pk=request.letter_id)
    credit.save_draft(letter.customer, {"confidential": True}, company.rep, letter)
    services.resubmit(request.no, actor=company.rep, idempotency_key="again")
    request.refresh_from_db()
    assert request.confidential
    assert not Request.objects.visible_to(onlooker).filter(pk=request.pk).exists()


def test_a_revision_keeps_apart_whoever_looks_after_the_customer_now(company: Company) -> None:
    request = returned(company)
    Customer.objects.filter(pk=request.customer_id).update(owner=company.manager)
    assign_perm("customers.view_customer", company.rep, request.customer)  # shared by the new owner
    company.hire("Second Manager", "SM", region=company.east)
    services.resubmit(request.no, actor=company.rep, idempotency_key="again")
    refused("own_customer", request, "SM", company.manager)


def test_the_number_carries_the_month_of_the_company_not_of_utc() -> None:
    assert rounds.next_number("XX", date(2026, 12, 1)) == "XX-202612-0001"


def test_events_of_a_request_name_the_policy_as_all_others_do(company: Company) -> None:
    request = submitted(company)
    event = Event.objects.get(action="request.submitted", request_no=request.no)
    submission = Submission.objects.get(request=request)
    assert event.content["policy"] == {"number": submission.policy_number, "digest": submission.policy_digest}
