"""What somebody could do with a request beside deciding: hand over, ask, urge, and what the policy owner may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from workflows import forms_handing, forms_overriding, rules
from workflows.authority import refusal_of_person
from workflows.engine import Round
from workflows.models import Consultation, Step, personal_key
from workflows.services.consulting import refusal_to_ask, refusal_to_remind
from workflows.services.overriding import owns_policy, refusal_to_void
from workflows.services.rerouting import other_versions, refusal_to_reroute
from workflows.staffing import duties

VERBS: Final = {
    rules.APPROVE: _("Approve"),
    rules.RETURN: _("Return"),
    rules.REJECT: _("Reject"),
    rules.OBJECT: pgettext_lazy("verb", "Object"),
}


@dataclass(frozen=True)
class Action:
    """One thing to do, with its form.

    Args:
        grave: is asked for once more.
        asked: somebody waits for it, so its form is open.
    """

    code: str
    title: Any
    icon: str
    text: Any
    button: Any
    url: str
    form: forms.Form
    grave: bool = False
    asked: bool = False


def offered(round_: Round, step: Step | None, user: User) -> list[Action]:
    """What this person may do beside deciding; whatever the services would refuse anyway is left out."""
    if round_.request.closed_at is not None:
        return []
    found = [*_of_step(round_, step, user), *_of_request(round_, user), *_of_owner(round_, user)]
    for each in found:
        each.form.auto_id = f"{each.code}_%s"  # several of them ask for a reason on one page
    return found


def asked_opinions(round_: Round) -> list[Consultation]:
    """The opinions that were asked for, with the answers; one statement."""
    rows = Consultation.objects.filter(request=round_.request).select_related("asked", "asked_by")
    return list(rows)


def candidates(round_: Round, step: Step, user: User) -> list[User]:
    """To whom the user could transfer the step."""
    if round_.staff is None:
        return []
    apart = duties(round_).everybody | {user.person_id}
    found = round_.staff.may_be_given(step)
    return [each for each in found if each.person_id not in apart and each.pk != step.assignee_id]


def _of_step(round_: Round, step: Step | None, user: User) -> Iterator[Action]:
    if step is None or step.status != "open":
        return
    no, out = round_.request.no, step.is_out
    at: Any = {"no": no, "step": step.pk}
    if out and step.queue_key == personal_key(user.pk):
        yield Action(
            "hand-back",
            _("Hand back with your opinion"),
            "arrow-back-up",
            _("You were asked for your opinion; the decision stays with whoever asked you."),
            _("Hand back"),
            reverse("workflows:hand-back", kwargs=at),
            forms_handing.HandBackForm(),
            asked=True,
        )
    if refusal_of_person(round_, step, user, round_.submission.content_sha256) is not None:
        return
    if people := candidates(round_, step, user):
        yield Action(
            "transfer",
            _("Transfer"),
            "arrows-exchange",
            _("Somebody else of the same or higher authority decides this step in your place."),
            _("Transfer"),
            reverse("workflows:transfer", kwargs=at),
            forms_handing.TransferForm(candidates=people),
        )
    if out:
        yield Action(
            "call-back",
            _("Call it back"),
            "arrow-back-up",
            _("It is out for an opinion; you may decide without waiting for it."),
            _("Call back"),
            reverse("workflows:hand-back", kwargs=at),
            forms_handing.CallBackForm(),
        )
    else:
        yield Action(
            "delegate-step",
            _("Have somebody look at it first"),
            "eye-check",
            _("The colleague hands it back to you with an opinion; you decide."),
            _("Give it out"),
            reverse("workflows:delegate-step", kwargs=at),
            forms_handing.OpinionForm(),
        )


def _of_request(round_: Round, user: User) -> Iterator[Action]:
    no = round_.request.no
    if refusal_to_ask(round_, user) is None:
        yield Action(
            "consult",
            _("Ask for an opinion"),
            "help-circle",
            _("The colleague may then read this request and answer you; it binds nobody and you need not wait."),
            _("Ask"),
            reverse("workflows:consult", kwargs={"no": no}),
            forms_handing.ConsultForm(),
        )
    asked_of = Consultation.objects.filter(request=round_.request, asked=user, answered_at__isnull=True)
    for asked in asked_of:
        yield Action(
            f"answer-{asked.pk}",
            _("Answer with your opinion"),
            "message-circle",
            asked.text,
            _("Answer"),
            reverse("workflows:answer-consultation", kwargs={"no": no, "consultation": asked.pk}),
            forms_handing.AnswerForm(),
            asked=True,
        )
    if refusal_to_remind(round_, user) is None:
        yield Action(
            "remind",
            _("Remind"),
            "bell",
            _("Everybody who has to decide now is told that you are waiting."),
            _("Remind"),
            reverse("workflows:remind", kwargs={"no": no}),
            forms_handing.RemindForm(),
        )


def _of_owner(round_: Round, user: User) -> Iterator[Action]:
    no = round_.request.no
    steps = [step for step in round_.steps if step.status == "open"]
    if steps and owns_policy(round_, user) and user.person_id not in duties(round_).everybody:
        yield Action(
            "override",
            _("Decide in somebody's place"),
            "gavel",
            _("As the owner of the policy, with a reason; it is marked as an override for ever."),
            _("Override"),
            reverse("workflows:override", kwargs={"no": no}),
            override_form(round_, initial={"content_sha256": round_.submission.content_sha256}),
            grave=True,
        )
    if refusal_to_reroute(round_, user) is None and (others := other_versions(round_)):
        yield Action(
            "reroute",
            _("Re-route under another version of the policy"),
            "refresh",
            _("The approvals of that version are asked for; what was approved stands where it asks for nothing more."),
            _("Re-route"),
            reverse("workflows:reroute", kwargs={"no": no}),
            forms_overriding.RerouteForm(versions=others),
            grave=True,
        )
    if refusal_to_void(round_, user) is None:
        yield Action(
            "void",
            _("Declare void"),
            "ban",
            _("Ends the request for good; nobody decides it any more."),
            _("Declare void"),
            reverse("workflows:void", kwargs={"no": no}),
            forms_overriding.VoidForm(),
            grave=True,
        )


def override_form(round_: Round, *args: Any, **words: Any) -> forms_overriding.OverrideForm:
    """The open steps, and what may be said in them."""
    steps = [step for step in round_.steps if step.status == "open"]
    said = {verb for step in steps for verb in rules.VERBS_OF[step.mode]}
    return forms_overriding.OverrideForm(
        *args,
        steps=[(step.pk, Role(step.role).label) for step in steps],
        verbs=[(verb, word) for verb, word in VERBS.items() if verb in said],
        **words,
    )
