"""What the owner of the policy may do: decide in somebody's place, and declare a request void; always with a reason."""

from typing import Any
from uuid import uuid4

import pytest

from accounts import services as accounts
from accounts.models import RoleAssignment
from accounts.problems import Problem
from audit.models import Event
from tests.factories import Company
from tests.workflows.acting import decide, open_step, submitted
from workflows import services
from workflows.models import Decision, Request, Submission

pytestmark = pytest.mark.django_db


def override(request: Request, role: str, actor: Any, verb: str = "approve", reason: str = "He is ill.") -> Decision:
    sha = Submission.objects.get(request=request).content_sha256
    return services.override(
        request.no,
        open_step(request, role).pk,
        actor=actor,
        verb=verb,
        content_sha256=sha,
        reason=reason,
        idempotency_key=uuid4().hex,
    )


def code_of(run: Any, *args: Any, **words: Any) -> str:
    with pytest.raises(Problem) as caught:
        run(*args, **words)
    return caught.value.code


def test_the_policy_owner_decides_in_place_with_a_reason_and_it_is_marked(company: Company) -> None:
    request = submitted(company)
    assert code_of(override, request, "SM", company.director) == "not_policy_owner"
    assert code_of(override, request, "SM", company.cfo, reason=" ") == "reason_missing"
    assert code_of(override, request, "SM", company.cfo) == "needed_later"  # nobody else can decide as CFO
    second = company.hire("Second CFO", "CFO")
    said = override(request, "SM", second)
    assert (said.capacity, said.role, said.reason) == ("override", "SM", "He is ill.")
    event = Event.objects.get(action="request.decided", request_no=request.no)
    assert event.content["after"]["capacity"] == "override"
    assert code_of(override, request, "CC", second) == "already_decided"
    rejected = override(request, "CC", company.cfo, "reject", "The customer is bankrupt.")
    assert rejected.request.state == "rejected"


def test_segregation_and_ceilings_hold_for_the_policy_owner(company: Company) -> None:
    """Who submitted it overrides nothing; the CFO's ceiling of 1,000,000 stays that of the last approval."""
    request = submitted(company, limit=1_500_000)
    first = [("SM", "manager"), ("RD", "director"), ("CC", "credit_controller"), ("LG", "lawyer"), ("CFO", "cfo")]
    for role, actor in first:
        decide(request, role, company.people[actor])
    second, third = company.hire("Second CFO", "CFO"), company.hire("Third CFO", "CFO")
    assert override(request, "GM", second).request.state == "in_review"
    assert code_of(override, request, "CH", third) == "above_ceiling"
    accounts.end_role(RoleAssignment.objects.get(user=company.rep))
    accounts.assign_role(company.rep, "CFO", unit=company.unit)
    assert code_of(override, request, "CH", company.rep) == "own_request"
    assert override(request, "CH", third, "reject", "Too much.").request.state == "rejected"


def test_the_policy_owner_declares_an_open_request_void(company: Company) -> None:
    request = submitted(company)
    words = {"reason": "Sent twice.", "idempotency_key": "v"}
    assert code_of(services.void, request.no, actor=company.manager, **words) == "not_policy_owner"
    assert code_of(services.void, request.no, actor=company.cfo, reason="", idempotency_key="e") == "reason_missing"
    ended = services.void(request.no, actor=company.cfo, **words)
    assert (ended.state, ended.closed_at is None) == ("void", False)
    assert not ended.steps.filter(status__in=("open", "waiting")).exists()
    assert ended.process is not None
    assert ended.process.status == "CANCELED"
    assert Event.objects.get(action="request.voided").content["reason"] == "Sent twice."
    assert code_of(services.void, request.no, actor=company.cfo, reason="x", idempotency_key="w") == "request_closed"


def test_the_policy_owner_neither_voids_nor_re_routes_what_he_looks_after_himself(company: Company) -> None:
    request = submitted(company)
    Request.objects.filter(pk=request.pk).update(owner=company.cfo)
    key = {"idempotency_key": uuid4().hex, "reason": "Enough."}
    assert code_of(services.void, request.no, actor=company.cfo, **key) == "own_customer"
    assert code_of(services.reroute, request.no, version=1, actor=company.cfo, **key) == "own_customer"
