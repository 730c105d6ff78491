"""Writing policy versions, from the draft to the end of their time: the only doors to their states."""

from policies.services.changes import begin_change, discard_change, save_change
from policies.services.drafts import (
    back_to_draft,
    check_may_write,
    check_version,
    draft_version,
    open_draft,
    start_draft,
    touched,
)
from policies.services.shipped import load_default_version, load_shipped
from policies.services.timeline import activate, activate_due, schedule

__all__ = [
    "activate",
    "activate_due",
    "back_to_draft",
    "begin_change",
    "check_may_write",
    "check_version",
    "discard_change",
    "draft_version",
    "load_default_version",
    "load_shipped",
    "open_draft",
    "save_change",
    "schedule",
    "start_draft",
    "touched",
]
