"""What somebody may do with a request beside deciding it, by the very rules of the doors."""

from dataclasses import dataclass, field

from accounts.language import pick
from accounts.models import User
from accounts.queries import assignments_covering
from accounts.roles import Role
from policies.queries import pinned_pack
from policies.rules.panels import PanelRule
from workflows.authority import refusal_of_person
from workflows.engine import Round
from workflows.models import PanelMode, Question, State, Step
from workflows.routing import BEFORE
from workflows.services.adding import refusal_to_remove, roles_that_may_be_added
from workflows.services.decisions import stages_before
from workflows.services.taking_back import refusal_to_take_back
from workflows.staffing import duties

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Offers:
    """What is offered on the page; whatever is empty is not.

    Args:
        acts: whether the user may act in the step that is shown.
        stages: earlier steps to which it may be returned, as choices.
        people: who may be added, grouped for a select.
        taken_back: his last decision, if it can be taken back.
        additions: his own additions that nobody has answered.
        questions: everything that was asked of the submitter, the latest last.
        answers: whether he is somebody who answers.
    """

    acts: bool = False
    stages: Choices = field(default_factory=list)
    people: list[tuple[str, Choices]] = field(default_factory=list)
    asks: bool = False
    taken_back: Step | None = None
    additions: list[Step] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    answers: bool = False

    @property
    def to_answer(self) -> bool:
        """Whether an approver waits for his answer."""
        return self.answers and any(question.closed_at is None for question in self.questions)

    @property
    def any(self) -> bool:
        """Whether there is something to offer at all."""
        return bool(self.asks or self.stages or self.people or self.taken_back or self.additions)


def offers(round_: Round, step: Step | None, user: User) -> Offers:
    """What this person may do now; two statements, a third when he may add somebody."""
    asked = Question.objects.filter(request=round_.request).select_related("asked_by", "answered_by", "step")
    questions = list(asked.order_by("pk"))
    apart = duties(round_)
    answers = user.person_id in apart.owners | {apart.submitter}
    if round_.request.state != State.IN_REVIEW:
        return Offers(questions=questions, answers=False)
    acting = step if _acts(round_, step, user) else None
    mine = (each for each in reversed(round_.steps) if refusal_to_take_back(round_, each, user) is None)
    return Offers(
        acts=acting is not None,
        stages=_stages(round_, acting) if acting else [],
        people=_people(round_, acting, user) if acting else [],
        asks=acting is not None and acting.paused_at is None,
        taken_back=next(mine, None),
        additions=[each for each in round_.steps if refusal_to_remove(round_, each, user) is None],
        questions=questions,
        answers=answers,
    )


def _acts(round_: Round, step: Step | None, user: User) -> bool:
    """Whether the step is open, may be said yes to, and is this person's."""
    if step is None or step.status != "open" or step.mode not in ("approve", "endorse"):
        return False
    return refusal_of_person(round_, step, user, round_.submission.content_sha256) is None


def _stages(round_: Round, step: Step) -> Choices:
    """One choice for each stage: whoever was asked in it."""
    stages: dict[int, list[Step]] = {}
    for each in stages_before(round_, step):
        stages.setdefault(each.stage, []).append(each)
    return [
        (steps[0].key, " · ".join(dict.fromkeys(str(Role(each.role).label) for each in steps)))
        for steps in stages.values()
    ]


def _people(round_: Round, step: Step, user: User) -> list[tuple[str, Choices]]:
    """Whoever holds a role that may be added here, by role, without those who have a part in it."""
    policy = pinned_pack(round_.submission.policy_number, round_.submission.policy_digest)
    roles = roles_that_may_be_added(policy, round_.kind.code, step.role)
    request, apart = round_.request, duties(round_)
    gone = apart.owners | apart.editors | apart.barred | apart.decided | {apart.submitter, user.person_id}
    gone |= {each.assignee.person_id for each in round_.steps if each.assignee and each.status in ("waiting", "open")}
    rows = assignments_covering(request.unit, request.region, round_.today).filter(role__in=roles)
    groups: dict[str, Choices] = {}
    for row in rows.order_by("is_deputy", "pk"):
        if row.user.person_id not in gone:
            groups.setdefault(row.role, []).append((f"user:{row.user_id}", row.user.display_name))
    order = sorted(groups, key=lambda role: (policy.roles[role].function, policy.roles[role].level))
    return [
        (str(Role(role).label), [(f"role:{role}", str(Role(role).label)), *dict.fromkeys(groups[role])])
        for role in order
    ]


def panel_words(step: Step, steps: list[Step]) -> str:
    """How the panel of a step decides, said once, at its first seat; empty for every other step."""
    if not step.panel or step.panel_mode not in PanelMode.values:
        return ""
    seats = [each for each in steps if each.panel == step.panel]
    if seats[0].pk != step.pk:
        return ""
    number = sum(each.status not in ("superseded", "withdrawn") for each in seats)
    zh, en = PanelRule(step.panel_mode, step.needed, number, step.reject_policy).words
    return pick(zh, en)


def addition_of(step: Step) -> tuple[str, str]:
    """By whom a step was added, and how: ``before`` or ``beside``; two empty texts for a step of the policy."""
    if step.added_by is None:
        return "", ""
    return step.added_by.display_name, "before" if step.beside.startswith(BEFORE) else "beside"
