"""Choosing a colleague by name or address: the form field, and what it offers while one types."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleAssignment, User
from accounts.queries import in_force

OFFERED: Final = 8
LONGEST: Final = 254


def colleagues(words: str, user: User) -> QuerySet[User]:
    """Active accounts of others by a part of the name or the beginning of the address; the first `OFFERED`.

    Their roles of today come along: two statements.
    """
    wanted = words.strip().replace("\x00", "")[:LONGEST]
    if not wanted:
        return User.objects.none()
    fits = Q(display_name__icontains=wanted) | Q(email__istartswith=wanted)
    found = User.objects.filter(fits, is_active=True).exclude(person=user.person_id)
    held = Prefetch("role_assignments", RoleAssignment.objects.filter(in_force()).order_by("pk"), to_attr="held")
    return found.prefetch_related(held).order_by("display_name", "pk")[:OFFERED]


class ColleagueInput(forms.TextInput):
    """A text box with a list of colleagues that follows what is typed; without script just the box."""

    def __init__(self) -> None:
        # A name may be typed, which a box for addresses would refuse.
        super().__init__({"inputmode": "email", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{(attrs or {}).get('id') or name}_colleagues"
        asking = {
            "list": listed,
            "hx-get": reverse("colleagues"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{listed}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        box = super().render(name, value, {**(attrs or {}), **asking}, renderer)
        return format_html('{}<datalist id="{}"></datalist>', box, listed)


class ColleagueField(forms.CharField):
    """Somebody with an open account, by the address or the whole name; its clean value is the account."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("Name or e-mail."))
        super().__init__(max_length=LONGEST, widget=ColleagueInput(), **options)

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        if not words:
            return None
        if "@" in words:
            named = Q(email=User.normal_email(words))
            nobody = _("Nobody with this address has an account here.")
        else:
            named, nobody = Q(display_name__iexact=words), _("Nobody of this name has an account here.")
        found = list(User.objects.filter(named, is_active=True).order_by("pk")[:2])
        if not found:
            raise ValidationError(nobody, code="unknown")
        if len(found) > 1:
            raise ValidationError(_("Several colleagues have this name: please choose by e-mail."), code="ambiguous")
        return found[0]
