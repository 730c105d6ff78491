"""One transaction per door, once per key; a refusal leaves a record of its own after the rollback."""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import Http404

from accounts.models import User
from accounts.problems import Problem
from audit.refusals import record_refusal
from jobs.idempotency import once
from workflows import rules
from workflows.engine import Round
from workflows.models import Request, Step
from workflows.refusals import problem
from workflows.trail import about

Answer = dict[str, Any]


def door(actor: User, key: str, what: list[Any], run: Callable[[], Answer], no: str = "", letter: str = "") -> Answer:
    """One transaction that happens once for a key; write down why it stayed shut."""
    try:
        return once(actor, key, what, run)[0]
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise problem(rules.Refusal("busy", 409)) from error
    except Problem as refusal:
        request = Request.objects.filter(no=no).select_related("customer").first() if no else None
        letter_of = {"object_type": "letter", "object_id": letter, "object_label": no or letter}
        what_about = about(request) if request else letter_of
        record_refusal(actor=actor, code=refusal.code, reason=refusal.title, extra={"attempted": what[0]}, **what_about)
        raise


def step_in(round_: Round, step_id: int) -> Step:
    """The step of the current round.

    Raises:
        Http404: it is not of this request.
        Problem: it belongs to an earlier round (409).
    """
    step = next((each for each in round_.steps if each.pk == step_id), None)
    if step is None:
        if Step.objects.filter(pk=step_id, request=round_.request).exists():
            raise problem(rules.Refusal("step_closed", 409))
        raise Http404
    return step
