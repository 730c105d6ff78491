"""The only doors through which a request changes: submit, decide, withdraw, resubmit, sign, and what time does.

Pages, API, timers and commands call these. Each is one transaction under the request's row lock, with its event;
a refusal leaves a record of its own after the rollback.
"""

from workflows.services.bulk import decide_many
from workflows.services.comments import comment
from workflows.services.decisions import decide
from workflows.services.delegating import delegate, end_delegation
from workflows.services.signing import complete_signing, void_signing
from workflows.services.submissions import resubmit, submit, submit_by_job, withdraw
from workflows.services.timers import end_waiting_return, give_back, lapse
from workflows.services.watching import unwatch, watch

__all__ = [
    "comment",
    "complete_signing",
    "decide",
    "decide_many",
    "delegate",
    "end_delegation",
    "end_waiting_return",
    "give_back",
    "lapse",
    "resubmit",
    "submit",
    "submit_by_job",
    "unwatch",
    "void_signing",
    "watch",
    "withdraw",
]
