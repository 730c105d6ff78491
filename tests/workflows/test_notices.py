"""Telling people: who hears of what, once, in his language, and never more than he may see."""

from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from jobs.executor import run_until_idle
from tests import factories
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Delivery, Notification, NotificationPreference, Request, Step, Submission
from workflows.notices import delivering, news, telling

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return factories.company()


@pytest.fixture
def request_(company: Company) -> Request:
    letter = ready_application(company, limit=500_000)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("what", flat=True))


def opened(request: Request, step: Step | None = None) -> list[Notification]:
    step = step or Step.objects.get(request=request, status="open")
    return telling.tell(uuid4().hex, request.pk, [{"what": "opened", "step": step.pk, "actor": request.submitter_id}])


def test_whoever_may_decide_hears_of_an_open_step_once(company: Company, request_: Request) -> None:
    Notification.objects.all().delete() if not Delivery.objects.exists() else None
    step = Step.objects.get(request=request_, status="open")
    events = [{"what": "opened", "step": step.pk, "actor": company.rep.pk}]
    first = telling.tell("k", request_.pk, events)
    assert [row.user for row in first] == [company.manager]
    assert telling.tell("k", request_.pk, events) == []
