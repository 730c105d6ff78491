"""The survey, analysis and potential forms, built from their definitions."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField, MoneyField, bilingual
from accounts.models import User
from credit.definitions import FieldDefinition, definitions
from policies.rules.standards import Card, Indicator

ENUMS: Final[dict[str, list[tuple[str, Any]]]] = {
    "kind": [
        ("limited", _("Limited company")),
        ("stock", _("Company limited by shares")),
        ("partnership", _("Partnership")),
        ("individual", _("Individual business")),
        ("foreign", _("Foreign-invested")),
        ("state", _("State-owned")),
    ],
    "vat": [("general", _("General taxpayer")), ("small", _("Small-scale taxpayer"))],
    "tax_rate": [(rating, rating) for rating in ("A", "B", "M", "C", "D")],
    "mode": [
        ("direct", _("Direct sales")),
        ("consignment", _("Consignment")),
        ("joint_plan", _("Joint plan")),
        ("tender", _("Tender")),
    ],
    "quality": [
        ("audited", _("Audited")),
        ("tax_filed", _("Filed with the tax office")),
        ("management", _("Management accounts")),
        ("none", _("No statements")),
    ],
}
OPINIONS: Final = [("good", _("Good")), ("fair", _("Fair")), ("weak", _("Weak"))]
RATINGS: Final = [(str(rating), str(rating)) for rating in range(5)]
MAY_BE_NEGATIVE: Final = ("eq", "np", "ocf")
ONLY_WITH_STATEMENTS: Final = ("ca", "ta", "cl", "tl", "eq", "rev", "np")
RATED: Final = {"ce": "CE", "dp": "DP"}
# Signed anew with every filing, never carried over from the last one.
DECLARATIONS: Final = ("truth", "coi")
SKIPPED: Final = ("visit_date", "photos", "visitors")
BLANK: Final = ("", "—")


class CaseFormForm(forms.Form):
    """Base of the three forms: the day it describes, and the answers as JSON."""

    as_of = DayField(label=_("As of (day of the visit or of the statements)"))
    titles: dict[str, Any]
    groups: dict[str, list[str]]

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        return [(self.titles[key], [self[name] for name in names]) for key, names in self.groups.items()]

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > date.today():  # noqa: DTZ011  (a form may not describe tomorrow; the zone does not matter)
            raise forms.ValidationError(_("The day must not be in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if "quality" in self.fields and data.get("quality") not in (None, "", "none"):
            for name in ONLY_WITH_STATEMENTS:
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("This figure is needed from the statements."))
        return self.cleaned_data

    def answers(self) -> dict[str, Any]:
        """What was answered, by field code, as plain JSON values; empty answers are left out."""
        special = ("as_of", "second_surveyor")
        kept = {name: value for name, value in self.cleaned_data.items() if name not in special}
        return {name: _plain(value) for name, value in kept.items() if value not in (None, "")}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str) else str(value)


def case_form_class(form_no: int, card: Card, colleagues: Any) -> type[CaseFormForm]:
    """The form class of form 2, 3 or 5 under a scorecard.

    Args:
        card: of the policy in force; gives the ratings and their anchor texts.
        colleagues: people who may be named as second surveyor.
    """
    members: dict[str, Any] = {}
    titles: dict[str, Any] = {}
    groups: dict[str, list[str]] = {}
    for index, (zh, en, fields) in enumerate(definitions()[form_no].sections):
        made: dict[str, forms.Field] = {}
        for field in fields:
            if field.source in ("U", "C/U") and field.code not in SKIPPED:
                made |= _fields(field, card)
        if form_no == 2 and any(field.code == "visitors" for field in fields):
            made["second_surveyor"] = _second_surveyor(colleagues)
        if made:
            key = f"s{index}"
            titles[key], groups[key] = bilingual(zh, en), list(made)
            members |= made
    first = next(iter(groups))
    groups[first] = ["as_of", *groups[first]]
    return type(f"CaseForm{form_no}", (CaseFormForm,), {**members, "titles": titles, "groups": groups})


def _second_surveyor(colleagues: Any) -> forms.Field:
    return forms.ModelChoiceField(
        label=_("Second surveyor (needed above 300,000)"), queryset=colleagues, required=False
    )


def _fields(field: FieldDefinition, card: Card) -> dict[str, forms.Field]:
    """The one or more controls that a definition becomes."""
    if field.code in RATED:
        section = card.section(RATED[field.code])
        rated = {i.code: _rating(i) for i in section.indicators if i.kind == "anchor"}
        return {**rated, f"{field.code}_comment": _long(_("Comment on the ratings"), False)}
    name = bilingual(_short(field.zh), _short(field.en)) if field.code in ENUMS else bilingual(field.zh, field.en)
    if field.type == "enum+text":
        opinion = forms.ChoiceField(label=name, choices=[BLANK, *OPINIONS], required=field.required)
        return {field.code: opinion, f"{field.code}_text": _long(_("In words"), False)}
    needed = field.required and field.code not in ONLY_WITH_STATEMENTS
    made = {field.code: _control(field, name, needed)}
    if field.code == "rev":
        made["rev_prev"] = MoneyField(label=_("Revenue of the year before"), required=False)
    return made


def _short(label: str) -> str:
    """A label without the list of its choices."""
    return re.split(r"[:(（ ](?=[\u4e00-\u9fffA-Z]*/|[\u4e00-\u9fff]+/)|:", label)[0].strip()


def _control(field: FieldDefinition, name: str, needed: bool) -> forms.Field:
    if field.code in ENUMS:
        return forms.ChoiceField(label=name, choices=[BLANK, *ENUMS[field.code]], required=needed)
    if field.type.startswith("money"):
        return MoneyField(label=name, required=needed, allow_negative=field.code in MAY_BE_NEGATIVE)
    makers: dict[str, Callable[[], forms.Field]] = {
        "date": lambda: DayField(label=name, required=needed),
        "int": lambda: forms.IntegerField(label=name, required=needed, min_value=0, max_value=10**9),
        "num": lambda: forms.DecimalField(label=name, required=needed, max_digits=9, decimal_places=3),
        "bool": lambda: forms.BooleanField(label=name, required=needed),
        "text": lambda: _long(name, needed),
        "json": lambda: _long(name, needed),
        "table": lambda: _long(name, needed, help_text=_("One per line.")),
    }
    return makers.get(field.type, lambda: forms.CharField(label=name, required=needed, max_length=300))()


def _long(name: Any, needed: bool, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=name, required=needed, max_length=4000, widget=widget, help_text=help_text)


def _rating(indicator: Indicator) -> forms.Field:
    """0 to 4 with the anchor text; it may stay open: an unanswered rating has no data."""
    return forms.TypedChoiceField(
        label=bilingual(f"{indicator.code} {indicator.zh}", f"{indicator.code} {indicator.en}"),
        choices=[BLANK, *RATINGS],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=bilingual(escape(indicator.anchor_zh or indicator.anchor), escape(indicator.anchor)),
    )


def colleagues_of(user: User) -> Any:
    """Active people other than the user, as natural persons."""
    return User.objects.filter(is_active=True).exclude(person_id=user.person_id)
