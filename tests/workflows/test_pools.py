"""No step waits where nobody looks."""

import pytest

from accounts import services as accounts
from accounts.models import RoleAssignment
from audit.models import Event
from tests import factories
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.pools import move_orphaned_steps
from workflows.queries import inbox

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
