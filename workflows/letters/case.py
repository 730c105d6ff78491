"""A decided request as its papers need it, and the way values are written on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.language import pick
from accounts.models import User
from audit.models import Event
from contracts.letters.context import NOTHING
from policies.rules.plan import Plan
from workflows.carrying import carried_sentence
from workflows.content import conditions_from_json, terms_from_json
from workflows.engine import standing
from workflows.kind import Kind
from workflows.kinds import REGISTRY
from workflows.models import Capacity, Decision, Request, State, Step, Submission
from workflows.pages import Frozen
from workflows.rules import GONE, RATIFYING, ConditionField, Terms, tightened
from workflows.written import money

VERBS = {
    "approve": ("同意", "Approved"),
    "approve_conditional": ("附条件同意", "Approved with conditions"),
    "return": ("退回", "Returned"),
    "reject": ("驳回", "Rejected"),
    "object": ("异议", "Objected"),
}
MODES = {
    "approve": ("审批", "approves"),
    "endorse": ("审核", "endorses"),
    "comment": ("征求意见", "comments"),
    "ratify": ("追认", "ratifies"),
    "appeal": ("复核", "decides if it is not ratified"),
}


@dataclass(frozen=True)
class Case:
    """The request with its last submission, all decisions and its events, oldest first."""

    request: Request
    submission: Submission
    decisions: list[Decision]
    events: list[Event]
    plan: Plan
    asked: Terms
    granted: Terms
    readers: list[User]
    carried: list[Step] = field(default_factory=list)

    @property
    def approved(self) -> bool:
        """Whether it was granted."""
        return self.request.state == State.APPROVED

    @property
    def undone(self) -> bool:
        """Whether it was in force and was not ratified."""
        return self.request.state == State.REJECTED and self.request.effective_at is not None

    @property
    def ratified_later(self) -> bool:
        """Whether it took effect before everybody had decided."""
        return any(step.mode in RATIFYING for step in self.plan.steps)

    @property
    def conditional(self) -> bool:
        """Whether it was granted with less than was asked, or with conditions in words."""
        return self.approved and self.granted != self.asked

    @property
    def content(self) -> dict[str, Any]:
        """What was decided on."""
        content: dict[str, Any] = self.submission.content
        return content

    @property
    def last_round(self) -> list[Decision]:
        """Decisions that count for the submission that was decided: its own, and those carried over to it."""
        own = (each for each in self.decisions if each.submission_id == self.submission.pk)
        stood = (step.carried_from for step in self.carried if step.carried_from is not None)
        return [*stood, *(each for each in own if each.step.status not in GONE)]

    def carried_words(self, role: str) -> list[str]:
        """Why an approval of the role in an earlier round still counts; nothing where it was given in the last one."""
        return [
            carried_sentence(step.carried_from, step.carried_why)
            for step in self.carried
            if step.role == role and step.carried_from is not None
        ]

    def outcome(self) -> str:
        """The result in words, in the active language."""
        if self.undone:
            return pick("未获追认，已撤销", "Not ratified, taken back")
        if not self.approved:
            return pick("驳回", "Rejected")
        return pick("附条件批准", "Approved with conditions") if self.conditional else pick("批准", "Approved")

    @property
    def kind(self) -> Kind:
        """The kind of the request."""
        return REGISTRY[self.request.kind]

    @property
    def currency(self) -> str:
        """Of the amounts of the request."""
        return self.request.currency

    def decided_on(self) -> str:
        """The day of the decision, in the company's calendar."""
        return self.time(self.request.effective_at or self.request.closed_at)[:10]

    def frozen(self) -> Frozen:
        """What was submitted, as the pages show it."""
        content = self.content
        parts = {name: content[name] for name in ("asked", "facts", "terms", "evaluation")}
        return Frozen(self.request, **parts)

    def policy(self) -> str:
        """Version and digest of the policy that decided who had to approve."""
        number, digest = self.submission.policy_number, self.submission.policy_digest[:12]
        return pick(f"政策第 {number} 版（摘要 {digest}）", f"policy version {number} (digest {digest})")

    def time(self, moment: datetime | None) -> str:
        """A moment in the company's zone, with the offset."""
        if moment is None:
            return NOTHING
        local = moment.astimezone(ZoneInfo(self.request.unit.time_zone))
        offset = local.strftime("%z")
        return f"{local:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:]})"

    def unit(self) -> dict[str, str]:
        """The letterhead."""
        unit = self.request.unit
        return {
            "name": pick(unit.name_zh, unit.name_en),
            "second_name": pick(unit.name_en, unit.name_zh),
            "address": pick(unit.address_zh, unit.address_en) or NOTHING,
            "uscc": unit.uscc or NOTHING,
        }

    def customer(self) -> dict[str, str]:
        """The customer as he was named in the submission; all empty where there is none: the papers leave it out."""
        named = self.content["customer"]
        if not named:
            return {"name": "", "code": "", "uscc": ""}
        return {"name": named["name"], "code": named["code"], "uscc": named["uscc"] or NOTHING}


# What is read of the decision that is carried over.
SPOKEN: Final = ("actor", "on_behalf_of", "step", "submission")


def signed(decision: Decision) -> str:
    """Who decided; with for whom when a delegate did, and marked when the owner of the policy overrode."""
    name = decision.actor.display_name
    if decision.on_behalf_of is not None:
        principal = decision.on_behalf_of.display_name
        return pick(f"{name}（代 {principal}）", f"{name} (for {principal})")
    return pick(f"{name}（越级决定）", f"{name} (override)") if decision.capacity == Capacity.OVERRIDE else name


def read_case(request_id: int) -> Case:
    """Read a decided request: a constant number of statements."""
    request = Request.objects.select_related("customer__unit", "unit", "submitter", "owner").get(pk=request_id)
    submission = Submission.objects.select_related("submitted_by").get(request=request, round=request.round)
    decisions = list(
        Decision.objects.filter(request=request)
        .select_related("actor", "on_behalf_of", "step", "submission")
        .order_by("pk")
    )
    asked, kind = terms_from_json(submission.content["terms"]), REGISTRY[request.kind]
    steps = list(
        Step.objects.filter(submission=submission)
        .select_related(
            "decision", *(f"carried_from__{part}" for part in ("actor", "on_behalf_of", "step", "submission"))
        )
        .order_by("stage", "pk")
    )
    agreed = [decision.conditions for decision in map(standing, steps) if decision is not None]
    conditions = [conditions_from_json(kind.conditions, each) for each in agreed]
    said = [user for each in decisions for user in (each.actor, each.on_behalf_of) if user is not None]
    readers = {user.pk: user for user in [request.submitter, *said]}
    return Case(
        request=request,
        submission=submission,
        decisions=decisions,
        events=list(Event.objects.filter(stream=f"request:{request.no}").order_by("stream_seq")),
        plan=Plan.from_json(submission.plan),
        asked=asked,
        granted=tightened(kind.conditions, asked, conditions),
        readers=list(readers.values()),
        carried=[step for step in steps if step.status == "carried"],
    )


def conditions_in_words(kind: Kind, data: Mapping[str, Any], currency: str) -> list[str]:
    """The conditions of one approver, one sentence each."""
    asked = conditions_from_json(kind.conditions, data)
    return [
        str(wanted.said) % {"value": _value(wanted, asked[wanted.name], currency)}
        for wanted in kind.conditions
        if wanted.name in asked
    ]


def _value(wanted: ConditionField, value: Any, currency: str) -> str:
    if wanted.type == "money":
        return money(value, currency)
    return f"{value:f} %" if wanted.type == "percent" else str(value)
