"""What can be done in credit: write drafts, keep papers, file case forms, put lines in force."""

from credit.services.case_forms import file_case_form
from credit.services.drafts import (
    discard_draft,
    mark_submitted,
    release,
    reopen,
    save_draft,
    start_draft,
)
from credit.services.granting import GrantTerms, grant_line
from credit.services.lines import activate_line, end_line, expire_line, fulfil_condition
from credit.services.measures import take_measure, undo_measure
from credit.services.papers import add_attachment, remove_attachment

__all__ = [
    "GrantTerms",
    "activate_line",
    "add_attachment",
    "discard_draft",
    "end_line",
    "expire_line",
    "file_case_form",
    "fulfil_condition",
    "grant_line",
    "mark_submitted",
    "release",
    "remove_attachment",
    "reopen",
    "save_draft",
    "start_draft",
    "take_measure",
    "undo_measure",
]
