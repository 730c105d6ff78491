"""What a decision costs, in SQL statements: at most 25, also for the last one with its effect."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission

MOST = 25


def statements_of(request: Request, role: str, actor: object, verb: str = "approve", reason: str = "") -> list[str]:
    step = Step.objects.get(request=request, role=role, status="open")
    sha = Submission.objects.get(request=request).content_sha256
    with CaptureQueriesContext(connection) as captured:
        services.decide(
            request.no,
            step.pk,
            actor=actor,  # type: ignore[arg-type]
            verb=verb,
            content_sha256=sha,
            idempotency_key=uuid4().hex,
            reason=reason,
        )
    return [query["sql"] for query in captured.captured_queries]


@pytest.fixture
def request_(company: Company) -> Request:
    letter = ready_application(company)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="s")


def test_every_decision_of_a_request_stays_at_or_under_25_statements(company: Company, request_: Request) -> None:
    costs = {}
    for role, actor in [
        ("SM", company.manager),
        ("CC", company.credit_controller),
        ("RD", company.director),
        ("CFO", company.cfo),
    ]:
        costs[role] = statements_of(request_, role, actor)
    too_many = {role: "\n".join(sql[:160] for sql in found) for role, found in costs.items() if len(found) > MOST}
    assert not too_many, "\n".join([str({role: len(found) for role, found in costs.items()}), *too_many.values()])


@pytest.mark.parametrize("verb", ["return", "reject"])
def test_saying_no_stays_at_or_under_25_statements(company: Company, request_: Request, verb: str) -> None:
    found = statements_of(request_, "SM", company.manager, verb, "because")
    assert len(found) <= MOST, "\n".join(sql[:160] for sql in found)
