"""The doors of a request, on the real database: submit, decide, return, resubmit, reject, withdraw."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404
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
from tests.workflows.factories import ready_application
from workflows import rounds, services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Request, Step, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return factories.company()


def submitted(company: Company, **changes: Any) -> Request:
    letter = ready_application(company, **changes)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)


def open_step(request: Request, role: str) -> Step:
    return Step.objects.get(request=request, role=role, status="open")


def decide(request: Request, role: str, actor: User, verb: str = "approve", **said: Any) -> Decision:
    sha = Submission.objects.get(request=request, round=Request.objects.get(pk=request.pk).round).content_sha256
    step = said.pop("step", None) or open_step(request, role)
    arguments = {"content_sha256": sha, "idempotency_key": uuid4().hex, "actor": actor, "verb": verb, **said}
    return services.decide(request.no, step.pk, **arguments)


def refused(code: str, request: Request, role: str, actor: User, verb: str = "approve", **said: Any) -> Problem:
    before = list(Decision.objects.values_list("pk", flat=True))
    with pytest.raises(Problem) as caught:
        decide(request, role, actor, verb, **said)
    assert caught.value.code == code
    assert list(Decision.objects.values_list("pk", flat=True)) == before
    return caught.value


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


@pytest.mark.parametrize("verb", ["return", "reject"])
def test_saying_no_needs_a_reason(company: Company, verb: str) -> None:
    problem = refused("reason_missing", submitted(company), "SM", company.manager, verb)
    assert problem.errors[0]["field"] == "reason"


def test_rep_cannot_decide_own_request(company: Company) -> None:
    accounts.assign_role(company.rep, "SM", unit=company.unit, valid_from=factories.EVER)
    refused("own_request", submitted(company), "SM", company.rep)


def test_the_second_account_of_the_rep_cannot_decide(company: Company) -> None:
    second = factories.user("Rep Twice", person=company.rep.person)
    accounts.assign_role(second, "SM", unit=company.unit, valid_from=factories.EVER)
    refused("own_request", submitted(company), "SM", second)


def test_the_owner_of_the_customer_cannot_decide_although_another_submits(company: Company) -> None:
    letter = ready_application(company)
    request = services.submit(KIND, letter.pk, actor=company.keeper, idempotency_key="k")
    accounts.assign_role(company.rep, "SM", unit=company.unit, valid_from=factories.EVER)
    refused("own_customer", request, "SM", company.rep)


def test_an_editor_of_the_revision_cannot_decide(company: Company) -> None:
    other = company.hire("Helping Manager", "SM", region=company.east)
    letter = ready_application(company)
    credit.save_draft(letter.customer, {"reason_text": "Helped by the manager."}, other, letter)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="k")
    refused("edited_it", request, "SM", other)


def test_the_role_is_needed_at_the_moment_of_the_decision(company: Company) -> None:
    """The page is open, the role is taken away, the post is refused."""
    request = submitted(company)
    accounts.end_role(RoleAssignment.objects.get(user=company.manager))
    refused("no_authority", request, "SM", company.manager)


def test_a_manager_of_another_region_cannot_decide(company: Company) -> None:
    refused("no_authority", submitted(company), "SM", company.other_manager)


def test_a_superuser_without_the_role_cannot_decide(company: Company) -> None:
    operator = factories.user("Operator", is_staff=True, is_superuser=True)
    refused("no_authority", submitted(company), "SM", operator)


def test_a_step_of_another_request_is_not_found_and_nothing_changes(company: Company) -> None:
    one, two = submitted(company), submitted(company)
    with pytest.raises(Http404):
        decide(one, "SM", company.manager, step=open_step(two, "SM"))
    assert (open_roles(one), open_roles(two)) == (["SM"], ["SM"])


def test_what_was_decided_is_not_decided_again(company: Company) -> None:
    request = submitted(company)
    step = open_step(request, "SM")
    decide(request, "SM", company.manager)
    assert refused("step_closed", request, "SM", company.manager, step=step).status == 409


def test_a_stale_page_is_refused(company: Company) -> None:
    assert refused("content_changed", submitted(company), "SM", company.manager, content_sha256="0" * 64).status == 409


def test_the_same_key_gives_the_first_answer(company: Company) -> None:
    request = submitted(company)
    step = open_step(request, "SM")
    first = decide(request, "SM", company.manager, step=step, idempotency_key="double-click")
    again = decide(request, "SM", company.manager, step=step, idempotency_key="double-click")
    assert first.pk == again.pk
    assert Event.objects.filter(action="request.decided").count() == 1


def test_the_same_key_for_something_else_is_refused(company: Company) -> None:
    request = submitted(company)
    step = open_step(request, "SM")
    decide(request, "SM", company.manager, step=step, idempotency_key="k")
    with pytest.raises(Problem) as caught:
        decide(request, "SM", company.manager, "reject", step=step, idempotency_key="k", reason="no")
    assert caught.value.status == 409


def test_a_refusal_is_in_the_trail(company: Company) -> None:
    request = submitted(company)
    refused("no_authority", request, "SM", company.other_manager)
    event = Event.objects.get(action="rule.refused")
    assert (event.request_no, event.actor_id) == (request.no, company.other_manager.pk)


def test_a_person_decides_one_step_only(company: Company) -> None:
    accounts.assign_role(company.manager, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    decide(request, "SM", company.manager)
    refused("already_decided", request, "RD", company.manager)


def test_who_alone_can_take_a_later_step_leaves_this_one_to_a_colleague(company: Company) -> None:
    second = company.hire("Second Manager", "SM", region=company.east)
    accounts.end_role(RoleAssignment.objects.get(user=company.director))
    accounts.assign_role(second, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    refused("needed_later", request, "SM", second)
    decide(request, "SM", company.manager)
    decide(request, "RD", second)


def test_a_lower_step_of_the_same_only_person_is_skipped_with_a_record(company: Company) -> None:
    accounts.end_role(RoleAssignment.objects.get(user=company.director))
    accounts.assign_role(company.manager, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    assert Step.objects.get(request=request, role="SM").status == "skipped"
    assert open_roles(request) == ["CC", "RD"]
    assert "skipped" in Event.objects.get(action="request.submitted").body


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
