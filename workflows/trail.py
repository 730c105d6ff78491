"""The events of a request, in its chain of the trail."""

from typing import Any

from audit.services import record
from workflows.engine import Round


def note(round_: Round, action: str, **facts: Any) -> None:
    """Write an event of the request into its chain."""
    request, submission = round_.request, round_.submission
    record(
        action,
        stream=f"request:{request.no}",
        actor=round_.actor,
        object_type="request",
        object_id=str(request.pk),
        object_label=request.no,
        request_no=request.no,
        customer_id=request.customer_id,
        customer_label=request.customer_name,
        policy={"number": submission.policy_number, "digest": submission.policy_digest},
        at=round_.now,
        **facts,
    )
