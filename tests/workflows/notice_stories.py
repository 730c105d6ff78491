"""One company and one request under way, told to whoever may decide it: made once for a module of tests."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from jobs.executor import run_until_idle
from tests import factories
from tests.authz.conftest import rolled_back
from tests.authz.world import browser as browser
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import (
    Decision,
    Delivery,
    Notification,
    OneTimeLink,
    Request,
    Step,
    Submission,
)
from workflows.notices import links, telling


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Company, int]]:
    """One company and one request for the whole module: submitted, and its first approver has been told."""
    with django_db_blocker.unblock(), rolled_back():
        company = factories.company()
        letter = ready_application(company, limit=500_000)
        found = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)
        run_until_idle()
        yield company, found.pk


@pytest.fixture
def company(made: tuple[Company, int], django_db_blocker: Any) -> Iterator[Company]:
    with django_db_blocker.unblock(), rolled_back():
        yield replace(made[0], people={name: User.objects.get(pk=one.pk) for name, one in made[0].people.items()})


@pytest.fixture
def request_(made: tuple[Company, int], company: Company) -> Request:
    return Request.objects.get(pk=made[1])


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("what", flat=True))


def open_step(request: Request) -> Step:
    return Step.objects.filter(request=request, status="open").order_by("pk")[0]


def decide(request: Request, actor: User, verb: str = "approve", **said: Any) -> Decision:
    sha = Submission.objects.get(request=request, round=Request.objects.get(pk=request.pk).round).content_sha256
    role = actor.role_assignments.all()[0].role
    step = Step.objects.get(request=request, role=role, status="open")
    keys = {"content_sha256": sha, "idempotency_key": uuid4().hex}
    made = services.decide(request.no, step.pk, actor=actor, verb=verb, **keys, **said)
    run_until_idle()
    return made


def news(request: Request, what: str, actor: User | None = None, step: Step | None = None, **ids: Any) -> set[str]:
    """Tell it and say who heard of it."""
    event = {"what": what, "step": step.pk if step else None, "actor": actor.pk if actor else None, **ids}
    made = telling.tell(uuid4().hex, request.pk, [event])
    return {row.user.display_name for row in made}


def suppressed(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state="suppressed")
    return delivery


def link() -> str:
    """The page of the link that the manager got."""
    return f"/n/{links.token_of(OneTimeLink.objects.get())}/"
