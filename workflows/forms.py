"""What people fill in on the pages of a request: the decision, a withdrawal, sharing, and the filters."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.money import NotMoney, parse_money
from accounts.roles import Role
from workflows import rules
from workflows.kinds import REGISTRY
from workflows.models import State
from workflows.queries_pages import ListFilter
from workflows.queries_queue import QueueFilter

CONDITIONS: Final = ("limit", "term_days", "valid_to", "security", "note")
MONEY_ERRORS: Final = {
    "separator": _("Please write the amount without thousands separators, for example 1200000."),
    "digits": _("Please use the digits 0 to 9."),
    "scale": _("An amount has at most two decimals."),
    "negative": _("An amount cannot be negative."),
    "too_large": _("This amount is too large."),
}


class MoneyField(forms.CharField):
    """An amount as people type it; refused with the reason instead of guessed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 40, "required": False, **options})
        self.widget.attrs.update({"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_money(text)
        except NotMoney as error:
            sentence = MONEY_ERRORS.get(error.code, _("This is not an amount. Example: 1200000 or 95.50"))
            raise ValidationError(sentence, code=error.code) from error


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DecisionForm(forms.Form):
    """One form for every verb, so that changing one's mind loses nothing that was typed."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in rules.VERBS], widget=forms.HiddenInput)
    content_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason or comment"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed to return, to reject and to make conditions. The submitter reads it."),
    )
    limit = MoneyField(label=_("Limit at most"))
    term_days = forms.IntegerField(label=_("Payment term at most (days)"), required=False, min_value=0, max_value=365)
    valid_to = forms.DateField(label=_("Valid until at the latest"), required=False, widget=DayInput())
    security = forms.CharField(
        label=_("Security that must be there first"),
        required=False,
        max_length=300,
        help_text=_("The line takes effect only when this has been proved."),
    )
    note = forms.CharField(
        label=_("Other condition"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Printed on the decision notice."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        verb = cleaned.get("verb")
        if verb in rules.NEEDS_REASON and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Please give a reason."))
        if self.conditions != rules.Conditions() and verb in (rules.APPROVE, rules.RETURN, rules.REJECT):
            self.add_error(
                None,
                _("You have filled in conditions. Choose “Approve with conditions”, or empty these fields."),
            )
        return cleaned

    @property
    def conditions(self) -> rules.Conditions:
        """The conditions that were made; call after validation."""
        given = {name: self.cleaned_data.get(name) for name in CONDITIONS}
        return rules.Conditions(
            limit=given["limit"],
            term_days=given["term_days"],
            valid_to=given["valid_to"],
            security=(given["security"] or "").strip(),
            note=(given["note"] or "").strip(),
        )

    @property
    def conditions_open(self) -> bool:
        """Whether something in the folded part needs to be seen."""
        filled = any(self.data.get(name) for name in CONDITIONS)
        return filled or any(name in self.errors for name in CONDITIONS)


class WithdrawForm(forms.Form):
    """Why a request is taken back."""

    prefix = "withdraw"
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ShareForm(forms.Form):
    """Which colleague may read a request."""

    prefix = "share"
    email = forms.EmailField(label=_("E-mail of the colleague"))

    def clean_email(self) -> str:
        self.colleague = User.objects.filter(
            email=User.normal_email(self.cleaned_data["email"]), is_active=True
        ).first()
        if self.colleague is None:
            raise ValidationError(_("Nobody with this address has an account here."), code="unknown")
        return str(self.cleaned_data["email"])


def queue_filter(params: QueryDict) -> QueueFilter:
    """The filter of an address; what is not understood does not restrict."""
    role, kind = params.get("role", ""), params.get("kind", "")
    return QueueFilter(
        q=_words(params),
        kind=kind if kind in REGISTRY else "",
        role=role if role in Role.values else "",
        overdue=params.get("overdue") == "1",
        again=params.get("again") == "1",
    )


class ListFilterForm(forms.Form):
    """Filters of the list of requests."""

    q = forms.CharField(label=_("Search"), required=False, max_length=80)
    start = forms.DateField(label=_("Submitted from"), required=False, widget=DayInput())
    end = forms.DateField(label=_("Submitted until"), required=False, widget=DayInput())
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, kind.name) for kind in REGISTRY.values()]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start > end:
            self.add_error("end", _("The end is before the beginning."))
        return cleaned

    def wanted(self) -> ListFilter:
        """The filter without the state, which is chosen by chip; what is wrong does not restrict."""
        self.is_valid()
        state, given = self.data.get("state", ""), self.cleaned_data
        return ListFilter(
            q=(given.get("q") or "").replace("\x00", ""),
            state=state if state in State.values else "",
            kind=given.get("kind") or "",
            start=given.get("start"),
            end=given.get("end"),
        )


def _words(params: QueryDict) -> str:
    return params.get("q", "").strip().replace("\x00", "")[:80]
