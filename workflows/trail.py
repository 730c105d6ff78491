"""The events of a request, in its chain of the trail."""

from typing import TYPE_CHECKING, Any

from accounts.models import User
from audit.models import Event
from audit.services import record
from workflows.models import Request, Submission

if TYPE_CHECKING:
    from workflows.engine import Round  # the engine writes events itself


def about(request: Request) -> dict[str, Any]:
    """What every event of a request carries, a refusal too: its chain, its number and its customer of this moment."""
    return {
        "stream": f"request:{request.no}",
        "object_type": "request",
        "object_id": str(request.pk),
        "object_label": request.no,
        "request_no": request.no,
        "customer_id": request.customer_id,
        "customer_label": request.customer_name,
    }


def policy_of(submission: Submission) -> dict[str, Any]:
    """The policy version that judged what was submitted."""
    return {"number": submission.policy_number, "digest": submission.policy_digest}


def note(round_: "Round", action: str, **facts: Any) -> Event:
    """Write an event of the approval into the chain of the request."""
    policy = policy_of(round_.submission)
    return record(action, **about(round_.request), actor=round_.actor, policy=policy, at=round_.now, **facts)


def note_aside(request: Request, action: str, actor: User, **facts: Any) -> None:
    """Write an event that is no part of the approval into the chain of the request."""
    record(action, **about(request), actor=actor, **facts)
