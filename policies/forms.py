"""Forms of the policy editor: what a draft is for, how a table is read, a workbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.models import DecisionTable

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DraftForm(forms.Form):
    """Why the policy changes, and from which day on."""

    change_note = forms.CharField(
        label=_("What changes, and why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    effective_from = forms.DateField(label=_("In force from"), widget=DATE)


class SettingsForm(forms.Form):
    """How a table is read."""

    hit_policy = forms.ChoiceField(label=_("When several rows hold"), choices=DecisionTable.HitPolicy.choices)
    ladder = forms.CharField(
        label=_("Bands from lowest to highest"),
        max_length=600,
        required=False,
        help_text=_("For example CL-1 < CL-2 < CL-3."),
    )
    cap = forms.IntegerField(label=_("Raises by at most"), min_value=0, max_value=9, required=False)

    def __init__(self, *args: Any, use: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if use != "band":
            del self.fields["ladder"]
        if use != "escalator":
            del self.fields["cap"]


class TableFileForm(forms.Form):
    """A workbook that was exported here and changed, or decision tables in DMN."""

    file = forms.FileField(
        label=_("Workbook (XLSX) or DMN file"), widget=forms.FileInput(attrs={"accept": ".xlsx,.dmn,.xml"})
    )
