"""A step that is out for an opinion stays with those who gave it out: their authority, their clock, their sight."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from audit.clock import db_now
from jobs.executor import run_until_idle
from tests import factories
from tests.factories import Company
from tests.workflows.acting import policy_with, say, step_at, submitted
from workflows import services
from workflows.models import Decision, Notification, Request, Step
from workflows.sla import sweep

pytestmark = pytest.mark.django_db


def late(step: Step) -> None:
    """Move the step's clock back, as if the time had passed."""
    past = db_now() - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(next_at=past, due_at=past)


def given_out(request: Request, key: str, actor: User, to: User | None = None) -> User:
    """Give a step out for an opinion; whoever is to give it."""
    expert = to or factories.user("Expert")
    words: dict[str, Any] = {"to": expert, "actor": actor, "reason": "Look.", "idempotency_key": uuid4().hex}
    services.delegate_step(request.no, step_at(request, key).pk, **words)
    return expert


def told(user: User) -> list[str]:
    run_until_idle()
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("what", flat=True))


def test_a_superior_grants_an_escalated_step_that_is_out_with_his_own_authority(company: Company) -> None:
    """500,000 is above what credit control may grant, and within what the CFO may."""
    policy_with(CL3="SM → CC")
    request = submitted(company)
    say(request, "SM", company.manager)
    late(step_at(request, "CC"))
    sweep()
    given_out(request, "CC", company.cfo)
    say(request, "CC", company.cfo)
    request.refresh_from_db()
    assert request.state == "approved"
    assert Decision.objects.get(request=request, role="CC").capacity == "escalated"
