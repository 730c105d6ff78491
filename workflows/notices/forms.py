"""What people fill in about notifications: how they want them, and a decision by link."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from workflows import rules
from workflows.models import NotificationPreference
from workflows.notices.channels import configured

_NAME = RegexValidator(r"^[A-Za-z0-9._@-]*$", _("Letters, digits and . _ @ - only."))
_PHONE = RegexValidator(r"^\+?[0-9]{5,15}$", _("A number such as 13800138000 or +8613800138000."))


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Mail at once, once a day or never; and the names by which other services know one."""

    class Meta:
        model = NotificationPreference
        fields = ("mail", "wecom", "dingtalk", "sms")
        labels = {
            "mail": _("Messages by e-mail"),
            "wecom": _("WeCom member id"),
            "dingtalk": _("Mobile number in DingTalk"),
            "sms": _("Mobile number for text messages"),
        }
        help_texts = {
            "mail": _("Notifications on these pages are always there, whatever you choose."),
            "dingtalk": _("The robot calls you in its group, with number and link only."),
            "sms": _("Only what waits for you, with number and link only."),
        }
        widgets = {"mail": forms.RadioSelect}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("wecom", "dingtalk", "sms"):
            if name not in configured():
                del self.fields[name]
                continue
            self.fields[name].validators.append(_NAME if name == "wecom" else _PHONE)


class LinkForm(forms.Form):
    """A decision without conditions; whoever wants to make some opens the request."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in rules.VERBS], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason or comment"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to return and to reject. The submitter reads it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("verb") in rules.NEEDS_REASON and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Please give a reason."))
        return cleaned
