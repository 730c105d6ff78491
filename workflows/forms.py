"""What people fill in on the pages of a request: the decision, a withdrawal, sharing, and the filters."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.colleagues import ColleagueField
from accounts.fields import MoneyField
from accounts.roles import Role
from workflows import rules
from workflows.kind import Kind
from workflows.kinds import REGISTRY
from workflows.models import State
from workflows.queries_pages import ListFilter
from workflows.queries_queue import PERSONAL, SORTS, QueueFilter


def condition_field(wanted: rules.ConditionField) -> forms.Field:
    """The form field of one thing that an approver may tighten."""
    said: dict[str, Any] = {"label": wanted.label, "help_text": wanted.help, "required": False}
    match wanted.type:
        case "money":
            return MoneyField(**said)
        case "days":
            return forms.IntegerField(min_value=0, max_value=3650, **said)
        case "day":
            return forms.DateField(widget=DayInput(), **said)
        case "percent":
            return forms.DecimalField(min_value=Decimal(0), max_value=Decimal(100), decimal_places=4, **said)
        case "number":
            return forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=6, **said)
        case _:
            return forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), **said)


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

    def __init__(self, kind: Kind, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wanted = kind.conditions
        for wanted in self.wanted:
            self.fields[wanted.name] = condition_field(wanted)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        verb = cleaned.get("verb")
        if verb in rules.NEEDS_REASON and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Please give a reason."))
        if self.conditions and verb is not None and verb != rules.APPROVE_CONDITIONAL:
            self.add_error(
                None,
                _("You have filled in conditions. Choose “Approve with conditions”, or empty these fields."),
            )
        return cleaned

    @property
    def conditions(self) -> rules.Conditions:
        """The conditions that were made; call after validation."""
        given = {wanted.name: self.cleaned_data.get(wanted.name) for wanted in self.wanted}
        made = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        return {name: value for name, value in made.items() if value not in (None, "")}

    @property
    def condition_entries(self) -> list[tuple[forms.BoundField, str, bool]]:
        """The fields with their unit, and whether they take a whole row."""
        return [(self[each.name], each.type, each.name == "note") for each in self.wanted]

    @property
    def conditions_open(self) -> bool:
        """Whether something in the folded part needs to be seen."""
        names = [wanted.name for wanted in self.wanted]
        return any(self.data.get(name) for name in names) or any(name in self.errors for name in names)


class BulkForm(forms.Form):
    """One comment for several items of the queue."""

    verb = forms.CharField(max_length=20, widget=forms.HiddenInput)
    role = forms.CharField(max_length=3, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Comment for all of them"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed to return and to reject. Each submitter reads it."),
    )


class WithdrawForm(forms.Form):
    """Why a request is taken back."""

    prefix = "withdraw"
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ShareForm(forms.Form):
    """Which colleague may read a request."""

    prefix = "share"
    email = ColleagueField(label=_("Colleague"))


class FilterForm(forms.Form):
    """A name for the filter that is shown."""

    name = forms.CharField(label=pgettext_lazy("filter", "Name"), required=False, max_length=60)
    query = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    default = forms.BooleanField(label=_("Open the queue with it"), required=False)


class CommentForm(forms.Form):
    """What one wants to say to everybody who sees a request."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=_("Everybody who sees the request reads it. Write @ and a name to tell a colleague."),
    )


class WatcherForm(forms.Form):
    """Which colleague to keep informed."""

    email = ColleagueField(label=_("Colleague"))


def queue_filter(params: QueryDict) -> QueueFilter:
    """The filter of an address; what is not understood does not restrict."""
    role, kind, sort = params.get("role", ""), params.get("kind", ""), params.get("sort", "")
    return QueueFilter(
        q=_words(params),
        kind=kind if kind in REGISTRY else "",
        role=role if role in (*Role.values, PERSONAL) else "",
        overdue=params.get("overdue") == "1",
        again=params.get("again") == "1",
        sort=sort if sort in SORTS else "",
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
