"""The worked cases of the approval reference, section 5.1, that no other module of these tests is about."""

from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.problems import Problem
from contracts.models import Document
from credit.models import CreditApplication, CreditLine
from credit.services import save_draft
from jobs.executor import run_until_idle
from tests.factories import Company
from tests.workflows.acting import decide, opened, refused, state, statuses, submitted
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step

pytestmark = pytest.mark.django_db

ROLES = ("SM", "RD", "CC", "CFO")


def decided_by_all(request: Request, company: Company) -> Request:
    people = (company.manager, company.director, company.credit_controller, company.cfo)
    for role, person in zip(ROLES, people, strict=True):
        decide(request, role, person)
    return Request.objects.get(pk=request.pk)


def test_w1_nothing_takes_effect_before_whoever_the_rule_names_has_approved(company: Company) -> None:
    """An amount above the band of the manager: neither unsent nor pending does a credit line begin."""
    letter = ready_application(company)
    lines = CreditLine.objects.filter(customer=letter.customer)
    assert not lines.exists(), "not submitted"
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="s")
    decide(request, "SM", company.manager)
    assert (state(request), lines.exists()) == ("in_review", False), "the manager alone is not enough"
    refused("no_authority", decide, request, "RD", company.manager)
    for role, person in [("RD", company.director), ("CC", company.credit_controller), ("CFO", company.cfo)]:
        decide(request, role, person)
    assert lines.get().request_no == request.no


def test_w3_what_is_pending_is_not_edited_and_what_no_rule_asks_for_still_grows(company: Company) -> None:
    """The amount is locked; a comment, which stands beside the content, is not."""
    request = submitted(company)
    letter = CreditApplication.objects.get(customer=request.customer)
    with pytest.raises(Problem) as locked:
        save_draft(letter.customer, {"req_limit": Decimal(1)}, company.rep, application=letter)
    assert (locked.value.status, locked.value.code) == (409, "submitted")
    letter.refresh_from_db()
    assert letter.req_limit == 500_000
    services.comment(request.no, actor=company.rep, text="The new phone of the buyer: 138.", idempotency_key="c")


def test_w4_no_paper_is_issued_before_the_approval(company: Company) -> None:
    request = submitted(company)
    papers = Document.objects.filter(request_no=request.no)
    decide(request, "SM", company.manager)
    run_until_idle()
    assert not papers.exists()
    for role, person in [("RD", company.director), ("CC", company.credit_controller), ("CFO", company.cfo)]:
        decide(request, role, person)
    run_until_idle()
    assert set(papers.values_list("kind", "state")) == {("decision_notice", "done"), ("approval_sheet", "done")}


def test_w12_a_request_has_one_run_at_a_time(company: Company) -> None:
    request = submitted(company)
    letter = CreditApplication.objects.get(customer=request.customer)
    with pytest.raises(Problem) as again:
        services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="another")
    assert again.value.status == 409
    with pytest.raises(Problem) as revised:
        services.resubmit(request.no, actor=company.rep, idempotency_key="yet another")
    assert revised.value.status == 409
    assert Request.objects.filter(customer=request.customer).count() == 1


def test_w13_ending_a_request_leaves_no_step_open(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager)
    assert len(opened(request)) == 2, "director and credit controller beside each other"
    services.void(
        request.no, actor=company.cfo, reason="The customer has been taken over.", idempotency_key=uuid4().hex
    )
    assert (state(request), opened(request)) == ("void", [])
    assert "waiting" not in statuses(request).values()
    assert not Step.objects.filter(request=request, status__in=("open", "waiting")).exists()
