"""No step waits where nobody looks."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import RoleAssignment
from audit.clock import db_now
from audit.models import Event
from tests import factories
from tests.workflows.acting import decide, submitted
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Step
from workflows.pools import move_orphaned_steps
from workflows.queries import inbox
from workflows.sla import sweep

pytestmark = pytest.mark.django_db


def test_a_step_follows_to_the_wider_pool_when_its_last_member_leaves() -> None:
    company = factories.company()
    wider = company.hire("Head Of Sales", "SM")
    request = services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    assert [step.request.no for step in inbox(company.manager)] == [request.no]
    accounts.end_role(RoleAssignment.objects.get(user=company.manager))
    assert inbox(wider) == []
    assert move_orphaned_steps() == 1
    assert [step.request.no for step in inbox(wider)] == [request.no]
    assert Event.objects.filter(action="request.step_moved", request_no=request.no).count() == 1


def test_where_everybody_is_there_nothing_moves(django_assert_num_queries: object) -> None:
    company = factories.company()
    services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert move_orphaned_steps() == 0


def test_a_step_that_was_out_for_an_opinion_comes_back_to_whoever_had_it_when_the_colleague_leaves() -> None:
    company = factories.company()
    colleague, expert = company.hire("Colleague", "SM", region=company.east), factories.user("Expert")
    request = services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    step = Step.objects.get(request=request, status="open")
    given: dict[str, Any] = {"actor": company.manager, "to": colleague, "reason": "On leave.", "idempotency_key": "t"}
    services.transfer(request.no, step.pk, **given)
    given = {"actor": colleague, "to": expert, "reason": "Please look.", "idempotency_key": "d"}
    services.delegate_step(request.no, step.pk, **given)
    accounts.set_active(expert, False)
    assert move_orphaned_steps() == 1
    assert [each.pk for each in inbox(colleague)] == [step.pk]
    assert inbox(company.manager) == [], "it was transferred"
    assert list(step.handovers.values_list("verb", "to_user")) == [
        ("transfer", colleague.pk),
        ("delegate", expert.pk),
        ("hand_back", colleague.pk),
    ]
    assert move_orphaned_steps() == 0


def test_a_superior_who_gave_an_escalated_step_out_for_an_opinion_still_decides_it() -> None:
    company = factories.company()
    request = submitted(company, limit=300_000)
    step, past = Step.objects.get(request=request, status="open"), db_now() - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(next_at=past, due_at=past)
    sweep()  # to the director
    given: dict[str, Any] = {
        "actor": company.director,
        "to": factories.user("Expert"),
        "reason": "Look.",
        "idempotency_key": "d",
    }
    services.delegate_step(request.no, step.pk, **given)
    decide(request, "SM", company.director)
    assert Decision.objects.get(request=request).capacity == "escalated"
    services.take_back(request.no, step.pk, actor=company.director, reason="Misread.", idempotency_key="b")
    assert Step.objects.get(request=request, status="open").queue_key.startswith("SM:"), "it opens in its own pool"
