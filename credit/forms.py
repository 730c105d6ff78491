"""The application form (form 1). Nothing is required while drafting: the evaluation says what is missing."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField, MoneyField
from credit.choices import ReasonCode, RequestType, SecurityType, Settlement
from credit.definitions import label
from credit.models import CreditApplication
from credit.rules.variants import asks_for

BLANK = ("", "—")
UNTICKED = ("confidential",)  # a box that is not ticked is not sent
Section = tuple[Any, list[BoundField]]


def _text(code: str, rows: int = 2, named: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=named or label(1, code), required=False, max_length=4000, widget=widget)


class CreditApplicationForm(forms.Form):
    """The fields of form 1 that a person fills in; labels come from the form definition.

    A variant, such as a freeze, has only the fields that it asks for. Valid fields are in `cleaned_data` even when
    others are wrong, so that a draft can be kept field by field.
    """

    req_type = forms.ChoiceField(label=label(1, "req_type"), choices=RequestType.choices)
    req_limit = MoneyField(label=label(1, "req_limit"), required=False)
    req_term = forms.IntegerField(label=label(1, "req_term"), required=False, min_value=0, max_value=365)
    settlement = forms.ChoiceField(label=label(1, "settlement"), required=False, choices=[BLANK, *Settlement.choices])
    req_placement = MoneyField(label=label(1, "req_placement"), required=False)
    valid_from = DayField(label=label(1, "valid_from"), required=False)
    valid_to = DayField(label=label(1, "valid_to"), required=False)
    forecast_month = MoneyField(label=label(1, "forecast_month"), required=False)
    categories = forms.CharField(label=label(1, "categories"), required=False, max_length=300)
    reason_code = forms.ChoiceField(label=_("Main reason"), required=False, choices=[BLANK, *ReasonCode.choices])
    reason_text = _text("reason", 4, _("Explanation of the reason"))
    give_get = _text("give_get")
    competitor = _text("competitor")
    security_type = forms.ChoiceField(label=label(1, "g_type"), required=False, choices=[BLANK, *SecurityType.choices])
    security_value = MoneyField(label=label(1, "g_value"), required=False)
    security_provider = forms.CharField(label=label(1, "g_provider"), required=False, max_length=120)
    security_valid_to = DayField(label=label(1, "g_valid_to"), required=False)
    confidential = forms.BooleanField(
        label=_("Confidential: only the people who decide and the auditors may see it"), required=False
    )
    grade_override = forms.TypedChoiceField(
        label=_("Grade override"),
        required=False,
        coerce=int,
        empty_value=0,  # type: ignore[arg-type]  # what coerce would give
        choices=[(0, _("None")), (1, _("One grade better")), (-1, _("One grade worse"))],
        help_text=_("Only credit control may propose another grade, and must say why."),
    )
    override_reason = forms.CharField(
        label=_("Reason of the override"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    SECTIONS: Mapping[Any, Iterable[str]] = {
        _("Request"): (
            "req_type", "req_limit", "req_term", "settlement", "req_placement", "valid_from", "valid_to",
            "forecast_month", "categories",
        ),
        _("Reason"): ("reason_code", "reason_text", "give_get", "competitor"),
        _("Security"): ("security_type", "security_value", "security_provider", "security_valid_to"),
        _("Visibility"): ("confidential",),
        _("Grade override"): ("grade_override", "override_reason"),
    }  # fmt: skip

    def __init__(self, *args: Any, instance: CreditApplication | None = None, **options: Any) -> None:
        if instance is not None:
            known = {name: getattr(instance, name) for name in self.base_fields}
            options["initial"] = known | (options.get("initial") or {})
        super().__init__(*args, **options)
        chosen = self.data.get("req_type") or self.initial.get("req_type") or RequestType.NEW
        for name in list(self.fields):
            if not asks_for(str(chosen), name):
                del self.fields[name]

    @property
    def sections(self) -> list[Section]:
        """The fields in short sections, for the page."""
        sections = [
            (title, [self[name] for name in names if name in self.fields]) for title, names in self.SECTIONS.items()
        ]
        return [(title, fields) for title, fields in sections if fields]

    @property
    def kept(self) -> dict[str, Any]:
        """What was typed right; a field that the page did not show keeps its value."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.data or name in UNTICKED}

    def clean(self) -> dict[str, Any]:
        """Dates in order and a security that says what it is; a wrong pair is not kept."""
        data = dict(super().clean() or {})
        days = ("valid_from", "valid_to")
        # A day that was not sent keeps its value, so it is what the other one is held against.
        start, end = (data.get(name) if name in self.data else self.initial.get(name) for name in days)
        if start and end and end < start:
            self.add_error("valid_to", _("The last day must not be before the first."))
            self.cleaned_data.pop("valid_from", None)
        if data.get("security_value") and not data.get("security_type"):
            self.add_error("security_type", _("Say what kind of security it is."))
        return self.cleaned_data
