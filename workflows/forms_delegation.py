"""The form by which somebody lets a colleague act for him."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.colleagues import ColleagueField
from accounts.models import User
from workflows.forms import DayInput
from workflows.kinds import REGISTRY


class DelegationForm(forms.Form):
    """From the beginning of the first day until the end of the last day, in the delegator's zone."""

    delegate = ColleagueField(label=_("Who acts for you"))
    first = forms.DateField(label=_("First day"), widget=DayInput())
    last = forms.DateField(label=_("Last day"), widget=DayInput(), help_text=_("30 days at most."))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of request"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all of them."),
    )
    ceiling = forms.DecimalField(
        label=_("Up to which amount"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(10**12),
        decimal_places=2,
        help_text=_(
            "In the currency of the company; empty means as far as your own authority. Larger requests and those in "
            "another currency stay with you, those without an amount, such as policies, unless you tick their kind."
        ),
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=1000)

    def __init__(self, *args: Any, operator: bool = False, **words: Any) -> None:
        super().__init__(*args, **words)
        kinds: Any = self.fields["kinds"]
        kinds.choices = [(code, kind.name) for code, kind in REGISTRY.items()]
        if operator:
            self.fields = {
                "delegator": ColleagueField(
                    label=_("Who is away"),
                    required=False,
                    help_text=_("Name or e-mail; empty means yourself. For somebody else a reason is needed."),
                ),
                **self.fields,
            }

    def clean_last(self) -> date:
        """No further than `terms` can reckon; how long it may last says the service."""
        last: date = self.cleaned_data["last"]
        return min(last, date.max - timedelta(days=2))

    def terms(self, delegator: User, now: datetime) -> dict[str, Any]:
        """What the service takes; the first day begins now when it is today."""
        data, zone = self.cleaned_data, ZoneInfo(delegator.time_zone)
        begins = datetime.combine(data["first"], time.min, zone)
        ends = datetime.combine(data["last"] + timedelta(days=1), time.min, zone)
        return {
            "valid_from": max(begins, now) if begins.date() == now.astimezone(zone).date() else begins,
            "valid_to": ends,
            "kinds": data["kinds"],
            "ceiling": data["ceiling"],
            "reason": data["reason"],
        }
