"""Rows of the approval engine; each module says what its part is for."""

from workflows.models.asides import Comment, Consultation, Handover, Question, SavedFilter, Watcher
from workflows.models.delegations import Delegation
from workflows.models.requests import (
    ApprovalProcess,
    Capacity,
    Decision,
    NumberSeries,
    Origin,
    PanelMode,
    RejectPolicy,
    Request,
    RequestQuerySet,
    State,
    Step,
    Submission,
    personal_key,
    queue_key,
    queue_keys,
)

__all__ = [
    "ApprovalProcess",
    "Capacity",
    "Comment",
    "Consultation",
    "Decision",
    "Delegation",
    "Handover",
    "NumberSeries",
    "Origin",
    "PanelMode",
    "Question",
    "RejectPolicy",
    "Request",
    "RequestQuerySet",
    "SavedFilter",
    "State",
    "Step",
    "Submission",
    "Watcher",
    "personal_key",
    "queue_key",
    "queue_keys",
]
