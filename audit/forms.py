"""What finance can look for in the trail."""

from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from audit import actions
from audit.queries import Filter

_KINDS = {
    "accounts": _("Accounts and roles"),
    "audit": _("Audit trail"),
    "auth": _("Logging in and out"),
    "authz": _("Refused access"),
    "contracts": _("Contracts"),
    "credit": _("Credit"),
    "customers": _("Customers"),
    "document": _("Documents"),
    "feed": _("Trade data"),
    "job": _("Background jobs"),
    "policy": _("Policy"),
    "request": _("Requests"),
    "rule": _("Refused by a rule"),
}


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("Every kind")), *((kind, _KINDS.get(kind, lazystr(kind))) for kind in actions.kinds())]


def _actions() -> list[tuple[str, Any]]:
    known = sorted(actions.everything())
    return [("", _("Every action")), *((action, actions.label(action)) for action in known)]


class FilterForm(forms.Form):
    """All fields may be empty; dates are business days, both included."""

    q = forms.CharField(
        label=_("Search the trail"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Customer, request, document or name"), "data-search": ""}
        ),
    )
    person = forms.CharField(label=_("Person"), required=False, max_length=120)
    request = forms.CharField(label=_("Request number"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=_kinds)
    action = forms.ChoiceField(label=_("Action"), required=False, choices=_actions)
    start = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    end = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    actor = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The period ends before it begins."))
        return cleaned

    def wanted(self) -> Filter:
        """The filter; only after is_valid()."""
        return Filter(**{name: value for name, value in self.cleaned_data.items() if value})
