"""What the nodes of a flow do: one round of one request, in memory, between the row lock and the commit."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from viewflow.workflow.models import Task

from accounts.models import User
from jobs import services as jobs
from policies.rules.calendar import add_working_hours, business_date
from workflows import rules
from workflows.content import conditions_from_json, terms_from_json
from workflows.kind import Effect, Kind
from workflows.models import Decision, Request, State, Step, Submission
from workflows.people import Staff


@dataclass
class Round:
    """Everything the flow needs about the current submission; built by the service, saved by the service.

    Args:
        now: the database's clock, once per transaction.
        waited_enough: the 24 hours after a return are over.
    """

    kind: Kind
    request: Request
    submission: Submission
    steps: list[Step]
    staff: Staff | None
    actor: User | None
    now: datetime
    waited_enough: bool = False
    touched: list[Step] = field(default_factory=list)
    passed: list[tuple[Task, Task]] = field(
        default_factory=list
    )  # automatic tasks not yet written, each with its parent
    news: list[dict[str, Any]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The business date in the company's zone."""
        return business_date(self.now, self.request.unit.time_zone)

    def touch(self, step: Step) -> None:
        """Remember that the step's row has to be written."""
        if step not in self.touched:
            self.touched.append(step)

    def tell(self, what: str, step: Step | None = None, **extra: Any) -> None:
        """Remember what people should hear of once this is committed.

        Args:
            what: opened, decided, returned, approved, rejected, … (`workflows.notices`).
            extra: identifiers only, no personal data.
        """
        actor = self.actor.pk if self.actor else None
        self.news.append({"what": what, "step": step.pk if step else None, "actor": actor, **extra})

    def terms(self) -> rules.Terms:
        """What is granted so far: what was asked, tightened by the conditions of everybody who approved."""
        fields = self.kind.conditions
        decided = [decision for decision in map(standing, self.steps) if decision is not None]
        made = [conditions_from_json(fields, decision.conditions) for decision in decided]
        return rules.tightened(fields, self.asked(), made)

    def asked(self) -> rules.Terms:
        """The terms as they were submitted."""
        return terms_from_json(self.submission.content["terms"])

    def effect(self) -> Effect:
        """What was agreed, for the domain. Raises RuntimeError without a person who agreed last."""
        if self.actor is None:
            raise RuntimeError("nothing takes effect without a person who approved it")
        request, submission = self.request, self.submission
        return Effect(
            request.no, submission.policy_number, self.terms(), submission.content, self.actor, self.now, self.today
        )

    def letter(self) -> Any:
        """The domain row, locked."""
        return self.kind.lock(self.request.letter_id)

    def write_passed(self) -> None:
        """Insert the automatic tasks that the process has passed: two statements, however many they are."""
        tasks = [task for task, _ in self.passed]
        type(tasks[0]).objects.bulk_create(tasks)
        link = type(tasks[0]).previous.through
        link.objects.bulk_create(link(from_task_id=task.pk, to_task_id=parent.pk) for task, parent in self.passed)
        self.passed.clear()

    def task_opened(self, task: Task) -> None:
        """A human task was created: open its step and start its clock."""
        step_id = task.data.get("step")
        if step_id is None:
            return
        step = next(step for step in self.steps if step.pk == step_id)
        unit = self.request.unit
        step.task, step.status, step.opened_at = task, "open", self.now
        step.due_at = add_working_hours(self.now, step.sla_hours, unit.time_zone, unit.holiday_calendar)
        if step.mode in rules.LAPSING:
            payload = {"no": self.request.no, "step": step.pk}
            jobs.enqueue("workflows.step_due", f"step-due:{step.pk}", payload, due_at=step.due_at)
        if self.staff is not None and step.assignee_id is None:
            step.queue_key = self.staff.pool(step.role).queue_key
        self.touch(step)
        self.tell("opened", step)


def standing(step: Step) -> Decision | None:
    """The approval that counts for a step: said in this round, or carried over from an earlier one."""
    if step.status == "carried":
        return step.carried_from
    return step.decision if step.status == "approved" else None


def begin(activation: Any, round_: Round) -> Any:
    """First node: tie the new process to its request."""
    activation.process.round_ = round_
    return activation.process


def moves(round_: Round) -> list[tuple[str, dict[str, Any]]]:
    """Ask the rule for the next move and close what no longer matters."""
    request = round_.request
    states = [rules.StepState(step.pk, step.stage, step.status, step.mode) for step in round_.steps]  # type: ignore[arg-type]
    in_force = request.effective_at is not None
    move = rules.next_move(states, in_force=in_force, waited_enough=round_.waited_enough)
    for step in round_.steps:
        if step.pk in move.closes:
            close(step, round_)
    if move.node is None:
        return []
    if move.node == "approve":
        return [("approve", {"step": pk}) for pk in move.opens]
    if move.node == "revise":
        request.state = State.RETURNED
        round_.tell("returned")
    if move.node == "rejected":
        request.state, request.closed_at = State.REJECTED, round_.now
        round_.tell("rejected")
    if move.node == "finish":
        request.closed_at = round_.now
    return [(round_.kind.agreed if move.node == "agreed" else move.node, {})]


def close(step: Step, round_: Round) -> None:
    """The step is not needed any more; its open task is cancelled."""
    if step.task is not None and step.status == "open":
        step.task.process = round_.request.process
        step.task.flow_task.activation_class(step.task).cancel()
    step.status, step.closed_at = "not_needed", round_.now
    round_.touch(step)


def prepare(round_: Round) -> None:
    """All agreed, but a counterparty has to sign first: make the paper, and wait."""
    round_.request.state = State.SIGNING
    round_.tell("approved")
    round_.kind.prepare(round_.letter(), round_.effect())


def take_effect(round_: Round) -> None:
    """All agreed: put it in force, in the same transaction; when it has to be ratified, the notice goes out now."""
    request = round_.request
    request.state, request.effective_at = State.APPROVED, round_.now
    round_.tell("effective")
    round_.kind.take_effect(round_.letter(), round_.effect())
    if any(step.mode in rules.RATIFYING for step in round_.steps):
        _order(round_, "effect")


def undo(round_: Round) -> None:
    """It was in force and was not ratified: the domain takes it back."""
    request = round_.request
    request.state, request.closed_at = State.REJECTED, round_.now
    round_.kind.undo(round_.letter(), round_.effect())


def order_documents(round_: Round) -> None:
    """The paper follows by job, never lost: one row in this transaction."""
    _order(round_, "end")


def _order(round_: Round, moment: str) -> None:
    request = round_.request
    key = f"letters:{request.no}:{request.round}" + ("" if moment == "end" else f":{moment}")
    jobs.enqueue("workflows.letters", key, {"request": request.pk})
