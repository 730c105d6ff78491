"""What people fill in on the page of a contract: the signed copy, a seal on paper, an early end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from contracts.models import SealType


class SignForm(forms.Form):
    """The other side's signed copy; `kept` names a file that was sent before and only has to be compared."""

    file = forms.FileField(
        label=_("Signed copy (PDF)"),
        required=False,
        help_text=_("Our file with their electronic signature, or a scan of all pages in one PDF."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
    signed_on = DayField(label=_("Signed by the other side on"))
    confirmed = forms.MultipleChoiceField(
        label=_("Compared page by page with our paper"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("How the pages were compared"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for a copy without an electronic signature on our file."),
    )
    kept = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, unread: tuple[int, ...] = (), pages: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unread = unread
        choices = [(str(page), str(page)) for page in (unread or range(1, pages + 1))]
        self.fields["confirmed"].choices = choices  # type: ignore[attr-defined]


class SealForm(forms.Form):
    """A seal that was set on printed copies."""

    seal = forms.ChoiceField(
        label=_("Seal"), choices=[each for each in SealType.choices if each[0] != SealType.ELECTRONIC]
    )
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=99, initial=2)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class EndForm(forms.Form):
    """Why a contract ends before its last day."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
