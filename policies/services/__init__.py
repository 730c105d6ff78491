"""Writing policy versions, from the draft to the end of their time: the only doors to their states."""

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
    "check_may_write",
    "check_version",
    "draft_version",
    "load_default_version",
    "load_shipped",
    "open_draft",
    "schedule",
    "start_draft",
    "touched",
]
