"""Forms of the account pages."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User, known_time_zones

# Offered first; the field accepts every zone of the tz database.
COMMON_ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Europe/Berlin",
    "Europe/London",
    "UTC",
)


def zone_choices() -> list[tuple[str, str]]:
    """Every time zone, the usual ones on top."""
    rest = sorted(known_time_zones() - set(COMMON_ZONES))
    return [(name, name) for name in (*COMMON_ZONES, *rest)]


class LoginForm(AuthenticationForm):
    """E-mail and password."""

    username = forms.CharField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username", "inputmode": "email"}),
    )
    error_messages: Any = {
        "invalid_login": _("E-mail and password do not belong together. Check both and try again."),
        "inactive": _("This account is closed."),
    }

    def clean_username(self) -> str:
        """The account is found by the folded address, as it is stored."""
        return User.normal_email(self.cleaned_data["username"])


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What everybody may change about himself."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("All times on pages and in e-mails are shown in this zone."),
    )

    class Meta:
        model = User
        fields = ("display_name", "language", "time_zone")
        help_texts = {"display_name": _("So you appear on decisions and documents from now on.")}
