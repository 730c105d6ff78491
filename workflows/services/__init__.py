"""The only doors through which a request changes: submit, decide, withdraw, resubmit, sign, and what time does.

Pages, API, timers and commands call these. Each is one transaction under the request's row lock, with its event;
a refusal leaves a record of its own after the rollback.
"""

from workflows.services.adding import add_approver, remove_approver
from workflows.services.asking import answer_question, ask_submitter
from workflows.services.bulk import decide_many
from workflows.services.comments import comment
from workflows.services.consulting import answer_consultation, consult, remind
from workflows.services.decisions import decide
from workflows.services.delegating import delegate, end_delegation
from workflows.services.handing import delegate_step, hand_back, transfer
from workflows.services.overriding import override, void
from workflows.services.rerouting import reroute
from workflows.services.signing import complete_signing, void_signing
from workflows.services.submissions import resubmit, submit, submit_by_job, withdraw
from workflows.services.taking_back import take_back
from workflows.services.timers import end_waiting_return, give_back, lapse
from workflows.services.watching import unwatch, watch

__all__ = [
    "add_approver",
    "answer_consultation",
    "answer_question",
    "ask_submitter",
    "comment",
    "complete_signing",
    "consult",
    "decide",
    "decide_many",
    "delegate",
    "delegate_step",
    "end_delegation",
    "end_waiting_return",
    "give_back",
    "hand_back",
    "lapse",
    "override",
    "remind",
    "remove_approver",
    "reroute",
    "resubmit",
    "submit",
    "submit_by_job",
    "take_back",
    "transfer",
    "unwatch",
    "void",
    "void_signing",
    "watch",
    "withdraw",
]
