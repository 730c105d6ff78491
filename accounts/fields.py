"""Form fields of every kind of request: strict money, days, bilingual labels."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.language import pick
from accounts.money import NotMoney, parse_money

# Typed as what it turns into when it is shown.
bilingual: Callable[[str, str], str] = lazy(pick, str)

REFUSALS = {
    "format": _("Write the amount with digits only, such as 1200000 or 95.50."),
    "separator": _("Write the amount without separators, such as 1200000."),
    "digits": _("Use ordinary digits 0 to 9."),
    "scale": _("An amount has at most two decimals."),
    "negative": _("The amount must not be negative."),
    "too_large": _("The amount is too large."),
}


_PLAIN = re.compile(r"([0-9]{1,9})(?:\.([0-9]+))?", re.ASCII)


class MoneyField(forms.CharField):
    """An amount of money: plain ASCII digits, at most two decimals, never rounded; empty is None."""

    def __init__(self, *, allow_negative: bool = False, **options: Any) -> None:
        self.allow_negative = allow_negative
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=24, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_money(text, allow_negative=self.allow_negative)
        except NotMoney as error:
            raise forms.ValidationError(REFUSALS.get(error.code, REFUSALS["format"]), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:f}".removesuffix(".00")
        return value


class DayField(forms.DateField):
    """A calendar day, written as ISO and picked natively."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(input_formats=["%Y-%m-%d"], **options)


class NumberField(forms.CharField):
    """A plain number that is never rounded silently; empty is None.

    Args:
        places: decimals that are kept.
        most: the largest number allowed.
    """

    def __init__(self, *, places: int, most: Decimal | None = None, **options: Any) -> None:
        self.places, self.most = places, most
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})
        super().__init__(max_length=20, required=False, widget=widget, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        found = _PLAIN.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_now("Write the number with digits 0 to 9 only, such as 1200 or 95.50."))
        if len(found[2] or "") > self.places:
            sentence = _now("At most %(places)d decimals are kept.") % {"places": self.places}
            raise forms.ValidationError(sentence)
        number = Decimal(text)
        if self.most is not None and number > self.most:
            raise forms.ValidationError(_now("At most %(most)s.") % {"most": self.most})
        return number

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value
