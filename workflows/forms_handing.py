"""Forms by which a step goes to somebody else, an opinion is asked for, and somebody is urged."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.colleagues import ColleagueField
from accounts.models import User

WORDS: Any = {"widget": forms.Textarea(attrs={"rows": 2}), "max_length": 4000}


class TransferForm(forms.Form):
    """To whom, and why."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("To whom"), empty_label=_("Please choose"))
    reason = forms.CharField(label=_("Reason"), **WORDS)

    def __init__(self, *args: Any, candidates: Iterable[User] = (), **words: Any) -> None:
        super().__init__(*args, **words)
        field: Any = self.fields["to"]
        field.queryset = User.objects.filter(pk__in=[user.pk for user in candidates])


class OpinionForm(forms.Form):
    """Who should look at it first, and at what."""

    to = ColleagueField(label=_("Colleague"))
    reason = forms.CharField(label=_("What should the colleague look at?"), **WORDS)


class HandBackForm(forms.Form):
    """What one thinks of it."""

    opinion = forms.CharField(label=_("Your opinion"), **WORDS)


class CallBackForm(forms.Form):
    """Nothing to say: it comes back as it is."""


class ConsultForm(forms.Form):
    """Whose opinion, and on what."""

    to = ColleagueField(label=_("Colleague"))
    text = forms.CharField(label=_("Your question"), **WORDS)


class AnswerForm(forms.Form):
    """The opinion that was asked for."""

    text = forms.CharField(label=_("Your opinion"), **WORDS)


class RemindForm(forms.Form):
    """Nothing to say."""
