"""A decided request as its papers need it, and the way values are written on paper."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.language import pick
from accounts.models import User
from accounts.roles import LABELS
from audit.models import Event
from contracts.letters.context import NOTHING
from credit.choices import RequestType
from policies.rules.plan import Plan
from workflows.engine import conditions_from_json, terms_from_json
from workflows.models import Decision, Request, State, Submission
from workflows.rules import Terms, tightened

VERBS = {
    "approve": ("同意", "Approved"),
    "approve_conditional": ("附条件同意", "Approved with conditions"),
    "return": ("退回", "Returned"),
    "reject": ("驳回", "Rejected"),
}
MODES = {"approve": ("审批", "approves"), "endorse": ("审核", "endorses")}


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

    @property
    def approved(self) -> bool:
        """Whether it was granted."""
        return self.request.state == State.APPROVED

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
        """Decisions of the submission that was decided."""
        return [decision for decision in self.decisions if decision.submission_id == self.submission.pk]

    def outcome(self) -> str:
        """The result in words, in the active language."""
        if not self.approved:
            return pick("驳回", "Rejected")
        return pick("附条件批准", "Approved with conditions") if self.conditional else pick("批准", "Approved")

    def kind(self) -> str:
        """The type of request in words."""
        return str(RequestType(self.content["asked"]["req_type"]).label)

    def policy(self) -> str:
        """Version and digest of the policy that decided who had to approve."""
        number, digest = self.submission.policy_number, self.submission.policy_digest[:12]
        return pick(f"授信政策第 {number} 版（摘要 {digest}）", f"policy version {number} (digest {digest})")

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
        """The customer as he was named in the submission."""
        named = self.content["customer"]
        return {"name": named["name"], "code": named["code"], "uscc": named["uscc"] or NOTHING}


def read_case(request_id: int) -> Case:
    """Read a decided request: a constant number of statements."""
    request = Request.objects.select_related("customer__unit", "unit", "submitter", "owner").get(pk=request_id)
    submission = Submission.objects.select_related("submitted_by").get(request=request, round=request.round)
    decisions = list(
        Decision.objects.filter(request=request).select_related("actor", "step", "submission").order_by("pk")
    )
    last = [each for each in decisions if each.submission_id == submission.pk]
    asked = terms_from_json(submission.content["terms"])
    readers = {user.pk: user for user in [request.submitter, *(each.actor for each in decisions)]}
    return Case(
        request=request,
        submission=submission,
        decisions=decisions,
        events=list(Event.objects.filter(stream=f"request:{request.no}").order_by("stream_seq")),
        plan=Plan.from_json(submission.plan),
        asked=asked,
        granted=tightened(asked, [conditions_from_json(each.conditions) for each in last]),
        readers=list(readers.values()),
    )


def role(code: str) -> str:
    """A role's name in the active language."""
    return pick(*LABELS[code])


def money(amount: Decimal | str | None, currency: str = "") -> str:
    """1,200,000.00 with the currency before it."""
    if amount is None:
        return NOTHING
    return f"{currency} {Decimal(amount):,.2f}".strip()


def day(value: date | str | None) -> str:
    """An ISO date; both languages read it alike."""
    return str(value) if value else NOTHING


def days(number: int | None) -> str:
    """A payment term in words."""
    return NOTHING if number is None else pick(f"{number} 天", f"{number} days")


def conditions_in_words(data: dict[str, Any], currency: str) -> list[str]:
    """The conditions of one approver, one sentence each."""
    asked = conditions_from_json(data)
    words = []
    if asked.limit is not None:
        words.append(pick("额度不超过 ", "Limit of at most ") + money(asked.limit, currency))
    if asked.term_days is not None:
        words.append(pick("账期不超过 ", "Payment term of at most ") + days(asked.term_days))
    if asked.valid_to is not None:
        words.append(pick("有效期至 ", "Valid until ") + day(asked.valid_to))
    if asked.security:
        words.append(pick("担保：", "Security: ") + asked.security)
    if asked.note:
        words.append(asked.note)
    return words
