"""One example of the state machine: its transaction, what is there, and doors that may refuse or crash."""

from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine

from accounts.models import User
from accounts.problems import Problem
from audit.models import Event
from audit.verify import verify
from jobs.models import Job
from tests.properties.crew import World
from workflows import segregation
from workflows.models import Decision, Question, Request, Step


class Crash(Exception):
    """The program dies at the moment of the commit."""


def rolled_back_later() -> transaction.Atomic:
    """A transaction around doors, of which refusals need not know: as that of a test case."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


class Stage(RuleBasedStateMachine):
    """Each example is one transaction that is rolled back; `world` is set by the test."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.outer = rolled_back_later()
        self.outer.__enter__()
        self.sent: list[str] = []
        self.versions = 1
        self.checked: tuple[Any, ...] = ()

    def teardown(self) -> None:
        try:
            connection.check_constraints()
            assert [str(each) for each in verify().findings if not each.warning] == []
            assert segregation.report().findings == []
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    # what is there

    @property
    def rep(self) -> User:
        return self.world.company.rep

    def request(self, number: int) -> Request:
        return Request.objects.get(no=self.sent[number % len(self.sent)])

    def step(self, number: int, status: str = "open") -> Step | None:
        """A step of the current rounds, if one has the status."""
        rows = Step.objects.filter(request__no__in=self.sent, status=status).select_related("request", "assignee")
        found = [step for step in rows if step.submission.round == step.request.round]
        return found[number % len(found)] if found else None

    def actor(self, step: Step, number: int, anybody: bool) -> User:
        """Somebody of the role, whoever was given the step, or anybody."""
        if anybody:
            people = [*self.world.everybody, self.rep]
        elif step.assignee is not None and number % 3:
            people = [step.assignee]
        else:
            people = self.world.people[step.role]
        return User.objects.get(pk=people[number % len(people)].pk)

    def attempt(self, door: Any, *args: Any, crash: bool = False, **words: Any) -> Any:
        """Walk through a door; a refusal is an answer, and after a crash nothing has happened."""
        before = self._everything() if crash else None
        try:
            if not crash:
                return door(*args, **words)
            with rolled_back_later():
                door(*args, **words)
                raise Crash
        except Problem:
            return None
        except Crash:
            assert self._everything() == before, "something of it has happened"
            return None

    def said(self, door: Any, *args: Any, crash: bool = False, **words: Any) -> Any:
        """A door with a key of its own."""
        return self.attempt(door, *args, crash=crash, idempotency_key=uuid4().hex, **words)

    def _everything(self) -> tuple[Any, ...]:
        return (
            list(Step.objects.order_by("pk").values_list("pk", "status", "queue_key", "stage", "due_at")),
            list(Request.objects.order_by("pk").values_list("state", "round", "closed_at")),
            [model.objects.count() for model in (Decision, Event, Job, Question)],
        )
