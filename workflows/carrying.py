"""Which approvals of the round before still count for a revision, and the sentence that says why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.language import pick
from policies.rules.carrying import Compared, compare
from policies.rules.pack import Pack
from policies.rules.plan import Plan, PlanStep
from workflows.content import facts_from_json
from workflows.engine import standing
from workflows.models import Capacity, Decision, Request, Step

# Only who judges what is asked: whoever ratifies or comments is asked anew.
_MODES = frozenset({"approve", "endorse"})
_UNCHANGED = {
    "zh": "该审批所依据的内容没有变化",
    "en": "Nothing that this approval was asked for has changed",
}


@dataclass(frozen=True)
class Carried:
    """A human decision that still counts, and what was compared: one sentence per language each."""

    decision: Decision
    why: tuple[Mapping[str, str], ...]

    @property
    def persons(self) -> set[int]:
        """Natural persons who have had their say by it: the one who decided, and for whom."""
        principal = self.decision.on_behalf_of
        return {self.decision.person_id} | ({principal.person_id} if principal else set())


def carried(
    request: Request,
    plan: Plan,
    pack: Pack,
    facts: Mapping[str, Any],
    barred: frozenset[int],
    fixed: Mapping[str, Any] | None = None,
) -> dict[str, Carried]:
    """Steps of the new plan whose approval of the round before stands, by step key. One statement.

    Always compared with what the person who decided had in front of him, however many rounds ago.

    Args:
        request: as it was returned, in its old round.
        facts: of the revision.
        barred: natural persons who may not decide the revision.
        fixed: what has to be asked for in the same words, by name; no approval stands when any of it changed.
    """
    decided = _decided(request)
    columns = pack.kinds[plan.request_kind].columns
    found: dict[str, Carried] = {}
    for step in plan.steps:
        decision = decided.get(step.role)
        if decision is None or not _same_seat(step, decision):
            continue
        asked = decision.submission.content["asked"]
        if any(asked.get(name) != value for name, value in (fixed or {}).items()):
            continue
        before = facts_from_json(columns, decision.submission.content["facts"])
        compared = compare(pack, plan, step.role, before, facts)
        approval = Carried(decision, _why(compared))
        if all(each.holds for each in compared) and barred.isdisjoint(approval.persons):
            found[step.key] = approval
    return found


def all_but_the_last(plan: Plan, standing: Mapping[str, Carried]) -> dict[str, Carried]:
    """The last stage is decided anew when nothing else is: a revision never takes effect without a person."""
    last = max(step.stage for step in plan.steps if step.key in standing)
    return {step.key: standing[step.key] for step in plan.steps if step.key in standing and step.stage != last}


def judges(step: PlanStep) -> bool:
    """Whether whoever has the step judges what is asked: not who comments on it or ratifies it afterwards."""
    return step.mode in _MODES


def _decided(request: Request) -> dict[str, Decision]:
    """The approval that counted for each role in the round before; panels and additions are asked anew."""
    steps = Step.objects.filter(request=request, submission__round=request.round, panel="", origin="policy")
    related = (
        "decision__submission",
        "decision__actor",
        "decision__on_behalf_of",
        "carried_from__submission",
        "carried_from__actor",
        "carried_from__on_behalf_of",
        "carried_from__step",
    )
    approvals = {step.role: standing(step) for step in steps.select_related(*related)}
    return {
        role: decision
        for role, decision in approvals.items()
        if decision is not None and decision.capacity != Capacity.OVERRIDE
    }


def _same_seat(step: PlanStep, decision: Decision) -> bool:
    return step.panel is None and judges(step) and decision.step.mode == step.mode


def _why(compared: tuple[Compared, ...]) -> tuple[Mapping[str, str], ...]:
    return tuple(each.to_json() for each in compared) or (_UNCHANGED,)


def carried_sentence(carried_from: Decision, why: Iterable[Mapping[str, str]]) -> str:
    """From which round an approval was carried over, and what was compared."""
    compared = "; ".join(pick(each["zh"], each["en"]) for each in why)
    values = {"round": carried_from.submission.round, "why": compared}
    return _("Carried over from round %(round)s. %(why)s.") % values
