"""Every state has a word, a colour and an icon; never colour alone."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Look:
    """How one state is shown; tone is one of neutral, info, wait, good, bad."""

    label: Any
    tone: str
    icon: str


REQUEST: Final = {
    "draft": Look(_("Draft"), "neutral", "pencil"),
    "submitted": Look(_("Submitted"), "info", "send"),
    "in_review": Look(_("In review"), "info", "hourglass"),
    "returned": Look(_("Returned"), "wait", "arrow-back-up"),
    "signing": Look(_("Being signed"), "wait", "pencil"),
    "approved": Look(_("Approved"), "good", "check"),
    "approved_pending_conditions": Look(_("Approved, conditions open"), "wait", "list-check"),
    "effective": Look(_("In force"), "good", "circle-check"),
    "rejected": Look(_("Rejected"), "bad", "x"),
    "withdrawn": Look(_("Withdrawn"), "neutral", "rotate"),
    "expired": Look(_("Expired"), "neutral", "calendar-off"),
    "superseded": Look(_("Superseded"), "neutral", "repeat"),
    "void": Look(_("Void"), "neutral", "ban"),
}
STEP: Final = {
    "waiting": Look(_("Waiting"), "neutral", "circle-dashed"),
    "open": Look(_("To decide"), "info", "circle-dot"),
    "approved": Look(_("Approved"), "good", "check"),
    "endorsed": Look(_("Endorsed"), "good", "thumb-up"),
    "rejected": Look(_("Rejected"), "bad", "x"),
    "returned": Look(_("Returned"), "wait", "arrow-back-up"),
    "not_needed": Look(_("Not needed"), "neutral", "circle-minus"),
    "confirmed": Look(_("Confirmed"), "good", "checks"),
    "not_confirmed": Look(_("Not confirmed"), "bad", "x"),
    "no_objection": Look(_("No objection"), "good", "check"),
    "objected": Look(_("Objected"), "wait", "alert-triangle"),
    "lapsed": Look(_("No answer in time"), "neutral", "clock"),
    "carried": Look(_("Carried over"), "good", "repeat"),
    "skipped": Look(_("Skipped"), "neutral", "player-skip-forward"),
    "superseded": Look(_("Asked again"), "neutral", "repeat"),
    "withdrawn": Look(_("Taken away"), "neutral", "circle-minus"),
}
LINE: Final = {
    "not_set": Look(_("No line"), "neutral", "circle-dashed"),
    "zero": Look(_("Zero: prepayment only"), "wait", "circle-minus"),
    "amount": Look(_("Line in force"), "good", "circle-check"),
    "unlimited": Look(_("Unlimited"), "info", "circle-check"),
    "frozen": Look(_("Frozen"), "bad", "ban"),
}
DOCUMENT: Final = {
    "queued": Look(_("Being made"), "info", "hourglass"),
    "done": Look(_("Issued"), "good", "certificate"),
    "failed": Look(_("Failed"), "bad", "alert-triangle"),
    "void": Look(_("Void"), "bad", "ban"),
}
CONTRACT: Final = {
    "approved": Look(_("Approved"), "info", "check"),
    "sealed": Look(_("Sealed by us"), "wait", "rubber-stamp"),
    "signed": Look(_("Signed by both"), "good", "checks"),
    "effective": Look(_("In force"), "good", "circle-check"),
    "expired": Look(_("Expired"), "neutral", "calendar-off"),
    "terminated": Look(_("Terminated"), "bad", "ban"),
}
DELIVERY: Final = {
    "queued": Look(_("Queued"), "info", "hourglass"),
    "sent": Look(_("Handed over"), "good", "check"),
    "failed": Look(_("Delivery failed"), "bad", "alert-triangle"),
    "bounced": Look(_("Refused by the receiver"), "bad", "ban"),
    "suppressed": Look(_("Not sent"), "neutral", "circle-minus"),
}
KINDS: Final = {
    "contract": CONTRACT,
    "request": REQUEST,
    "step": STEP,
    "line": LINE,
    "document": DOCUMENT,
    "delivery": DELIVERY,
}


def look(state: object, kind: str = "request") -> Look:
    """How the state looks; an unknown state is shown by its own name in grey."""
    name = str(state)
    return KINDS.get(kind or "request", REQUEST).get(name) or Look(name or "–", "neutral", "circle")
