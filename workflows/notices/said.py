"""What somebody wrote: read from its own row; the news only says from which."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from audit.models import Event
from workflows.models import Comment, Consultation, Decision, Delegation, Handover, Question, Request
from workflows.notices.recipients import Told
from workflows.rules import REJECT, RETURN

# A notification quotes; the whole of it is on the page of the request.
QUOTED: Final = 500
# What the sentences name beside the rows.
NAMED: Final = ("verb", "role")
ENDING: Final = {"returned": RETURN, "rejected": REJECT, "undone": REJECT}


def values_of(told: Told) -> dict[str, Any]:
    """What the sentence and the quotation need later."""
    found: dict[str, Any] = {"role": told.step.role} if told.step else {}
    found |= {name: str(told.extra[name]) for name in NAMED if told.extra.get(name)}
    if told.extra.get("delegation"):
        found |= _terms(int(told.extra["delegation"]))
    text = _text(told).strip()
    return {**found, "text": text[:QUOTED]} if text else found


def _text(told: Told) -> str:
    for name, read in _ROWS.items():
        if told.extra.get(name):
            return read(told, int(told.extra[name]))
    if told.what in ("decided", "overridden"):
        return str(told.step.decision.reason) if told.step and hasattr(told.step, "decision") else ""
    return _ended_by(told.request, ENDING[told.what]) if told.what in ENDING and told.request else ""


def _ended_by(request: Request, verb: str) -> str:
    """The reason of whoever returned or rejected in the current round."""
    made = Decision.objects.filter(request=request, submission__round=request.round, verb=verb)
    return made.values_list("reason", flat=True).last() or ""


def _question(told: Told, pk: int) -> str:
    row = Question.objects.filter(pk=pk).first()
    return "" if row is None else row.answer if told.what == "answered" else row.text


def _consultation(told: Told, pk: int) -> str:
    row = Consultation.objects.filter(pk=pk).first()
    return "" if row is None else row.answer if told.what == "consultation_answered" else row.text


def _comment(_told: Told, pk: int) -> str:
    return Comment.objects.filter(pk=pk).values_list("text", flat=True).first() or ""


def _handover(_told: Told, pk: int) -> str:
    return Handover.objects.filter(pk=pk).values_list("reason", flat=True).first() or ""


def _event(_told: Told, pk: int) -> str:
    found = Event.objects.filter(pk=pk).first()
    return str(found.content.get("reason") or "") if found else ""


def _terms(pk: int) -> dict[str, str]:
    """Who acts for whom, from when until when."""
    row = Delegation.objects.select_related("delegator", "delegate").filter(pk=pk).first()
    if row is None:
        return {}
    names = {"delegator": row.delegator.display_name, "delegate": row.delegate.display_name}
    return {**names, "from": row.valid_from.isoformat(), "until": row.valid_to.isoformat()}


_ROWS: Final[Mapping[str, Callable[[Told, int], str]]] = {
    "question": _question,
    "consultation": _consultation,
    "comment": _comment,
    "handover": _handover,
    "event": _event,
}
