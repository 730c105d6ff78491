"""The approval sheet: the complete trail of a request on paper."""

from accounts.language import pick
from audit.models import Event
from contracts.letters.context import (
    NOTHING,
    ApprovalSheet,
    Fact,
    Figure,
    File,
    Occurrence,
    PlannedStep,
    Verdict,
)
from credit.choices import AttachmentKind, ReasonCode
from workflows.letters.case import MODES, VERBS, Case, conditions_in_words, money, role
from workflows.letters.notice import terms_in_words

HASH_DIGITS = 16
# Stored JSON does not keep an order; a reader follows the computation from its inputs to the result.
ORDER = ("monthly", "need", "fin", "sec", "formula", "recommended", "cost_of_credit")


def approval_sheet(case: Case) -> ApprovalSheet:
    """审批记录单 / Approval sheet of a decided request."""
    return {
        "unit": case.unit(),  # type: ignore[typeddict-item]
        "customer": case.customer(),  # type: ignore[typeddict-item]
        "request_no": case.request.no,
        "request_kind": case.kind(),
        "outcome": case.outcome(),
        "submitted_by": case.request.submitter.display_name,
        "submitted_at": case.time(case.submission.submitted_at),
        "closed_at": case.time(case.request.closed_at),
        "policy_version": case.policy(),
        "plan_digest": case.plan.digest,
        "summary": _summary(case),
        "terms": terms_in_words(case),
        "figures": _figures(case),
        "plan": _plan(case),
        "decisions": [_verdict(case, number) for number in range(len(case.decisions))],
        "events": [_occurrence(case, event) for event in case.events],
        "attachments": _files(case),
    }


def _summary(case: Case) -> list[Fact]:
    asked = case.content["asked"]
    reason = str(ReasonCode(asked["reason_code"]).label) if asked.get("reason_code") else NOTHING
    said = {
        pick("申请理由", "Reason"): reason,
        pick("说明", "In words"): asked.get("reason_text") or NOTHING,
        pick("客户对等承诺", "Commitments of the customer"): asked.get("give_get") or NOTHING,
        pick("竞品条件", "Terms of competitors"): asked.get("competitor") or NOTHING,
    }
    return [{"label": label, "value": value} for label, value in said.items()]


def _figures(case: Case) -> list[Figure]:
    currency = case.request.currency
    return [
        {
            "label": pick(figure["label_zh"], figure["label_en"]),
            "value": money(figure["value"], currency),
            "formula": pick(figure["formula_zh"], figure["formula_en"]),
            "source": f"{pick(figure['source_zh'], figure['source_en'])} {figure['as_of']}".strip(),
        }
        for figure in (case.content["evaluation"]["figures"][key] for key in ORDER)
    ]


def _plan(case: Case) -> list[PlannedStep]:
    return [
        {
            "stage": str(step.stage),
            "role": role(step.role),
            "mode": pick(*MODES.get(step.mode, (step.mode, step.mode))),
            "reason": "; ".join(f"{reason.code}: {pick(reason.zh, reason.en)}" for reason in step.reasons) or NOTHING,
        }
        for step in case.plan.steps
    ]


def _verdict(case: Case, number: int) -> Verdict:
    decision = case.decisions[number]
    conditions = conditions_in_words(decision.conditions, case.request.currency)
    return {
        "round": str(decision.submission.round),
        "step": role(decision.role),
        "name": decision.actor.display_name,
        "decision": pick(*VERBS[decision.verb]),
        "decided_at": case.time(decision.decided_at),
        "comment": "; ".join(filter(None, [decision.reason, *conditions])) or NOTHING,
        "evidence": decision.content_sha256[:HASH_DIGITS],
    }


def _occurrence(case: Case, event: Event) -> Occurrence:
    return {
        "position": str(event.stream_seq),
        "at": case.time(event.at),
        "actor": event.actor_name or NOTHING,
        "action": event.action_label,
        "detail": event.content.get("reason") or NOTHING,
        "hash": event.hash_hex[:HASH_DIGITS],
    }


def _files(case: Case) -> list[File]:
    return [
        {
            "name": paper["name"],
            "kind": str(AttachmentKind(paper["kind"]).label),
            "size": f"{paper['size']:,} B",
            "sha256": paper["sha256"],
        }
        for paper in case.content["attachments"]
    ]
