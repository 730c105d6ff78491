"""What changes while a request is under way: owner, region, confidentiality, roles, days."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts import services as accounts
from accounts.models import RoleAssignment, User
from accounts.problems import Problem
from accounts.queries import business_today
from credit import services as credit
from credit.models import CreditApplication, CreditLine
from tests import factories
from tests.factories import EVER, Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Request, Step, Submission
from workflows.queries import inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tmp_path: Any, settings: Any) -> Company:
    settings.COUNTERSIGN_DATA = tmp_path
    return factories.company()


def submitted(company: Company, **changes: Any) -> Request:
    letter = ready_application(company, **changes)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)


def decide(request: Request, role: str, actor: User, verb: str = "approve", **said: Any) -> Decision:
    step = Step.objects.get(request=request, role=role, status="open")
    sha = Submission.objects.filter(request=request).latest("round").content_sha256
    key = uuid4().hex
    return services.decide(request.no, step.pk, actor=actor, verb=verb, content_sha256=sha, idempotency_key=key, **said)


def test_whoever_takes_over_the_customer_while_it_is_under_way_cannot_decide(company: Company) -> None:
    request = submitted(company)
    request.customer.owner = company.manager
    request.customer.save()
    with pytest.raises(Problem) as caught:
        decide(request, "SM", company.manager)
    assert caught.value.code == "own_customer"


def returned(company: Company) -> tuple[Request, CreditApplication]:
    request = submitted(company)
    decide(request, "SM", company.manager, "return", reason="Which hospitals?")
    return request, CreditApplication.objects.get(pk=request.letter_id)


def test_a_customer_who_moved_is_decided_by_the_manager_of_the_new_region(company: Company) -> None:
    request, letter = returned(company)
    letter.customer.region = company.west
    letter.customer.save()
    services.resubmit(request.no, actor=company.rep, idempotency_key="r")
    assert [step.request_id for step in inbox(company.other_manager)] == [request.pk]
    decide(request, "SM", company.other_manager)
    assert Step.objects.filter(request=request, role="CC", status="open").exists()


@pytest.mark.parametrize("who", ["auditor", "lawyer"])
def test_who_may_only_read_an_application_cannot_submit_it(company: Company, who: str) -> None:
    letter = ready_application(company)
    with pytest.raises(Problem) as caught:
        services.submit(KIND, letter.pk, actor=company.people[who], idempotency_key="k")
    assert caught.value.status == 403
    assert not Request.objects.exists()


def test_a_submitter_who_lost_his_role_cannot_resubmit(company: Company) -> None:
    request, _letter = returned(company)
    for held in RoleAssignment.objects.filter(user=company.rep):
        accounts.end_role(held)
    with pytest.raises(Problem) as caught:
        services.resubmit(request.no, actor=company.rep, idempotency_key="r")
    assert caught.value.status == 403


def test_a_submitter_who_lost_his_role_can_still_take_his_request_back(company: Company) -> None:
    request = submitted(company)
    for held in RoleAssignment.objects.filter(user=company.rep):
        accounts.end_role(held)
    services.withdraw(request.no, actor=company.rep, reason="I have left sales", idempotency_key="w")
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_an_account_that_was_closed_with_the_page_open_decides_nothing(company: Company) -> None:
    request = submitted(company)
    accounts.set_active(company.manager, False)
    company.manager.refresh_from_db()
    with pytest.raises(Problem) as caught:
        decide(request, "SM", company.manager)
    assert caught.value.code == "account_closed"


def test_a_condition_whose_last_day_is_past_is_refused(company: Company) -> None:
    today = business_today()
    request = submitted(company, valid_from=today - timedelta(days=10), valid_to=today + timedelta(days=300))
    past = {"valid_to": today - timedelta(days=2)}
    with pytest.raises(Problem) as caught:
        decide(request, "SM", company.manager, "approve_conditional", reason="short", conditions=past)
    assert caught.value.status == 422


def test_nothing_is_granted_to_a_customer_who_was_closed_meanwhile(company: Company) -> None:
    request = submitted(company, limit=500_000)
    decide(request, "SM", company.manager)
    decide(request, "CC", company.credit_controller)
    decide(request, "RD", company.director)
    request.customer.active = False
    request.customer.save()
    with pytest.raises(Problem):
        decide(request, "CFO", company.cfo)
    assert not CreditLine.objects.filter(request_no=request.no).exists()
    decide(request, "CFO", company.cfo, "reject", reason="We no longer trade with them.")


def test_no_application_is_submitted_for_a_closed_customer(company: Company) -> None:
    letter = ready_application(company)
    letter.customer.active = False
    letter.customer.save()
    with pytest.raises(Problem) as caught:
        services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="k")
    assert caught.value.status == 422


def test_a_withdrawn_application_can_be_thrown_away(company: Company) -> None:
    request = submitted(company)
    services.withdraw(request.no, actor=company.rep, reason="mistake", idempotency_key="w")
    letter = CreditApplication.objects.get(pk=request.letter_id)
    credit.discard_draft(letter, company.rep)
    letter.refresh_from_db()
    assert letter.discarded_at is not None


def test_a_returned_application_cannot_be_thrown_away(company: Company) -> None:
    _request, letter = returned(company)
    with pytest.raises(Problem):
        credit.discard_draft(letter, company.rep)


def test_a_role_for_the_whole_group_opens_nothing_confidential(company: Company) -> None:
    """Only who decides, who was named and who audits; the lawyer of the group is none of them."""
    request = submitted(company, confidential=True)
    everywhere = factories.user("Group Lawyer")
    accounts.assign_role(everywhere, "LG", valid_from=EVER)
    assert not Request.objects.visible_to(everywhere).exists()
    assert not CreditApplication.objects.visible_to(everywhere).exists()
    assert Request.objects.visible_to(company.auditor).get() == request
    Request.objects.update(confidential=False)
    CreditApplication.objects.update(confidential=False)
    assert Request.objects.visible_to(everywhere).get() == request
    assert CreditApplication.objects.visible_to(everywhere).exists()
