"""What the nodes of a flow do: one round of one request, in memory, between the row lock and the commit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from viewflow.workflow.models import Task

from accounts.models import User
from jobs import services as jobs
from policies.queries import pinned_pack
from policies.rules.calendar import add_working_hours, business_date, working_hours_between
from workflows import rules
from workflows.content import conditions_from_json, terms_from_json
from workflows.kind import Effect, Kind
from workflows.models import Decision, PanelMode, Question, Request, State, Step, Submission
from workflows.people import Staff
from workflows.sla import first_ring


@dataclass
class Round:
    """Everything the flow needs about the current submission; built by the service, saved by the service.

    Args:
        now: the database's clock, once per transaction.
        waited_enough: the 24 hours after a return are over.
        by_itself: time moves it on; `actor` only lends Viewflow's task a name, and is told like everybody.
    """

    kind: Kind
    request: Request
    submission: Submission
    steps: list[Step]
    staff: Staff | None
    actor: User | None
    now: datetime
    waited_enough: bool = False
    by_itself: bool = False
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

    def add(self, steps: Iterable[Step]) -> None:
        """Take up steps that were inserted."""
        self.steps = sorted([*self.steps, *steps], key=lambda step: (step.stage, step.pk))

    def tell(self, what: str, step: Step | None = None, **extra: Any) -> None:
        """Remember what people should hear of once this is committed.

        Args:
            what: opened, decided, returned, approved, rejected, … (`workflows.notices`).
            extra: identifiers only, no personal data.
        """
        actor = self.actor.pk if self.actor and not self.by_itself else None
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
        policy, content = submission.policy_number, submission.content
        return Effect(request.no, policy, self.terms(), content, self.actor, self.now, self.today, self.by_itself)

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
        step.task, step.status = task, "open"
        self.start_clock(step)
        if self.staff is not None and step.assignee_id is None:
            step.queue_key = self.staff.pool(step.role).queue_key
        self.touch(step)
        if not any(other.status == "open" and other.pk != step.pk for other in self.same_seats(step)):
            self.tell("opened", step)

    def same_seats(self, step: Step) -> list[Step]:
        """All seats of the vote that the step belongs to: whoever takes one of them could take any other."""
        if step.panel_mode != PanelMode.VOTE or step.assignee_id is not None:
            return [step]
        return [each for each in self.steps if each.panel == step.panel and each.queue_key == step.queue_key]

    def start_clock(self, step: Step) -> None:
        """Start the clock of a step that opens; where it stood since `paused_at`, it goes on with what was left."""
        unit = self.request.unit
        place = unit.time_zone, unit.holiday_calendar
        if step.paused_at is None or step.due_at is None:
            step.opened_at, step.due_at = self.now, add_working_hours(self.now, step.sla_hours, *place)
            policy = pinned_pack(self.submission.policy_number, self.submission.policy_digest)
            step.next_at, step.reminded_at = first_ring(step, policy, *place), None
        else:
            stood = max(Decimal(0), working_hours_between(step.paused_at, self.now, *place))
            step.due_at = add_working_hours(step.due_at, stood, *place)
            if step.next_at is not None:
                step.next_at = add_working_hours(step.next_at, stood, *place)
        step.paused_at = None
        if step.mode in rules.LAPSING:
            payload = {"no": self.request.no, "step": step.pk}
            key = f"step-due:{step.pk}:{step.due_at:%Y%m%d%H%M%S}"
            jobs.enqueue("workflows.step_due", key, payload, due_at=step.due_at)
        self.touch(step)

    def stop_clock(self, step: Step) -> None:
        """From now on no time counts against whoever has the step."""
        step.paused_at = step.paused_at or self.now
        self.touch(step)


def standing(step: Step) -> Decision | None:
    """The approval that counts for a step: said in this round, or carried over from an earlier one."""
    if step.status == "carried":
        return step.carried_from
    return step.decision if step.status == "approved" else None


def begin(activation: Any, round_: Round) -> Any:
    """First node: tie the new process to its request."""
    activation.process.round_ = round_
    return activation.process


def close(step: Step, round_: Round) -> None:
    """The step is not needed any more; its open task is cancelled."""
    cancel(step, round_)
    step.status, step.closed_at = "not_needed", round_.now
    round_.touch(step)


def hold(step: Step, round_: Round) -> None:
    """The step was open and has to wait again: its task is cancelled, its clock stands."""
    cancel(step, round_)
    step.status, step.task = "waiting", None
    round_.stop_clock(step)


def cancel(step: Step, round_: Round) -> None:
    """Take an open step out of the process; what its approver wanted to know is not needed any more."""
    release(step, round_)
    if step.task is not None and step.status == "open":
        step.task.process = round_.request.process
        step.task.flow_task.activation_class(step.task).cancel()
    drop_question(step, round_)


def release(step: Step, round_: Round) -> None:
    """A step that is out for an opinion is where it belongs again; nobody waits for the opinion any more."""
    if step.is_out:
        round_.tell("released", step, to=[int(step.queue_key[1:])])
        step.queue_key = step.home_key
        round_.touch(step)


def drop_question(step: Step, round_: Round) -> None:
    """A question that is still out is closed without an answer."""
    if step.paused_at is not None:
        Question.objects.filter(step=step, closed_at=None).update(closed_at=round_.now)


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
    round_.tell("undone")
    round_.kind.undo(round_.letter(), round_.effect())


def order_documents(round_: Round) -> None:
    """The paper follows by job, never lost: one row in this transaction."""
    _order(round_, "end")


def _order(round_: Round, moment: str) -> None:
    request = round_.request
    key = f"letters:{request.no}:{request.round}" + ("" if moment == "end" else f":{moment}")
    jobs.enqueue("workflows.letters", key, {"request": request.pk})
