"""Forms by which the owner of the policy steps in: decide in somebody's place, declare void, re-route."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.forms_handing import WORDS


class OverrideForm(forms.Form):
    """Which step, what is decided, and why."""

    step = forms.TypedChoiceField(label=_("Step"), coerce=int)
    verb = forms.ChoiceField(label=_("Decision"))
    reason = forms.CharField(label=_("Reason"), **WORDS)
    content_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, *args: Any, steps: Iterable[tuple[int, Any]] = (), verbs: Iterable[tuple[str, Any]] = (), **words: Any
    ) -> None:
        super().__init__(*args, **words)
        step, verb = self.fields["step"], self.fields["verb"]
        step.choices, verb.choices = list(steps), list(verbs)  # type: ignore[attr-defined]


class VoidForm(forms.Form):
    """Why it is void."""

    reason = forms.CharField(label=_("Reason"), **WORDS)


class RerouteForm(forms.Form):
    """Under which version, and why."""

    version = forms.TypedChoiceField(label=_("Policy version"), coerce=int)
    reason = forms.CharField(label=_("Reason"), **WORDS)

    def __init__(self, *args: Any, versions: Iterable[int] = (), **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["version"].choices = [(number, f"v{number}") for number in versions]  # type: ignore[attr-defined]
