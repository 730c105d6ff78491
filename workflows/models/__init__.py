"""Rows of the approval engine; each module says what its part is for."""

from workflows.models.asides import Comment, Consultation, Handover, Question, SavedFilter, Watcher
from workflows.models.delegations import Delegation
from workflows.models.notices import (
    Delivery,
    DeliveryState,
    MailWish,
    Notification,
    NotificationPreference,
    OneTimeLink,
)
from workflows.models.queues import Entrusted, allowed_hops, entrusted, keys_of, personal_key, queue_key, queue_keys
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
)

__all__ = [
    "ApprovalProcess",
    "Capacity",
    "Comment",
    "Consultation",
    "Decision",
    "Delegation",
    "Delivery",
    "DeliveryState",
    "Entrusted",
    "Handover",
    "MailWish",
    "Notification",
    "NotificationPreference",
    "NumberSeries",
    "OneTimeLink",
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
    "allowed_hops",
    "entrusted",
    "keys_of",
    "personal_key",
    "queue_key",
    "queue_keys",
]
