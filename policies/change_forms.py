"""What people write about a policy change: from when, whether in an emergency, what changes and why."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from policies.models import PolicyChange

if TYPE_CHECKING:
    ChangeModelForm = forms.ModelForm[PolicyChange]
else:
    ChangeModelForm = forms.ModelForm


class PolicyChangeForm(ChangeModelForm):
    """The envelope of a version; its tables are written in the editor."""

    change_note = forms.CharField(
        label=_("What changes and why"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For those who decide. What changes in the tables is worked out by comparing them."),
    )
    effective_from = DayField(
        label=_("In force from"),
        required=False,
        help_text=_("Tomorrow at the earliest. Requests that are under way keep the policy that they were sent under."),
    )

    class Meta:
        model = PolicyChange
        fields = ("emergency",)
        labels = {"emergency": _("Emergency change")}
        help_texts = {
            "emergency": _(
                "In force as soon as it is approved, for thirty days; then the policy of before comes back, unless an "
                "ordinary change has confirmed it."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        version = kwargs["instance"].version
        kwargs["initial"] = {"change_note": version.change_note, "effective_from": version.effective_from}
        super().__init__(*args, **kwargs)

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """One short section."""
        names = ("change_note", "effective_from", "emergency")
        return [(_("About this change"), [self[name] for name in names])]
