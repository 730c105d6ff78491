"""Measures that take effect at once and are ratified afterwards; comments and objections; answers that do not come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from accounts.problems import Problem
from audit.models import Event
from credit.models import CreditLine
from jobs.models import Job
from policies import queries
from policies import services as policies
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import kinds, services
from workflows.kind import Effect
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission
from workflows.notices import telling

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(company: Company) -> Callable[[str], Request]:
    """Submit an application under a policy whose band CL-3 has this chain."""

    def submit(chain: str) -> Request:
        letter = ready_application(company, limit=500_000)
        content = queries.content(queries.version_numbered(1))
        rows = {table["code"]: {row["code"]: row for row in table["rows"]} for table in content["tables"]}
        rows["CHAIN"]["CL-3"]["outputs"] = {"chain": chain, "sla": "RD 24"}
        rows["AUTH"]["credit-CC"]["outputs"]["ceiling"] = ""
        policies.activate(policies.draft_version(2, content, date(2026, 2, 1), "another chain", None), None)
        return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)

    return submit


def steps(request: Request) -> dict[str, str]:
    return dict(Step.objects.filter(request=request).values_list("role", "status"))


def decide(request: Request, role: str, actor: User, verb: str = "approve", reason: str = "") -> None:
    step = Step.objects.get(request=request, role=role, status="open")
    sha = Submission.objects.get(request=request).content_sha256
    said: dict[str, Any] = {"content_sha256": sha, "idempotency_key": uuid4().hex, "reason": reason}
    services.decide(request.no, step.pk, actor=actor, verb=verb, **said)
    request.refresh_from_db()


def let_it_lapse(request: Request, role: str) -> None:
    """Move the due time into the past and let the timer run, as its job would."""
    step = Step.objects.get(request=request, role=role, status="open")
    assert Job.objects.filter(kind="workflows.step_due", payload__step=step.pk).exists()
    Step.objects.filter(pk=step.pk).update(due_at=Now() - timedelta(minutes=1))
    services.lapse(request.no, step.pk)
    request.refresh_from_db()


def in_force(request: Request) -> bool:
    return CreditLine.objects.filter(request_no=request.no, activated_at__isnull=False, ended_at__isnull=True).exists()


def test_it_is_in_force_before_it_is_ratified(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("CC ⇒ (RD ∥ FM) ↑ CFO")
    decide(request, "CC", company.credit_controller)
    assert in_force(request)
    assert (request.state, request.closed_at) == ("approved", None)
    assert steps(request) == {"CC": "approved", "RD": "open", "FM": "open", "CFO": "waiting"}
    decide(request, "RD", company.director)
    decide(request, "FM", company.finance_manager)
    assert request.closed_at is not None
    assert steps(request)["CFO"] == "not_needed"
    assert in_force(request)


def test_a_measure_at_once_needs_nobody_before(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("⇒ (RD ∥ FM)")
    assert in_force(request)
    assert steps(request) == {"RD": "open", "FM": "open"}


def test_what_is_not_ratified_in_time_goes_to_the_appeal(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("CC ⇒ RD ↑ CFO")
    decide(request, "CC", company.credit_controller)
    let_it_lapse(request, "RD")
    assert steps(request) == {"CC": "approved", "RD": "lapsed", "CFO": "open"}
    assert in_force(request)
    assert Event.objects.filter(request_no=request.no, action="request.step_lapsed").count() == 1
    decide(request, "CFO", company.cfo)
    assert request.state == "approved"
    assert request.closed_at is not None


def test_the_timer_leaves_an_answered_step_alone(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("CC ⇒ RD ↑ CFO")
    decide(request, "CC", company.credit_controller)
    decide(request, "RD", company.director)
    services.lapse(request.no, Step.objects.get(request=request, role="RD").pk)
    assert steps(request)["RD"] == "approved"
    assert not Event.objects.filter(request_no=request.no, action="request.step_lapsed").exists()


def test_the_timer_comes_too_early(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("CC ⇒ RD ↑ CFO")
    decide(request, "CC", company.credit_controller)
    services.lapse(request.no, Step.objects.get(request=request, role="RD").pk)
    assert steps(request)["RD"] == "open"


def test_refused_by_the_appeal_it_is_undone(
    company: Company, asked: Callable[[str], Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    undone: list[Effect] = []
    kind = replace(KIND, undo=lambda letter, effect: undone.append(effect))
    monkeypatch.setitem(kinds.REGISTRY, "credit", kind)
    request = asked("CC ⇒ RD ↑ CFO")
    decide(request, "CC", company.credit_controller)
    decide(request, "RD", company.director, "reject", "The customer has paid.")
    assert steps(request) == {"CC": "approved", "RD": "rejected", "CFO": "open"}
    assert not undone
    decide(request, "CFO", company.cfo, "reject", "The freeze was wrong.")
    assert [effect.no for effect in undone] == [request.no]
    assert request.state == "rejected"
    assert request.closed_at is not None
    last = Job.objects.filter(kind="workflows.notify").latest("pk")
    told = {(row.user, row.what) for row in telling.tell("news", request.pk, last.payload["events"])}
    assert told == {(each, "undone") for each in (company.rep, company.credit_controller, company.director)}


@pytest.mark.parametrize("verb", ["return", "approve_conditional", "object"])
def test_who_ratifies_only_confirms_or_refuses(company: Company, asked: Callable[[str], Request], verb: str) -> None:
    request = asked("⇒ RD ↑ CFO")
    with pytest.raises(Problem, match="does not offer"):
        decide(request, "RD", company.director, verb, "Why?")


def test_a_comment_does_not_stop_it(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("SM? → RD → CFO")
    decide(request, "SM", company.manager)
    assert steps(request) == {"SM": "approved", "RD": "open", "CFO": "waiting"}


def test_a_comment_that_does_not_come_is_not_waited_for(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("SM? → RD → CFO")
    let_it_lapse(request, "SM")
    assert steps(request) == {"SM": "lapsed", "RD": "open", "CFO": "waiting"}


def test_a_request_in_force_cannot_be_withdrawn(company: Company, asked: Callable[[str], Request]) -> None:
    request = asked("⇒ RD ↑ CFO")
    with pytest.raises(Problem) as caught:
        services.withdraw(request.no, actor=company.rep, reason="Never mind", idempotency_key=uuid4().hex)
    assert caught.value.status == 409
    assert connection.in_atomic_block
    assert in_force(request)
