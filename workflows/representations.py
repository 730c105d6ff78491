"""Rows as the REST API shows them."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from accounts.queries import has_role
from credit.models import Attachment, CreditApplication, CreditLine
from workflows.models import Request, Step, Submission
from workflows.preview import Preview
from workflows.queries_pages import SHOWN, who_may
from workflows.tier_panel import READS_RESTRICTED, RESTRICTED


def application_out(application: CreditApplication, no: str | None) -> dict[str, Any]:
    """A credit application and the number of its request, if any."""
    shown = (
        "req_type", "req_limit", "req_term", "settlement", "req_placement", "valid_from", "valid_to",
        "forecast_month", "categories", "reason_code", "reason_text", "give_get", "competitor", "security_type",
        "security_value", "security_provider", "security_valid_to", "confidential", "currency", "revision", "submitted",
    )  # fmt: skip
    return {
        "id": application.pk,
        "customer": application.customer.code,
        **{name: getattr(application, name) for name in shown},
        "request": no,
    }


def attachment_out(paper: Attachment) -> dict[str, Any]:
    """A paper of an application."""
    same = ("kind", "size", "media_type", "sha256")
    return {"id": paper.pk, "name": paper.file_name, **{name: getattr(paper, name) for name in same}}


def request_out(request: Request) -> dict[str, Any]:
    """A request in a list; needs customer and submitter."""
    return {
        "no": request.no,
        "kind": request.kind,
        "customer": request.customer.code if request.customer else None,
        "amount": request.amount,
        "currency": request.currency,
        "state": request.state,
        "round": request.round,
        "submitted_by": request.submitter.display_name,
        "submitted_at": request.created_at,
        "closed_at": request.closed_at,
        "confidential": request.confidential,
    }


def evaluation_for(user: User, evaluation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The evaluation without what is restricted (requirements C9), where this person may not read that.

    The digest of a submission still covers the whole of it.
    """
    given = evaluation.get("benefits")
    if not given or has_role(user, *READS_RESTRICTED):
        return evaluation
    return {**evaluation, "benefits": [row for row in given if row.get("code") != RESTRICTED]}


def detail_out(request: Request, user: User) -> dict[str, Any]:
    """A request with content, policy and steps of its current round, as this person may read it."""
    submission = Submission.objects.get(request=request, round=request.round)
    people_of = ("request__submitter", "request__owner", "request__customer__owner", "request__unit")
    around = (*people_of, "submission", *SHOWN)
    steps = list(Step.objects.filter(submission=submission).select_related(*around).order_by("stage", "id"))
    people = who_may(steps)
    return {
        **request_out(request),
        "content": {
            **submission.content,
            "evaluation": evaluation_for(user, submission.content["evaluation"]),
        },
        "content_sha256": submission.content_sha256,
        "policy_number": submission.policy_number,
        "policy_digest": submission.policy_digest,
        "plan_digest": submission.plan_digest,
        "steps": [step_out(step, people[step.pk]) for step in steps],
    }


def step_out(step: Step, people: tuple[str, ...]) -> dict[str, Any]:
    """A step and, once there is one, its decision."""
    decision = step.carried_from if step.status == "carried" else getattr(step, "decision", None)
    return {
        "id": step.pk,
        "key": step.key,
        "stage": step.stage,
        "role": step.role,
        "mode": step.mode,
        "status": step.status,
        "reasons": step.reasons,
        "people": list(people),
        "due_at": step.due_at,
        "clock_stands_since": step.paused_at,
        "panel": _panel(step),
        "added_by": step.added_by.display_name if step.added_by else None,
        "carried_why": [dict(why) for why in step.carried_why],
        "decided_by": decision.actor.display_name if decision else None,
        "on_behalf_of": decision.on_behalf_of.display_name if decision and decision.on_behalf_of else None,
        "decided_at": decision.decided_at if decision else None,
        "verb": decision.verb if decision else None,
        "reason": decision.reason if decision else None,
        "conditions": decision.conditions if decision else None,
    }


def _panel(step: Step) -> dict[str, Any] | None:
    if not step.panel:
        return None
    needed = step.needed if step.panel_mode == "vote" else None
    return {"key": step.panel, "mode": step.panel_mode, "needed": needed, "reject_policy": step.reject_policy}


def preview_out(shown: Preview, user: User) -> dict[str, Any]:
    """What would happen on submission, as this person may read it."""
    return {
        "submittable": shown.submittable,
        "blocks": list(shown.blocks),
        "hints": list(shown.hints),
        "bands": dict(shown.plan.bands),
        "steps": [
            {
                "id": None,
                "key": step.plan.key,
                "panel": step.plan.panel.to_json() if step.plan.panel else None,
                "stage": step.plan.stage,
                "role": step.plan.role,
                "mode": step.plan.mode,
                "status": "carried" if step.carried else "skipped" if step.skipped else "waiting",
                "carried_why": [dict(why) for why in step.carried.why] if step.carried else [],
                "reasons": [reason.to_json() for reason in step.plan.reasons],
                "people": list(step.people),
                "due_at": step.due_at,
            }
            for step in shown.steps
        ],
        "expected_hours": shown.plan.expected_hours,
        "done_by": shown.done_by,
        "content_sha256": shown.content_sha256,
        "evaluation": evaluation_for(user, shown.content["evaluation"]),
    }


def line_out(line: CreditLine) -> dict[str, Any]:
    """A credit line; ended, waiting, active or frozen."""
    state = "ended" if line.ended_at else "active" if line.activated_at else "waiting"
    if state == "active" and getattr(line, "frozen", False):
        state = "frozen"
    names = ("kind", "basis", "amount", "currency", "term_days", "valid_from", "valid_to")
    return {
        "id": line.pk,
        "customer": line.customer.code,
        **{name: getattr(line, name) for name in names},
        "state": state,
        "request": line.request_no,
    }
