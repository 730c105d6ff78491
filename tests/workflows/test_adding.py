"""Adding an approver before, beside or after one's own step, and taking the addition away."""

from typing import Any
from uuid import uuid4

import pytest

from accounts import services as accounts
from accounts.roles import Role
from audit.models import Event
from credit import services as credit
from tests import factories
from tests.factories import Company
from tests.workflows.acting import opened, refused, say, state, statuses, step_at, submitted
from tests.workflows.test_delegation import given, stand_in
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, queue_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(company: Company) -> Request:
    """CL-3, the manager has agreed: director and credit controller are asked."""
    request = submitted(company)
    say(request, "SM", company.manager)
    return request


def add(request: Request, key: str, actor: Any, where: str = "before", **chosen: Any) -> Step:
    said = {"reason": "Knows the case", "idempotency_key": uuid4().hex, **chosen}
    return services.add_approver(request.no, step_at(request, key).pk, actor=actor, where=where, **said)  # type: ignore[arg-type]


def remove(request: Request, key: str, actor: Any) -> Request:
    step = step_at(request, key)
    return services.remove_approver(request.no, step.pk, actor=actor, reason="Not needed", idempotency_key=uuid4().hex)


def test_before_ones_own_step_waits_for_the_answer_and_the_neighbour_does_not(
    company: Company, request_: Request
) -> None:
    added = add(request_, "RD", company.director, "before", user=company.lawyer)
    assert (added.role, added.mode, added.assignee) == ("LG", "approve", company.lawyer) or added.mode == "endorse"
    assert opened(request_) == ["+1", "CC"]
    assert added.queue_key in queue_keys(company.lawyer)
    assert Request.objects.visible_to(company.lawyer).filter(pk=request_.pk).exists()
    refused("step_closed", say, request_, "RD", company.director)
    say(request_, "+1", company.lawyer)
    assert opened(request_) == ["CC", "RD"]
    say(request_, "RD", company.director)
    say(request_, "CC", company.credit_controller)
    assert opened(request_) == ["CFO"]


def test_after_the_added_one_comes_in_a_stage_of_its_own(company: Company, request_: Request) -> None:
    add(request_, "RD", company.director, "after", user=company.lawyer)
    assert opened(request_) == ["CC", "RD"]
    say(request_, "RD", company.director)
    say(request_, "CC", company.credit_controller)
    assert opened(request_) == ["+1"]
    refused("addition_needed", remove, request_, "+1", company.director)
    say(request_, "+1", company.lawyer)
    assert opened(request_) == ["CFO"]


def test_beside_it_the_added_one_is_asked_at_once_and_his_rejection_counts(company: Company, request_: Request) -> None:
    add(request_, "RD", company.director, "parallel", role="FM")
    assert opened(request_) == ["+1", "CC", "RD"]
    say(request_, "+1", company.finance_manager, "reject", reason="Not in this quarter")
    assert state(request_) == "rejected"


def test_an_opinion_holds_up_nothing_but_ones_own_step(company: Company, request_: Request) -> None:
    add(request_, "RD", company.director, "parallel", user=company.lawyer, mode="comment")
    say(request_, "RD", company.director)
    say(request_, "CC", company.credit_controller)
    assert statuses(request_)["+1"] == "not_needed"
    assert opened(request_) == ["CFO"]
    add(request_, "CFO", company.cfo, "before", user=company.lawyer, mode="comment")
    assert opened(request_) == ["+2"]
    say(request_, "+2", company.lawyer, "object", reason="The contract is open")
    assert opened(request_) == ["CFO"]  # an opinion: it brings in nobody else
    refused("added_too_late", add, request_, "CFO", company.cfo, "after", user=company.auditor, mode="comment")


def test_only_somebody_who_may_approve_such_a_request_and_has_no_part_in_it_is_added(
    company: Company, request_: Request
) -> None:
    accounts.assign_role(company.rep, Role.SM, unit=company.unit, valid_from=factories.EVER)
    director = company.director
    refused("added_barred", add, request_, "RD", director, user=company.rep)
    refused("added_without_role", add, request_, "RD", director, user=company.keeper)
    refused("added_already", add, request_, "RD", director, user=company.manager)
    refused("added_already", add, request_, "RD", director, user=company.credit_controller)
    refused("added_already", add, request_, "RD", director, user=director)
    refused("added_nobody", add, request_, "RD", director, role="CFO")
    refused("nobody_chosen", add, request_, "RD", director)
    refused("reason_missing", add, request_, "RD", director, user=company.lawyer, reason=" ")
    refused("no_authority", add, request_, "CC", director, user=company.lawyer)
    assert Step.objects.filter(request=request_, origin="added").count() == 0
    assert opened(request_) == ["CC", "RD"]


def test_only_ones_own_unanswered_addition_is_taken_away(company: Company, request_: Request) -> None:
    add(request_, "RD", company.director, "before", user=company.lawyer)
    refused("not_your_addition", remove, request_, "+1", company.credit_controller)
    refused("not_your_addition", remove, request_, "CC", company.director)
    remove(request_, "+1", company.director)
    assert statuses(request_)["+1"] == "withdrawn"
    assert opened(request_) == ["CC", "RD"]
    add(request_, "RD", company.director, "parallel", user=company.lawyer)
    say(request_, "+2", company.lawyer)
    refused("addition_answered", remove, request_, "+2", company.director)
    assert Event.objects.filter(request_no=request_.no, action="request.approver_removed").count() == 1


def test_an_added_approver_stays_when_the_step_is_asked_again(company: Company, request_: Request) -> None:
    add(request_, "RD", company.director, "before", user=company.lawyer)
    say(request_, "+1", company.lawyer)
    say(request_, "RD", company.director)
    say(request_, "CC", company.credit_controller)
    say(request_, "CFO", company.cfo, "return", to="RD")
    assert opened(request_) == ["+1~2", "CC~2"]
    say(request_, "+1~2", company.lawyer)
    assert opened(request_) == ["CC~2", "RD~2"]


def test_an_addition_survives_no_resubmission(company: Company, request_: Request) -> None:
    add(request_, "RD", company.director, "parallel", user=company.lawyer)
    say(request_, "+1", company.lawyer)
    say(request_, "CC", company.credit_controller)
    say(request_, "RD", company.director, "return")
    letter = KIND.lock(request_.letter_id)
    credit.save_draft(letter.customer, {"reason_text": "As asked."}, company.rep, letter)
    services.resubmit(request_.no, actor=company.rep, idempotency_key="again")
    assert "+1" not in statuses(request_)


def test_while_a_return_waits_an_approver_can_still_be_added_before_the_last_party(
    company: Company, request_: Request
) -> None:
    say(request_, "CC", company.credit_controller, "return")
    add(request_, "RD", company.director, "before", user=company.lawyer)
    assert opened(request_) == ["+1"]
    remove(request_, "+1", company.director)
    assert opened(request_) == ["RD"]
    say(request_, "RD", company.director)
    assert state(request_) == "returned"


def test_a_delegate_does_not_add_the_person_for_whom_he_acts(company: Company) -> None:
    request, deputy = submitted(company), stand_in(company)
    given(company.manager, deputy)
    refused("added_already", add, request, "SM", deputy, "after", user=company.manager)
