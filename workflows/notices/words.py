"""What a notification says: one sentence for the page, and a few words for a subject line.

The subject names neither amount nor figure; of a confidential request it names the number alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from workflows.models import Notification

SENTENCES: Final[Mapping[str, Any]] = {
    "opened": _("%(no)s (%(title)s) waits for your decision as %(role)s."),
    "decided": _("%(actor)s decided %(no)s (%(title)s) as %(role)s: %(verb)s."),
    "returned": _("%(actor)s returned %(no)s (%(title)s)."),
    "approved": _("%(no)s (%(title)s) is approved."),
    "rejected": _("%(no)s (%(title)s) is rejected."),
    "effective": _("%(no)s (%(title)s) is approved and in force."),
    "question": _("%(actor)s has a question about %(no)s (%(title)s)."),
    "answered": _("%(actor)s answered the question about %(no)s (%(title)s)."),
    "consulted": _("%(actor)s asks for your opinion on %(no)s (%(title)s)."),
    "consultation_answered": _("%(actor)s gave an opinion on %(no)s (%(title)s)."),
    "transferred": _("%(actor)s transferred %(no)s (%(title)s) to you."),
    "delegated": _("%(actor)s asks you to examine %(no)s (%(title)s) and to hand it back with your opinion."),
    "handed_back": _("%(actor)s handed %(no)s (%(title)s) back to you with an opinion."),
    "added": _("%(actor)s added you as an approver of %(no)s (%(title)s)."),
    "released": _("%(actor)s no longer needs you for %(no)s."),
    "taken_back": _("%(actor)s took back a decision on %(no)s (%(title)s)."),
    "reminded": _("%(actor)s reminds you: %(no)s (%(title)s) waits for your decision."),
    "due_soon": _("%(no)s (%(title)s) is due soon and waits for your decision as %(role)s."),
    "overdue": _("%(no)s (%(title)s) is overdue and waits for your decision as %(role)s."),
    "escalated": _("%(no)s (%(title)s) was not decided in time and now waits for you."),
    "commented": _("%(actor)s commented on %(no)s (%(title)s)."),
    "mentioned": _("%(actor)s mentioned you in a comment on %(no)s (%(title)s)."),
    "watched": _("%(actor)s keeps you informed about %(no)s (%(title)s)."),
    "voided": _("%(actor)s declared %(no)s (%(title)s) void."),
    "overridden": _("%(actor)s overrode the approval path of %(no)s (%(title)s)."),
    "rerouted": _("%(actor)s sent %(no)s (%(title)s) through the approval path of another policy version."),
    "withdrawn": _("%(actor)s withdrew %(no)s (%(title)s)."),
    "undone": _("%(no)s (%(title)s) was not ratified and is no longer in force."),
    "delegation_given": _("%(actor)s asks you to act in his or her place from %(from)s until %(until)s."),
    "delegation_arranged": _("%(actor)s has %(delegate)s act for %(delegator)s from %(from)s until %(until)s."),
    "delegation_ended": _("%(actor)s ended the delegation from %(delegator)s to %(delegate)s."),
    "orphaned": _("Nobody can decide %(no)s (%(title)s) at this moment: %(role)s."),
}
SUBJECTS: Final[Mapping[str, Any]] = {
    "opened": _("waits for your decision"),
    "decided": _("a step was decided"),
    "returned": _("was returned"),
    "approved": _("is approved"),
    "rejected": _("is rejected"),
    "effective": _("is approved and in force"),
    "question": _("a question for you"),
    "answered": _("your question is answered"),
    "consulted": _("your opinion is asked for"),
    "consultation_answered": _("an opinion was given"),
    "transferred": _("was transferred to you"),
    "delegated": _("your opinion, then back"),
    "handed_back": _("was handed back to you"),
    "added": _("you were added as an approver"),
    "released": _("you are no longer needed"),
    "taken_back": _("a decision was taken back"),
    "reminded": _("reminder: waits for your decision"),
    "due_soon": _("is due soon"),
    "overdue": _("is overdue"),
    "escalated": _("was escalated to you"),
    "commented": _("a comment"),
    "mentioned": _("you were mentioned"),
    "watched": _("you are kept informed"),
    "voided": _("is void"),
    "overridden": _("the approval path was overridden"),
    "rerouted": _("has a new approval path"),
    "withdrawn": _("was withdrawn"),
    "undone": _("was not ratified"),
    "delegation_given": _("You act for somebody else"),
    "delegation_arranged": _("A delegation was given"),
    "delegation_ended": _("A delegation has ended"),
    "orphaned": _("nobody can decide"),
}
VERBS: Final[Mapping[str, Any]] = {
    "approve": _("approved"),
    "approve_conditional": _("approved with conditions"),
    "return": _("returned"),
    "reject": _("rejected"),
    "object": _("objected"),
}
ICONS: Final[Mapping[str, str]] = {
    "opened": "inbox",
    "decided": "gavel",
    "returned": "arrow-back-up",
    "approved": "circle-check",
    "effective": "circle-check",
    "rejected": "circle-x",
    "question": "help-circle",
    "answered": "message-circle",
    "consulted": "help-circle",
    "consultation_answered": "message-circle",
    "transferred": "arrows-exchange",
    "delegated": "arrows-exchange",
    "handed_back": "arrow-back-up",
    "added": "user-plus",
    "released": "user",
    "taken_back": "rotate",
    "reminded": "bell",
    "due_soon": "hourglass",
    "overdue": "alert-triangle",
    "escalated": "alert-triangle",
    "commented": "message-circle",
    "mentioned": "message-circle",
    "watched": "eye",
    "voided": "ban",
    "overridden": "gavel",
    "rerouted": "repeat",
    "withdrawn": "arrow-back-up",
    "undone": "circle-x",
    "delegation_given": "users",
    "delegation_arranged": "users",
    "delegation_ended": "users",
    "orphaned": "alert-triangle",
}
# Somebody waits for the reader: these go out by text message too, and carry a link that decides.
TO_DECIDE: Final = frozenset(
    {"opened", "transferred", "handed_back", "added", "reminded", "due_soon", "overdue", "escalated"}
)
# Whoever hears of it may see nothing of the request any more: it is the number alone that he reads.
NUMBER_ONLY: Final = frozenset({"released"})
TO_ACT: Final = TO_DECIDE | {"question", "consulted", "delegated", "returned", "orphaned"}


def sentence(told: Notification) -> str:
    """The whole sentence in the active language, for whoever may see the request."""
    said = SENTENCES.get(told.what, "%(no)s")
    return str(said) % _Named(_values(told))


def subject(told: Notification, *, confidential: bool) -> str:
    """Number, whose it is, and what happened; without the name when the request is confidential."""
    words = str(SUBJECTS.get(told.what, ""))
    if told.request is None:
        return words
    parts = [told.request.no, "" if confidential else told.request.title, words]
    return one_line(" · ".join(part for part in parts if part))


def quoted(told: Notification) -> str:
    """What somebody wrote: a reason, a question, an answer, a comment; empty when nothing."""
    return str(told.values.get("text", ""))


def one_line(text: str) -> str:
    """Text for a header: no line breaks, no control characters, 180 characters at most."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:180]


def _values(told: Notification) -> dict[str, str]:
    role = str(told.values.get("role", ""))
    named = {name: _shown(name, value) for name, value in told.values.items() if isinstance(value, str)}
    verb = VERBS.get(str(told.values.get("verb", "")), "")
    request = told.request
    return {
        **named,
        "no": request.no if request else "",
        "title": request.title if request else "",
        "actor": told.actor.display_name if told.actor else str(_("The system")),
        "role": str(Role(role).label) if role in Role.values else role,
        "verb": str(verb),
    }


def _shown(name: str, value: str) -> str:
    """Moments in the reader's own time."""
    if name not in ("from", "until"):
        return value
    return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "Y-m-d H:i")


class _Named(dict[str, str]):
    """A sentence of a later release may name what an older event does not carry."""

    def __missing__(self, name: str) -> str:
        return "–"
