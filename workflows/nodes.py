"""The few Viewflow nodes that every kind of request is built from.

Viewflow moves the process and only that. What an activation needs to know is a `Round` (workflows.engine) that the
service hangs on the process object as `process.round_`; nothing is looked up here. The private names that are used
(`_create`, `_resolve`, `_outgoing`, `status.super`) have a canary test.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
        opened: list[Activation] = self.flow_task.open(self, self.targets)
        return opened


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

    def open(self, gateway: Activation, targets: Iterable[tuple[str, dict[str, Any]]]) -> list[Activation]:
        """Create the tasks of the nodes of these names, human ones of one node together.

        Raises KeyError when the flow has no way to a node of that name.
        """
        wanted: dict[str, list[dict[str, Any]]] = {}
        for name, data in targets:
            wanted.setdefault(name, []).append(data)
        opened: list[Activation] = []
        for name, each in wanted.items():
            node = self._targets[name]
            if isinstance(node, HumanStep):
                opened += node.activation_class.create_all(node, gateway, gateway.task.token, each)
            else:
                opened += [node._create(gateway, gateway.task.token, data=data) for data in each]
        return opened


class StepActivation(flow.View.activation_class):
    @classmethod
    def create(cls, flow_task: Any, prev_activation: Activation, token: Any, data: Any = None, seed: Any = None) -> Any:
        return cls.create_all(flow_task, prev_activation, token, [data or {}])[0]

    @classmethod
    def create_all(
        cls, flow_task: Any, prev_activation: Activation, token: Any, many: Sequence[dict[str, Any]]
    ) -> list[Any]:
        """Two statements, however many tasks: all seats of a panel open at once."""
        round_ = prev_activation.process.round_
        if prev_activation.task.pk is None:
            round_.write_passed()
        Task, process = flow_task.flow_class.task_class, prev_activation.process  # noqa: N806
        kind = {"flow_task": flow_task, "flow_task_type": flow_task.task_type}
        tasks = Task.objects.bulk_create(Task(process=process, token=token, data=data, **kind) for data in many)
        link = Task.previous.through
        link.objects.bulk_create(link(from_task_id=task.pk, to_task_id=prev_activation.task.pk) for task in tasks)
        activations = [cls(task) for task in tasks]
        for task in tasks:
            round_.task_opened(task)
        return activations

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
