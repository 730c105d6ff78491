"""From the last approval to sealed paper, through the real jobs."""

from uuid import uuid4

import pytest
from django.core.management import call_command

from audit.models import Event
from contracts.models import Document
from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from jobs import storage
from tests import factories
from tests.workflows.factories import ready_application
from workflows import letters, services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission

pytestmark = pytest.mark.django_db


def decided(limit: int | None = None) -> Request:
    company = factories.company()
    request = services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    sha = Submission.objects.get(request=request).content_sha256
    for role, actor in [
        ("SM", company.manager),
        ("CC", company.credit_controller),
        ("RD", company.director),
        ("CFO", company.cfo),
    ]:
        conditions = {"limit": factories.amount(limit)} if limit and role == "CC" else None
        services.decide(
            request.no,
            Step.objects.get(request=request, role=role).pk,
            actor=actor,
            verb="approve_conditional" if conditions else "approve",
            reason="half is enough" if conditions else "",
            conditions=conditions,
            content_sha256=sha,
            idempotency_key=uuid4().hex,
        )
    call_command("run_jobs", "--until-idle")
    return request


def test_notice_and_sheet_follow_in_both_languages_sealed() -> None:
    request = decided()
    papers = Document.objects.filter(request_no=request.no)
    assert sorted(papers.values_list("kind", "language", "state")) == [
        ("approval_sheet", "en", "done"),
        ("approval_sheet", "zh-hans", "done"),
        ("decision_notice", "en", "done"),
        ("decision_notice", "zh-hans", "done"),
    ]
    for paper in papers:
        assert verify_pdf(storage.get(paper.pdf_sha256), root_certificate()).ok
    assert Event.objects.filter(action="document.issued").count() == 4


def test_the_notice_states_what_was_granted_not_what_was_asked() -> None:
    request = decided(limit=200_000)
    notice = Document.objects.get(request_no=request.no, kind="decision_notice", language="zh-hans")
    assert notice.snapshot["boxes"][0]["first"]["value"] == "CNY 200,000.00"
    assert "贰拾万元整" in notice.snapshot["boxes"][0]["first"]["below"]
    assert notice.snapshot["terms"][0]["requested"] == "500,000.00"


def test_a_rejection_is_printed_too() -> None:
    company = factories.company()
    request = services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    services.decide(
        request.no,
        Step.objects.get(request=request, role="SM").pk,
        actor=company.manager,
        verb="reject",
        reason="Too many late payments",
        content_sha256=Submission.objects.get(request=request).content_sha256,
        idempotency_key="d",
    )
    call_command("run_jobs", "--until-idle")
    notice = Document.objects.get(request_no=request.no, kind="decision_notice", language="en")
    assert "Rejected" in notice.snapshot["opening"]
    assert notice.snapshot["boxes"] == []


def test_running_the_job_again_makes_no_second_document() -> None:
    request = decided()
    letters.order(request.pk)
    call_command("run_jobs", "--until-idle")
    assert Document.objects.filter(request_no=request.no, kind="decision_notice").count() == 2
