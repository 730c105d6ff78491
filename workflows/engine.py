"""What the nodes of a flow do: one round of one request, in memory, between the row lock and the commit."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from viewflow.workflow.models import Task

from accounts.models import User
from jobs import services as jobs
from policies.rules.calendar import add_working_hours, business_date
from workflows import rules
from workflows.kind import Kind
from workflows.models import Request, State, Step, Submission
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

    @property
    def today(self) -> date:
        """The business date in the company's zone."""
        return business_date(self.now, self.request.unit.time_zone)

    def touch(self, step: Step) -> None:
        """Remember that the step's row has to be written."""
        if step not in self.touched:
            self.touched.append(step)

    def terms(self) -> rules.Terms:
        """What is granted so far: what was asked, tightened by the conditions of everybody who approved."""
        asked = terms_from_json(self.submission.content["terms"])
        decided = [step.decision for step in self.steps if step.status == "approved"]
        return rules.tightened(asked, [conditions_from_json(decision.conditions) for decision in decided])

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
        if self.staff is not None:
            step.queue_key = self.staff.pool(step.role).queue_key
        self.touch(step)


def begin(activation: Any, round_: Round) -> Any:
    """First node: tie the new process to its request."""
    activation.process.round_ = round_
    return activation.process


def moves(round_: Round) -> list[tuple[str, dict[str, Any]]]:
    """Ask the rule for the next move and close what no longer matters."""
    states = [rules.StepState(step.pk, step.stage, step.status) for step in round_.steps]  # type: ignore[arg-type]
    move = rules.next_move(states, waited_enough=round_.waited_enough)
    for step in round_.steps:
        if step.pk in move.closes:
            close(step, round_)
    if move.node is None:
        return []
    if move.node == "approve":
        return [("approve", {"step": pk}) for pk in move.opens]
    if move.node == "revise":
        round_.request.state = State.RETURNED
    if move.node == "rejected":
        round_.request.state, round_.request.closed_at = State.REJECTED, round_.now
    return [(move.node, {})]


def close(step: Step, round_: Round) -> None:
    """The step is not needed any more; its open task is cancelled."""
    if step.task is not None and step.status == "open":
        step.task.process = round_.request.process
        step.task.flow_task.activation_class(step.task).cancel()
    step.status, step.closed_at = "not_needed", round_.now
    round_.touch(step)


def take_effect(round_: Round) -> None:
    """All agreed: put it in force, in the same transaction."""
    request, kind = round_.request, round_.kind
    request.state, request.closed_at = State.APPROVED, round_.now
    if round_.actor is None:
        raise RuntimeError("nothing takes effect without a person who approved it")
    letter = kind.lock(request.letter_id)
    kind.take_effect(letter, request.no, round_.submission.policy_number, round_.terms(), round_.actor, round_.now)


def order_documents(round_: Round) -> None:
    """The paper follows by job, never lost: one row in this transaction."""
    request = round_.request
    jobs.enqueue("workflows.letters", f"letters:{request.no}:{request.round}", {"request": request.pk})


def terms_to_json(terms: rules.Terms) -> dict[str, Any]:
    """Terms as strings, for storage and digest."""
    return {
        "limit": str(terms.limit),
        "term_days": terms.term_days,
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": terms.valid_to.isoformat(),
        "placement": str(terms.placement),
        "security": list(terms.security),
        "notes": list(terms.notes),
    }


def terms_from_json(data: dict[str, Any]) -> rules.Terms:
    """The reverse of `terms_to_json`."""
    return rules.Terms(
        limit=Decimal(data["limit"]),
        term_days=data["term_days"],
        valid_from=date.fromisoformat(data["valid_from"]),
        valid_to=date.fromisoformat(data["valid_to"]),
        placement=Decimal(data["placement"]),
        security=tuple(data["security"]),
        notes=tuple(data["notes"]),
    )


def conditions_to_json(conditions: rules.Conditions) -> dict[str, Any]:
    """Only the conditions that were made."""
    data = {
        "limit": str(conditions.limit) if conditions.limit is not None else None,
        "term_days": conditions.term_days,
        "valid_to": conditions.valid_to.isoformat() if conditions.valid_to else None,
        "security": conditions.security,
        "note": conditions.note,
    }
    return {key: value for key, value in data.items() if value not in (None, "")}


def conditions_from_json(data: dict[str, Any]) -> rules.Conditions:
    """The reverse of `conditions_to_json`."""
    return rules.Conditions(
        limit=Decimal(data["limit"]) if "limit" in data else None,
        term_days=data.get("term_days"),
        valid_to=date.fromisoformat(data["valid_to"]) if "valid_to" in data else None,
        security=data.get("security", ""),
        note=data.get("note", ""),
    )
