"""The only doors through which a request changes: submit, decide, withdraw, resubmit, sign, and what time does.

Pages, API, timers and commands call these. Each is one transaction under the request's row lock, with its event;
a refusal leaves a record of its own after the rollback.
"""

from workflows.services.decisions import decide
from workflows.services.signing import complete_signing, void_signing
from workflows.services.submissions import resubmit, submit, submit_by_job, withdraw
from workflows.services.timers import end_waiting_return, lapse

__all__ = [
    "complete_signing",
    "decide",
    "end_waiting_return",
    "lapse",
    "resubmit",
    "submit",
    "submit_by_job",
    "void_signing",
    "withdraw",
]
