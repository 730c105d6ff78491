"""The approval sheet: the complete trail of a request on paper."""

from collections.abc import Mapping
from html import unescape
from typing import Any

from django.utils.html import strip_tags

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
    Term,
    Verdict,
)
from policies.rules.plan import PlanStep
from workflows.letters.case import MODES, VERBS, Case, conditions_in_words, signed
from workflows.letters.notice import open_table
from workflows.pages import Pages
from workflows.rules import GONE
from workflows.written import money, role

HASH_DIGITS = 16


def approval_sheet(case: Case, pages: Pages, terms: list[Term]) -> ApprovalSheet:
    """审批记录单 / Approval sheet of a decided request of any kind.

    Args:
        terms: as the notice prints them; kinds without a notice print what was asked.
    """
    return {
        "unit": case.unit(),  # type: ignore[typeddict-item]
        "customer": case.customer(),  # type: ignore[typeddict-item]
        "request_no": case.request.no,
        "request_kind": pages.subject(case.frozen()) or str(case.kind.name),
        "outcome": case.outcome(),
        "submitted_by": case.request.submitter.display_name,
        "submitted_at": case.time(case.submission.submitted_at),
        "closed_at": case.time(case.request.closed_at),
        "policy_version": case.policy(),
        "plan_digest": case.plan.digest,
        "summary": _summary(case, pages),
        "terms": terms,
        "figures": _figures(case, pages),
        "tables": [open_table(table) for table in pages.sheet_tables(case)],
        "plan": _plan(case),
        "decisions": [_verdict(case, number) for number in range(len(case.decisions))],
        "events": [_occurrence(case, event) for event in case.events],
        "attachments": _files(case, pages),
    }


def asked_terms(case: Case, pages: Pages) -> list[Term]:
    """What was asked against what was granted, for a kind that makes no notice."""
    return [
        {
            "label": str(row.label),
            "requested": _text(row.asked),
            "approved": _text(row.asked) if case.approved else NOTHING,
        }
        for row in pages.rows(case.frozen())
    ]


def _summary(case: Case, pages: Pages) -> list[Fact]:
    """What was asked, and why, in the submitter's words; tags of the page are taken off."""
    frozen = case.frozen()
    said = [*pages.details(frozen), *pages.words(frozen)]
    return [
        {"label": str(label).rstrip(":：") or pick("说明", "In words"), "value": _text(value)} for label, value in said
    ]


def _text(value: object) -> str:
    return unescape(strip_tags(str(value))) or NOTHING


def _figures(case: Case, pages: Pages) -> list[Figure]:
    """The computed figures with their derivation, as far as the kind froze some; inputs before results."""
    figures: Mapping[str, Any] = case.content["evaluation"].get("figures") or {}
    return [_figure(figures[key], case.currency) for key in (pages.figures or figures) if key in figures]


def _figure(figure: Mapping[str, Any], currency: str) -> Figure:
    return {
        "label": pick(figure["label_zh"], figure["label_en"]),
        "value": _figure_value(figure, currency),
        "formula": pick(figure.get("formula_zh", ""), figure.get("formula_en", "")) or NOTHING,
        "source": f"{pick(figure.get('source_zh', ''), figure.get('source_en', ''))} {figure.get('as_of', '')}".strip()
        or NOTHING,
    }


def _figure_value(figure: Mapping[str, Any], currency: str) -> str:
    value, unit = figure["value"], figure.get("unit", "money")
    if value is None or unit == "money":
        return money(value, currency)
    return f"{value} %" if unit == "percent" else str(value)


def _plan(case: Case) -> list[PlannedStep]:
    return [
        {
            "stage": str(step.stage),
            "role": role(step.role),
            "mode": pick(*MODES.get(step.mode, (step.mode, step.mode)))
            + (f" ({pick(*step.panel.words)})" if step.panel else ""),
            "reason": "; ".join([*_asked_by(step), *case.carried_words(step.role)]) or NOTHING,
        }
        for step in case.plan.steps
    ]


def _asked_by(step: PlanStep) -> list[str]:
    return [f"{reason.code}: {pick(reason.zh, reason.en)}" for reason in step.reasons]


def _verdict(case: Case, number: int) -> Verdict:
    decision = case.decisions[number]
    conditions = conditions_in_words(case.kind, decision.conditions, case.currency)
    return {
        "round": str(decision.submission.round),
        "step": role(decision.role),
        "name": signed(decision),
        "decision": pick(*VERBS[decision.verb])
        + (pick("（已重新审批）", " (asked again since)") if decision.step.status in GONE else ""),
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


def _files(case: Case, pages: Pages) -> list[File]:
    words = dict(pages.papers.kinds) if pages.papers else {}
    return [
        {
            "name": paper["name"],
            "kind": str(words.get(paper["kind"], paper["kind"])),
            "size": f"{paper['size']:,} B",
            "sha256": paper["sha256"],
        }
        for paper in case.content["attachments"]
    ]
