"""The form of a tier change. Nothing is required while drafting: the evaluation says what is missing."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from customers.models import STARS, Lever, ListChange, TierChange, TierReason, TierSource

BLANK = ("", "—")
Section = tuple[Any, list[BoundField]]


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=4000, widget=widget)


class TierChangeForm(forms.Form):
    """What a person fills in; valid fields are in `cleaned_data` even when others are wrong."""

    source = forms.ChoiceField(
        label=_("Kind of change"),
        required=False,
        choices=[(TierSource.PERSON, _("Ordinary change")), (TierSource.EMERGENCY, TierSource.EMERGENCY.label)],
        help_text=_("An emergency measure takes effect at once and is ratified afterwards."),
    )
    proposed_tier = forms.TypedChoiceField(
        label=_("Proposed stars"), choices=[BLANK, *STARS], coerce=int, empty_value=None, required=False
    )
    effective_on = DayField(label=_("Takes effect on"), required=False)
    list_change = forms.ChoiceField(
        label=_("Key-account list"), choices=[("", _("no change")), *ListChange.choices], required=False
    )
    levers = forms.MultipleChoiceField(
        label=_("Levers on top of the stars"),
        choices=Lever.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("At most two; each has conditions that the figures must meet."),
    )
    exit = forms.BooleanField(label=_("The business relationship ends"), required=False)
    sponsor_informed = forms.BooleanField(label=_("The executive sponsor has been informed"), required=False)
    reason_code = forms.ChoiceField(label=_("Main reason"), choices=[BLANK, *TierReason.choices], required=False)
    reason_text = _text(_("Explanation of the reason"))
    override_reason = _text(
        _("Reason for the exception"), _("Only when the score, a gate or a test speaks against the change.")
    )
    influence = forms.IntegerField(label=_("Industry influence (0–5)"), min_value=0, max_value=5, required=False)
    influence_evidence = _text(_("Evidence for the influence"))
    proactivity = forms.IntegerField(
        label=_("Proactivity and business mind (0–10)"), min_value=0, max_value=10, required=False
    )
    proactivity_evidence = _text(_("Evidence for the proactivity"))
    confidential = forms.BooleanField(
        label=_("Confidential: only the people who decide and the auditors may see it"), required=False
    )

    SECTIONS: Mapping[Any, Iterable[str]] = {
        _("What changes"): ("source", "proposed_tier", "effective_on", "list_change", "levers"),
        _("Reason"): ("reason_code", "reason_text", "override_reason", "exit", "sponsor_informed"),
        _("Rated by people"): ("influence", "influence_evidence", "proactivity", "proactivity_evidence"),
        _("Visibility"): ("confidential",),
    }

    def __init__(self, *args: Any, instance: TierChange, **options: Any) -> None:
        options["initial"] = {name: getattr(instance, name) for name in self.base_fields}
        super().__init__(*args, **options)
        if instance.source == TierSource.RERATING:
            del self.fields["source"]

    @property
    def sections(self) -> list[Section]:
        """The fields in short sections, for the page."""
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in self.SECTIONS.items()
        ]
