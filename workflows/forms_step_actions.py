"""What people fill in beside the decision: return to a stage, take back, add an approver, ask and answer."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.offers import Offers

Choice = tuple[str, Any]
_NOBODY: Final = ("", _("Please choose"))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ReturnToForm(ReasonForm):
    """Which earlier stage is asked again, and why."""

    prefix = "return-to"
    content_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    to = forms.CharField(label=_("Back to"), widget=forms.Select)
    field_order = ("to", "reason")

    def __init__(self, stages: Iterable[Choice] = (), *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].widget.choices = list(stages)


class TakeBackForm(ReasonForm):
    """Why a decision is taken back."""

    prefix = "take-back"


class RemoveForm(ReasonForm):
    """Why an addition is taken away."""

    prefix = "remove"


class AddForm(ReasonForm):
    """Who is asked as well, in which order, and for what."""

    prefix = "add"
    who = forms.CharField(label=_("Person or role"), widget=forms.Select)
    where = forms.ChoiceField(
        label=_("When"),
        choices=[
            ("before", _("Before me: my step waits for the answer")),
            ("parallel", _("Beside me: at the same time")),
            ("after", _("After me: in a step of its own")),
        ],
    )
    mode = forms.ChoiceField(
        label=_("For"), choices=[("approve", _("An approval")), ("comment", _("An opinion, which binds nobody"))]
    )
    field_order = ("who", "where", "mode", "reason")

    def __init__(self, people: Iterable[Any] = (), *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who"].widget.choices = [_NOBODY, *people]

    @property
    def person(self) -> int | None:
        """Id of the person who was chosen; None when it was a role."""
        kind, _colon, value = str(self.cleaned_data["who"]).partition(":")
        return int(value) if kind == "user" and value.isdigit() and len(value) < 19 else None

    @property
    def role(self) -> str:
        """The role that was chosen; with a person, in which he is asked."""
        kind, _colon, value = str(self.cleaned_data["who"]).partition(":")
        return value if kind == "role" else ""


class AskForm(forms.Form):
    """What the submitter is asked."""

    prefix = "ask"
    text = forms.CharField(label=_("Question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    """The answer to an approver's question."""

    prefix = "answer"
    text = forms.CharField(label=_("Answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


def forms_of(offered: Offers, sha: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The forms of what is offered, one of them as it was sent when it was refused; a pair for each of several.

    Args:
        sha: digest of the content that is on the screen.
        given: the refused form by its name, and as ``at`` the step or question that it was about.
    """
    return {
        "return_to": _with_choices(given.get("return_to"), "to", offered.stages)
        or ReturnToForm(offered.stages, initial={"content_sha256": sha}),
        "add": _with_choices(given.get("add"), "who", [_NOBODY, *offered.people]) or AddForm(offered.people),
        "take_back": given.get("take_back") or TakeBackForm(),
        "removals": [(step, _of_one(RemoveForm, step.pk, given, "remove")) for step in offered.additions],
        "ask": given.get("ask") or AskForm(),
        "inquiries": [(question, _of_one(AnswerForm, question.pk, given, "answer")) for question in offered.questions],
    }


def _of_one(form: type[forms.Form], pk: int, given: Mapping[str, Any], name: str) -> forms.Form:
    """The form about one step or question of several on the page, with ids of its own."""
    refused: forms.Form | None = given.get(name) if given.get("at") == pk else None
    found = refused or form()
    found.auto_id = f"id_{pk}_%s"
    return found


def _with_choices(form: Any, name: str, choices: Iterable[Any]) -> Any:
    """A form that was refused, with the choices of this moment."""
    if form is not None:
        form.fields[name].widget.choices = list(choices)
    return form
