"""What must hold of a request at every moment, read from its rows."""

from collections import Counter

from credit.models import CreditLine
from jobs.models import Job
from tests.soak.trail import disagreements
from workflows.kinds import REGISTRY
from workflows.models import Decision, Question, Request, State, Step, Submission
from workflows.rules import GONE, STATUS_AFTER

ENDED = {State.APPROVED, State.REJECTED, State.WITHDRAWN, State.VOID}
SATISFIED = {"approved", "carried", "skipped"}


def violations(no: str) -> list[str]:
    """Everything that is wrong with a request; empty when it is sound."""
    request = Request.objects.select_related("process", "submitter", "owner").get(no=no)
    submissions = list(Submission.objects.filter(request=request).order_by("round"))
    steps = list(Step.objects.filter(request=request, submission=submissions[-1]))
    found = [*_process(request, steps), *_decisions(request), *_effect(request), *_segregation(request)]
    if [each.round for each in submissions] != list(range(1, request.round + 1)):
        found.append(f"rounds {[each.round for each in submissions]}, but it is in round {request.round}")
    if request.state == State.APPROVED:
        found += _requirements(steps, submissions[-1])
    return [f"{no}: {each}" for each in found] + disagreements(request)


def _process(request: Request, steps: list[Step]) -> list[str]:
    """The process waits for exactly the open steps, and for nothing once it has ended."""
    found = []
    approve = REGISTRY[request.kind].flow.approve
    assert request.process is not None
    tasks = request.process.task_set.filter(flow_task=approve, finished__isnull=True).values_list("pk", flat=True)
    waits = sorted(tasks)
    if waits != sorted(step.task_id or 0 for step in steps if step.status == "open"):
        found.append(f"the process waits for tasks {waits}, open are {[s.key for s in steps if s.status == 'open']}")
    left = [step.key for step in steps if step.status in ("open", "waiting")]
    if request.state == State.IN_REVIEW and not waits:
        found.append("it is in review, but nobody is asked")
    if request.state in ENDED and request.closed_at and left:
        found.append(f"it has ended, but {left} are still to be decided")
    if (request.state in ENDED) != (request.closed_at is not None):
        found.append(f"it is {request.state}, closed at {request.closed_at}")
    for step in Step.objects.filter(request=request).exclude(submission__round=request.round):
        if step.status in ("open", "waiting"):
            found.append(f"step {step.key} of an earlier round is {step.status}")
    out = Question.objects.filter(request=request, closed_at=None).values_list("step_id", flat=True)
    paused = [step.pk for step in steps if step.status == "open" and step.paused_at]
    if sorted(out) != sorted(paused):
        found.append(f"questions are out in steps {sorted(out)}, the clock stands in {sorted(paused)}")
    return found


def _decisions(request: Request) -> list[str]:
    """Each step says what was decided in it; nobody has decided twice in a round, himself or through another."""
    found: list[str] = []
    spoke: Counter[tuple[int, int]] = Counter()
    rows = Decision.objects.filter(request=request).select_related("step__submission", "on_behalf_of")
    for decision in rows:
        step = decision.step
        if step.status not in {STATUS_AFTER[decision.verb], "superseded"}:
            found.append(f"step {step.key} is {step.status}, but it was decided with {decision.verb}")
        if step.status not in GONE:
            spoke[step.submission.round, decision.person_id] += 1
            if decision.on_behalf_of is not None:
                spoke[step.submission.round, decision.on_behalf_of.person_id] += 1
    found += [
        f"person {person} decided {count} times in round {n}" for (n, person), count in spoke.items() if count > 1
    ]
    decided = {decision.step_id for decision in rows}
    said = [step.key for step in Step.objects.filter(request=request, status__in=["approved", "rejected", "objected"])
            if step.pk not in decided]  # fmt: skip
    return found + [f"step {key} was decided by nobody" for key in said]


def _effect(request: Request) -> list[str]:
    """What it asked for is in force once and only when everybody agreed; its paper is ordered once."""
    found = []
    lines = CreditLine.objects.filter(request_no=request.no).count()
    if lines != (request.state == State.APPROVED):
        found.append(f"it is {request.state}, and there are {lines} lines")
    letters = Job.objects.filter(kind="workflows.letters", payload__request=request.pk).count()
    if letters > 1 or (request.state == State.APPROVED and letters != 1):
        found.append(f"its paper was ordered {letters} times")
    return found


def _segregation(request: Request) -> list[str]:
    """Nobody decided what he asked for, wrote or looks after, himself or through another."""
    found = []
    apart = {request.submitter.person_id} | ({request.owner.person_id} if request.owner else set())
    for decision in Decision.objects.filter(request=request).select_related("submission", "on_behalf_of"):
        persons = {decision.person_id} | ({decision.on_behalf_of.person_id} if decision.on_behalf_of else set())
        if persons & (apart | set(decision.submission.editors)):
            found.append(f"{decision.role} was decided by somebody who must stay apart")
    return found


def _requirements(steps: list[Step], submission: Submission) -> list[str]:
    """Everything that the plan of the last round asks for was given, by somebody or by an approval that stands."""
    found = []
    for stage in submission.plan["stages"]:
        for planned in stage["steps"]:
            if planned["mode"] in ("comment", "ratify", "appeal"):
                continue
            asked = [step for step in steps if step.key.split("~")[0] == planned["key"] and step.status not in GONE]
            panel = [step for step in steps if step.panel.split("~")[0] == planned["key"] and step.status not in GONE]
            if planned.get("panel"):
                given = sum(step.status in ("approved", "carried") for step in panel)
                if not given:
                    found.append(f"it was approved without the panel {planned['key']}")
            elif not any(step.status in SATISFIED for step in asked):
                found.append(f"it was approved without {planned['key']}: {[step.status for step in asked]}")
    if not any(step.status in ("approved", "carried") for step in steps):
        found.append("it was approved by nobody")
    added = [step for step in steps if step.origin == "added" and step.mode in ("approve", "endorse")]
    found += [f"it was approved while {step.key} was {step.status}" for step in added
              if step.status not in {"approved", "carried", "withdrawn", "superseded"}]  # fmt: skip
    return found
