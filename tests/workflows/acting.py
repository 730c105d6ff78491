"""Requests at work: submitted under chains of one's own, decided by whoever, looked at by keys of steps."""

from copy import deepcopy
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.problems import Problem
from accounts.roles import Role
from policies.models import PolicyVersion
from policies.seed import default_content
from policies.services import activate, draft_version
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Request, Step, Submission


def policy_with(**chains: str) -> PolicyVersion:
    """Version 1 with some approval chains written otherwise: ``policy_with(CL3="SM → RD[2/3] → CFO")``."""
    content = deepcopy(default_content())
    written = {f"{code[:2]}-{code[2:]}": chain for code, chain in chains.items()}
    for table in content["tables"]:
        for row in table["rows"] if table["code"] == "CHAIN" else ():
            row["outputs"]["chain"] = written.get(row["code"], row["outputs"]["chain"])
    return activate(draft_version(1, content, date(2025, 1, 1), "Other chains", None), None)


def directors(company: Company, *names: str) -> list[User]:
    """The director of the company and as many more as there are names."""
    return [company.director, *(company.hire(name, Role.RD) for name in names)]


def submitted(company: Company, **changes: Any) -> Request:
    """An application for 500,000, which goes as CL-3."""
    letter = ready_application(company, **changes)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)


def step_at(request: Request, key: str) -> Step:
    """The step of the current round with this key."""
    return Step.objects.get(request=request, submission__round=Request.objects.get(pk=request.pk).round, key=key)


def open_step(request: Request, role: str) -> Step:
    """The open step of this role."""
    return Step.objects.get(request=request, role=role, status="open")


def decide(request: Request, role: str, actor: User, verb: str = "approve", **said: Any) -> Decision:
    """Decide the open step of this role, or the given one, with the page of this moment open."""
    sha = Submission.objects.get(request=request, round=Request.objects.get(pk=request.pk).round).content_sha256
    step = said.pop("step", None) or open_step(request, role)
    arguments = {"content_sha256": sha, "idempotency_key": uuid4().hex, "actor": actor, "verb": verb, **said}
    return services.decide(request.no, step.pk, **arguments)


def say(request: Request, key: str, actor: User, verb: str = "approve", **said: Any) -> Decision:
    """Decide the step with this key, with the page of this moment open."""
    step = step_at(request, key)
    sha = Submission.objects.get(pk=step.submission_id).content_sha256
    reason = said.pop("reason", "" if verb == "approve" else "because")
    answers: dict[str, Any] = {"content_sha256": sha, "idempotency_key": uuid4().hex, "reason": reason, **said}
    return services.decide(request.no, step.pk, actor=actor, verb=verb, **answers)


def statuses(request: Request) -> dict[str, str]:
    """Status by key of the steps of the current round; the open ones are those of the process."""
    found = Request.objects.select_related("process").get(pk=request.pk)
    steps = list(Step.objects.filter(request=found, submission__round=found.round).order_by("stage", "pk"))
    tasks = found.process.task_set.filter(flow_task=KIND.flow.approve, finished__isnull=True)  # type: ignore[union-attr]
    in_process = set(tasks.values_list("pk", flat=True))
    assert in_process == {step.task_id for step in steps if step.status == "open"}, "steps and process disagree"
    return {step.key: step.status for step in steps}


def opened(request: Request) -> list[str]:
    """Keys of the open steps."""
    return sorted(key for key, status in statuses(request).items() if status == "open")


def state(request: Request) -> str:
    """The state of the request now."""
    return Request.objects.get(pk=request.pk).state


def refused(code: str, act: Any, *args: Any, **said: Any) -> Problem:
    """The act is refused with this code, and no decision is made."""
    before = list(Decision.objects.values_list("pk", flat=True))
    with pytest.raises(Problem) as caught:
        act(*args, **said)
    assert caught.value.code == code, caught.value.title
    assert list(Decision.objects.values_list("pk", flat=True)) == before
    return caught.value
