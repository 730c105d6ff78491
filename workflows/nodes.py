"""The few Viewflow nodes that every kind of request is built from.

Viewflow moves the process and only that. What an activation needs to know is a `Round` (workflows.engine) that the
service hangs on the process object as `process.round_`; nothing is looked up here. The private names that are used
(`_create`, `_resolve`, `_outgoing`, `status.super`) have a canary test.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils import timezone
from viewflow import this
from viewflow.workflow import STATUS, Activation, flow
from viewflow.workflow.base import Edge
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.func import FunctionActivation
from viewflow.workflow.status import PROCESS

# The default lock of Viewflow is none at all; its row lock sleeps. This one waits for the row (lock_timeout bounds it).
ROW_LOCK = SelectForUpdateLock(nowait=False, attempts=1)


class WrittenOnce(Activation):
    """An automatic activation that is inserted when it is done; several in a row are inserted together."""

    __hash__ = object.__hash__  # usable in sets before it has a primary key

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Activation, token: Any, data: Any = None, seed: Any = None
    ) -> "WrittenOnce":
        task = flow_task.flow_class.task_class(process=prev_activation.process, flow_task=flow_task, token=token)
        activation = cls(task)
        activation.previous = prev_activation.task
        return activation

    def write(self) -> None:
        """Remember the task as finished; the next human task or the end writes it."""
        self.task.started = self.task.finished = timezone.now()
        self.task.flow_task_type = self.flow_task.task_type
        self.process.round_.passed.append((self.task, self.previous))


class RouterActivation(WrittenOnce):
    @Activation.status.super()
    def activate(self) -> None:
        self.targets = self.flow_task.moves(self.process.round_)

    @Activation.status.super()
    def complete(self) -> None:
        self.write()

    @Activation.status.super()
    def create_next(self) -> list[Activation]:
        return [self.flow_task.target(name)._create(self, self.task.token, data=data) for name, data in self.targets]


class Router(flow.Switch):
    """One gateway for every plan: asks a function for the next moves and opens any number of nodes.

    Args:
        moves: Round -> [(node name, task data)]; an empty list keeps waiting.
    """

    activation_class = RouterActivation

    def __init__(self, moves: Callable[[Any], list[tuple[str, dict[str, Any]]]]) -> None:
        super().__init__()
        self.moves = moves
        self._to: Iterable[Any] = ()

    def To(self, *nodes: Any) -> "Router":  # noqa: N802  (Viewflow's style)
        self._to = nodes
        return self

    def _resolve(self, instance: Any) -> None:
        self._targets = {node.name: node for node in (this.resolve(instance, node) for node in self._to)}

    def _outgoing(self) -> Iterator[Edge]:
        return (Edge(self, node, "default") for node in self._targets.values())

    def target(self, name: str) -> Any:
        """The node of that name; KeyError when the flow has no way there."""
        return self._targets[name]


class StepActivation(flow.View.activation_class):
    @classmethod
    def create(cls, flow_task: Any, prev_activation: Activation, token: Any, data: Any = None, seed: Any = None) -> Any:
        if prev_activation.task.pk is None:
            prev_activation.process.round_.write_passed()
        activation = super().create(flow_task, prev_activation, token, data, seed)
        activation.process.round_.task_opened(activation.task)
        return activation

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.STARTED)
    def take(self, user: Any) -> None:
        """Claim and start in one; saved once by `complete`."""
        self.task.owner, self.task.started = user, timezone.now()


class HumanStep(flow.View):
    """A person decides, on a page of ours: Viewflow's own views are never routed."""

    activation_class = StepActivation

    def __init__(self) -> None:
        super().__init__(None)


class PerformActivation(WrittenOnce, FunctionActivation):
    @Activation.status.super()
    def activate(self) -> None:
        # No exception guard and no savepoint: a failing effect must undo the decision, not park the process.
        self.flow_task._func(self.process.round_)

    @Activation.status.super()
    def complete(self) -> None:
        self.write()


class Perform(flow.Function):
    """Do something with the round, in the transaction of the decision: writes and job rows only."""

    activation_class = PerformActivation


class FinishActivation(WrittenOnce, EndActivation):
    @Activation.status.super()
    def activate(self) -> None:
        self.process.status = PROCESS.DONE
        self.process.finished = timezone.now()
        self.process.save(update_fields=["status", "finished"])

    @Activation.status.super()
    def complete(self) -> None:
        self.write()


class Finish(flow.End):
    """The end; the service has closed whatever was still open."""

    activation_class = FinishActivation
