"""Approvals that stand after a revision, through the real doors (approval reference 5.1 W10, W11; 5.2 R1, R2, R7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from accounts.models import RoleAssignment
from audit.clock import db_now
from credit import services as credit
from credit.models import CreditLine
from customers.models import Customer
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company
from tests.workflows.acting import policy_with
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.kinds.pages import PAGES
from workflows.letters.case import read_case
from workflows.letters.sheet import approval_sheet
from workflows.models import Decision, Request, Step, Submission
from workflows.pools import move_orphaned_steps
from workflows.preview import preview
from workflows.queries import inbox
from workflows.queries_pages import current_round
from workflows.staffing import duties

pytestmark = pytest.mark.django_db


def submitted(company: Company, limit: int = 500_000) -> Request:
    """500,000 routes as CL-3: SM, then RD and CC together, then CFO."""
    letter = ready_application(company, limit=limit)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)


def decide(request: Request, role: str, company: Company, verb: str = "approve", **said: Any) -> Decision:
    people = {"SM": company.manager, "RD": company.director, "CC": company.credit_controller, "CFO": company.cfo}
    people["GM"] = company.general_manager
    request.refresh_from_db()
    sha = Submission.objects.get(request=request, round=request.round).content_sha256
    step = Step.objects.get(request=request, role=role, status="open")
    key = {"content_sha256": sha, "idempotency_key": uuid4().hex}
    return services.decide(request.no, step.pk, actor=people[role], verb=verb, **key, **said)


def approve(request: Request, company: Company, *roles: str) -> None:
    for role in roles:
        decide(request, role, company)


def revise(request: Request, company: Company, **changes: Any) -> None:
    letter = KIND.lock(request.letter_id)
    credit.save_draft(letter.customer, changes, company.rep, letter)
    services.resubmit(request.no, actor=company.rep, idempotency_key=uuid4().hex)
    request.refresh_from_db()


def standing(request: Request) -> dict[str, str]:
    """Statuses of the current round by role."""
    rows = Step.objects.filter(request=request, submission__round=request.round)
    return dict(rows.values_list("role", "status"))


def test_w10_who_approved_is_not_asked_again_when_nothing_that_matters_changed(company: Company) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    revise(request, company, reason_text="No. 3 and No. 5.")
    assert standing(request) == {"SM": "carried", "RD": "carried", "CC": "carried", "CFO": "open"}
    first = Decision.objects.get(request=request, role="SM")
    carried = Step.objects.get(request=request, role="SM", status="carried")
    assert carried.carried_from == first
    assert [why["en"] for why in carried.carried_why] == ["Nothing that this approval was asked for has changed"]
    decide(request, "CFO", company)
    request.refresh_from_db()
    assert request.state == "approved"
    assert CreditLine.objects.get(request_no=request.no).amount == Decimal(500_000)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (450_000, {"SM": "carried", "RD": "carried", "CC": "carried", "CFO": "open"}),
        (500_000, {"SM": "carried", "RD": "carried", "CC": "carried", "CFO": "open"}),
        (550_000, {"SM": "open", "RD": "waiting", "CC": "waiting", "CFO": "waiting"}),
    ],
)
def test_r2_a_lower_amount_is_carried_and_a_higher_one_goes_the_whole_way(
    company: Company, limit: int, expected: dict[str, str]
) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Look at the amount again.")
    revise(request, company, req_limit=Decimal(limit))
    assert standing(request) == expected


def test_the_comparison_is_always_with_what_the_person_decided_on_however_many_rounds_ago(company: Company) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Lower, please.")
    revise(request, company, req_limit=Decimal(400_000))
    decide(request, "CFO", company, "return", reason="And the other hospital?")
    revise(request, company, req_limit=Decimal(480_000))  # above the last round, below what they decided on
    assert standing(request)["SM"] == "carried"
    decided_on = Step.objects.get(request=request, role="SM", status="carried", submission__round=3).carried_from
    assert decided_on is not None
    assert decided_on.submission.round == 1


def test_conditions_of_a_carried_approval_still_tighten_what_is_granted(company: Company) -> None:
    request = submitted(company)
    lower = {"limit": factories.amount(300_000)}
    decide(request, "SM", company, "approve_conditional", reason="Start smaller.", conditions=lower)
    approve(request, company, "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    revise(request, company, reason_text="No. 3 and No. 5.")
    decide(request, "CFO", company)
    assert CreditLine.objects.get(request_no=request.no).amount == Decimal(300_000)


def test_who_was_carried_does_not_decide_another_step(company: Company) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    revise(request, company, reason_text="No. 3 and No. 5.")
    persons = {company.manager.person_id, company.director.person_id, company.credit_controller.person_id}
    assert persons <= duties(current_round(request)).decided
    RoleAssignment.objects.filter(role="CFO").update(user=company.director)
    assert inbox(company.director) == [], "what the service would refuse him does not wait for him"


def test_the_submitter_sees_before_sending_what_is_carried(company: Company) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    request.refresh_from_db()
    shown = preview(KIND, KIND.lock(request.letter_id), company.rep, request)
    assert {step.plan.role: step.carried is not None for step in shown.steps} == {
        "SM": True,
        "RD": True,
        "CC": True,
        "CFO": False,
    }
    assert shown.expected_hours == 8, "only the CFO's hours are left, and the green channel halves them"


def test_who_returned_it_in_a_stage_decides_again_and_his_colleague_does_not(company: Company) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD")
    decide(request, "CC", company, "return", reason="Statements are old.")
    revise(request, company, reason_text="New statements are attached.")
    assert standing(request) == {"SM": "carried", "RD": "carried", "CC": "open", "CFO": "waiting"}


def test_a_revision_is_decided_by_a_person_although_the_lower_step_is_skipped_and_the_higher_one_carried(
    company: Company,
) -> None:
    policy_with(CL2="SM → FM → CFO", CL3="SM → FM → CFO → GM")
    RoleAssignment.objects.filter(role="FM").update(user=company.cfo)
    request = submitted(company)
    assert standing(request) == {"SM": "open", "FM": "skipped", "CFO": "waiting", "GM": "waiting"}
    approve(request, company, "SM", "CFO")
    decide(request, "GM", company, "return", reason="Less, please.")
    revise(request, company, req_limit=Decimal(300_000))
    assert standing(request) == {"SM": "carried", "FM": "skipped", "CFO": "open"}
    assert request.state == "in_review"
    decide(request, "CFO", company)
    request.refresh_from_db()
    assert request.state == "approved"


def test_whoever_was_acted_for_and_may_not_decide_the_revision_is_not_carried(company: Company) -> None:
    """The delegate's approval is his principal's, too: duties are kept apart for both."""
    default_policy()
    deputy = company.hire("Deputy", "SM", region=company.west)
    period: dict[str, Any] = {"valid_from": db_now(), "valid_to": db_now() + timedelta(days=1)}
    services.delegate(company.manager, deputy, actor=company.manager, idempotency_key="d", **period)
    request = submitted(company)
    step = Step.objects.get(request=request, status="open")
    sha = Submission.objects.get(request=request).content_sha256
    services.decide(request.no, step.pk, actor=deputy, verb="approve", content_sha256=sha, idempotency_key="sm")
    approve(request, company, "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    Customer.objects.filter(pk=request.customer_id).update(owner=company.manager)
    request.refresh_from_db()
    shown = preview(KIND, KIND.lock(request.letter_id), company.rep, request)
    assert "SM" not in {step.plan.role for step in shown.steps if step.carried}


def test_whoever_was_acted_for_and_alone_can_take_another_step_is_asked_again_instead_of_carried(
    company: Company,
) -> None:
    """A delegate approved as CC for somebody who now is the only CFO: his colleague can be asked as CC, he cannot twice."""
    default_policy()
    deputy, colleague = company.hire("Deputy", "CC", region=company.west), company.hire("Colleague", "CC")
    period: dict[str, Any] = {"valid_from": db_now(), "valid_to": db_now() + timedelta(days=1)}
    services.delegate(company.credit_controller, deputy, actor=company.credit_controller, idempotency_key="d", **period)
    request = submitted(company)
    approve(request, company, "SM", "RD")
    step, sha = Step.objects.get(request=request, role="CC", status="open"), Submission.objects.get(request=request)
    said: dict[str, Any] = {"verb": "approve", "content_sha256": sha.content_sha256, "idempotency_key": "cc"}
    services.decide(request.no, step.pk, actor=deputy, **said)
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    RoleAssignment.objects.filter(role="CFO").update(user=company.credit_controller)
    request.refresh_from_db()
    shown = preview(KIND, KIND.lock(request.letter_id), company.rep, request)
    carried = {step.plan.role for step in shown.steps if step.carried}
    assert (shown.blocks, carried) == ((), {"SM", "RD"}), "nobody else is asked again"
    assert colleague.display_name in next(step.people for step in shown.steps if step.plan.role == "CC")
    revise(request, company, reason_text="No. 3 and No. 5.")
    assert standing(request) == {"SM": "carried", "RD": "carried", "CC": "open", "CFO": "waiting"}


def test_no_other_step_waits_for_whoever_is_carried(company: Company) -> None:
    """One person decides once, in whichever round: a step that only he could take goes where somebody looks."""
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    revise(request, company, reason_text="No. 3 and No. 5.")
    assert inbox(company.cfo)
    assert move_orphaned_steps() == 0
    RoleAssignment.objects.filter(role="CFO").update(user=company.director)
    assert move_orphaned_steps() == 1


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Carried over from round 1."), ("zh-hans", "沿用第 1 轮的审批。")]
)
def test_the_approval_sheet_prints_from_where_an_approval_was_carried_and_why(
    company: Company, language: str, said: str
) -> None:
    request = submitted(company)
    approve(request, company, "SM", "RD", "CC")
    decide(request, "CFO", company, "return", reason="Which hospitals?")
    revise(request, company, reason_text="No. 3 and No. 5.")
    decide(request, "CFO", company)
    with translation.override(language):
        printed = {
            row["stage"] + row["role"]: row["reason"]
            for row in approval_sheet(read_case(request.pk), PAGES["credit"], [])["plan"]
        }
    assert [said in reason for reason in printed.values()] == [True, True, True, False]
