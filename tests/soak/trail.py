"""A request rebuilt from its trail: the frozen plan, then event after event, by nothing but the rule of routing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from audit.models import Event
from policies.rules.plan import Plan
from workflows.models import Request, Step, Submission
from workflows.rules import RATIFYING, StepState, next_move

BEFORE = "<"
NODES = {"revise": "returned", "rejected": "rejected", "undo": "rejected"}


@dataclass
class Was:
    """A step as the trail tells it."""

    key: str
    stage: int
    mode: str
    status: str = "waiting"
    beside: str = ""
    added: bool = False


@dataclass
class Rebuilt:
    """State, round and steps of one request, after as many events as were taken."""

    plans: dict[int, Plan]
    state: str = ""
    round: int = 0
    in_force: bool = False
    steps: list[Was] = field(default_factory=list)

    def take(self, action: str, content: dict[str, Any]) -> None:
        """What one event did to the steps; events about something else do nothing."""
        act = getattr(self, "_" + action.removeprefix("request."), None)
        if action.startswith("request.") and act is not None:
            act(content.get("before") or {}, content.get("after") or {})

    def statuses(self) -> dict[str, str]:
        """Status by key."""
        return {step.key: step.status for step in self.steps}

    def _submitted(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        self.round, self.state, self.in_force = after["round"], "in_review", False
        self.steps = [Was(step.key, step.stage, step.mode) for step in self.plans[self.round].steps]
        assert [step.key for step in self.steps] == after["steps"], "the event names other steps than the plan"
        carried = {each if isinstance(each, str) else each["step"] for each in after.get("carried", ())}
        for step in self.steps:
            if step.key in carried:
                step.status = "carried"
            elif step.key in after.get("skipped", ()):
                step.status = "skipped"
        self._route()

    _resubmitted = _rerouted = _submitted

    def _decided(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        self._named(after["step"]).status = after["status"]
        if not after.get("to"):  # what is asked again follows in an event of its own
            self._route()

    def _asked_again(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self._supersede(before["superseded"], after["steps"])
        self._route()

    def _taken_back(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        for key in (*after["reopened"], *after["waiting"]):
            self._named(key).status = "waiting"
        self._supersede([before["step"]], after["steps"])
        self._route(reopening=True)

    def _approver_added(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        base, where = self._named(after["beside"]), after["where"]
        for step in self.steps:
            if where == "after" and step.stage > base.stage:
                step.stage += 1
        mark = BEFORE if where == "before" else ""
        stage = base.stage + (where == "after")
        self.steps.append(Was(after["step"], stage, after["mode"], beside=mark + base.key, added=True))
        if where == "before":
            base.status = "waiting"
        self._route(reopening=True)

    def _approver_removed(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        self._named(after["step"]).status = "withdrawn"
        self._route(reopening=True)

    def _step_lapsed(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        self._named(after["step"]).status = "lapsed"
        self._route()

    def _returned_by_time(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        self._named(after["step"]).status = "returned"
        self._route()

    def _return_ended_waiting(self, _before: dict[str, Any], _after: dict[str, Any]) -> None:
        self._route(waited_enough=True)

    def _withdrawn(self, _before: dict[str, Any], _after: dict[str, Any]) -> None:
        self._close(step.key for step in self.steps)
        self.state = "withdrawn"

    def _voided(self, _before: dict[str, Any], _after: dict[str, Any]) -> None:
        self._close(step.key for step in self.steps)
        self.state = "void"

    def _supersede(self, gone: list[str], copies: list[str]) -> None:
        names = dict(zip(gone, copies, strict=True))
        for old, new in names.items():
            step = self._named(old)
            self.steps.append(replace(step, key=new, status="waiting"))
            step.status = "superseded"
        for step in self.steps:
            mark, key = (BEFORE, step.beside[1:]) if step.beside.startswith(BEFORE) else ("", step.beside)
            if key in names and step.status not in ("superseded", "withdrawn"):
                step.beside = mark + names[key]

    def _route(self, waited_enough: bool = False, reopening: bool = False) -> None:
        """Open and close what the rule says; what ends a round says so in its state."""
        said = {"in_force": self.in_force, "waited_enough": waited_enough, "reopening": reopening}
        move = next_move(list(self._states()), **said)
        self._close(self.steps[place].key for place in move.closes)
        for place in move.opens:
            self.steps[place].status = "open"
        if move.node == "agreed":
            self.state, self.in_force = "approved", True
            if any(step.mode in RATIFYING for step in self.steps):
                self._route()
        self.state = NODES.get(move.node or "", self.state)

    def _states(self) -> Iterator[StepState]:
        for place, step in enumerate(self.steps):
            first = (n for n, other in enumerate(self.steps) if other.beside == BEFORE + step.key)
            yield StepState(
                place, step.stage, step.status, step.mode,  # type: ignore[arg-type]
                waits_for=tuple(first), advisory=step.added and step.mode == "comment",
            )  # fmt: skip

    def _close(self, keys: Iterable[str]) -> None:
        for key in keys:
            if self._named(key).status in ("open", "waiting"):
                self._named(key).status = "not_needed"

    def _named(self, key: str) -> Was:
        return next(step for step in self.steps if step.key == key)


def rebuilt(request: Request) -> Rebuilt | None:
    """The request from its trail; None when a panel took part, whose seats are given out without an event."""
    plans = {each.round: Plan.from_json(each.plan) for each in Submission.objects.filter(request=request)}
    if any(step.panel for plan in plans.values() for step in plan.steps):
        return None
    found = Rebuilt(plans)
    for event in Event.objects.filter(stream=f"request:{request.no}").order_by("stream_seq"):
        found.take(event.action, event.content)
    return found


def disagreements(request: Request) -> list[str]:
    """Where the rows are not what the trail says."""
    found = rebuilt(request)
    if found is None:
        return []
    rows = Step.objects.filter(request=request, submission__round=request.round)
    kept = dict(rows.values_list("key", "status"))
    wrong = [
        f"{request.no}: step {key} is {kept.get(key)}, its trail says {found.statuses().get(key)}"
        for key in sorted(kept.keys() | found.statuses().keys())
        if kept.get(key) != found.statuses().get(key)
    ]
    if (request.state, request.round) != (found.state, found.round):
        told = f"{found.state} in round {found.round}"
        wrong.append(f"{request.no}: is {request.state} in round {request.round}, its trail says {told}")
    return wrong
