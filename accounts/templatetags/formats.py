"""How values look on a page: money, numbers, days and times; text in, escaped HTML out."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.language import pick as pick_text

MINUS: Final = "\u2212"
NO_BREAK: Final = "\u00a0"
SOON: Final = timedelta(hours=4)
WORDS_UP_TO: Final = timedelta(days=14)


def decimal(value: object) -> Decimal | None:
    """Read a figure of a page; nothing stays nothing.

    Raises:
        TypeError: for float and bool, which must never carry an amount.
        ValueError: for text that is no finite number.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool | float):
        raise TypeError(f"{type(value).__name__} is not an exact number")
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise ValueError(f"not a number: {value!r}") from error
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number


def grouped(number: Decimal, places: int | None = None, *, signed: bool = False) -> str:
    """Thousands separators, a true minus sign; all given decimals unless `places` says how many."""
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return sign + f"{abs(number):,f}"


def compact(value: Decimal) -> str:
    """A short figure for an axis: 124万 in Chinese, 1.24M in English."""
    chinese = (get_language() or "zh-hans").startswith("zh")
    steps = [(10**8, "亿"), (10**4, "万")] if chinese else [(10**9, "bn"), (10**6, "M"), (10**3, "k")]
    for size, word in steps:
        if abs(value) >= size:
            short = (value / size).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
            return grouped(short.normalize() if short % 1 else short.quantize(Decimal(1))) + word
    return grouped(value, 0)


def nothing() -> SafeString:
    """A dash that a screen reader speaks."""
    return format_html(
        '<span class="muted"><span aria-hidden="true">–</span><span class="visually-hidden">{}</span></span>',
        _("not known"),
    )


def money(amount: object, currency: str = "", decimals: int = 2, signed: bool = False) -> SafeString:
    """An amount in currency units with its currency code."""
    number = decimal(amount)
    if number is None:
        return nothing()
    figure = grouped(number, decimals, signed=signed)
    if not currency:
        return format_html('<span class="money">{}</span>', figure)
    return format_html(
        '<span class="money"><span class="money-currency">{}</span>{}{}</span>', currency, NO_BREAK, figure
    )


def percent(value: object, places: int | None = None, signed: bool = False) -> SafeString:
    """A figure that already is in percent."""
    number = decimal(value)
    if number is None:
        return nothing()
    if places is None:
        number = number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        number = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    return format_html('<span class="figure-number">{}%</span>', grouped(number, places, signed=signed))


def number(value: object, places: int | None = None, unit: str = "", signed: bool = False) -> SafeString:
    """A plain figure with its unit."""
    figure = decimal(value)
    if figure is None:
        return nothing()
    text = grouped(figure, places, signed=signed)
    if not unit:
        return format_html('<span class="figure-number">{}</span>', text)
    return format_html('<span class="figure-number">{}{}<span class="unit">{}</span></span>', text, NO_BREAK, unit)


def moment(value: object) -> datetime | None:
    """A point in time in the user's zone; ISO text is read, a naive time is in the current zone."""
    if value is None or value == "":
        return None
    point = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(point, datetime):
        raise TypeError(f"not a point in time: {value!r}")
    return timezone.localtime(point if timezone.is_aware(point) else timezone.make_aware(point))


def day(value: object) -> SafeString:
    """A calendar day, written the same in both languages."""
    if value is None or value == "":
        return nothing()
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if not isinstance(value, date):
        raise TypeError(f"not a day: {value!r}")
    return format_html('<time class="nowrap" datetime="{0}">{0}</time>', value.isoformat())


def relative(delta: timedelta) -> str:
    """The distance from now in words, positive for the future; empty beyond two weeks."""
    size = abs(delta)
    if size > WORDS_UP_TO:
        return ""
    minutes = round(size.total_seconds() / 60)
    if minutes < 1:
        return _("now")
    future = delta > timedelta(0)
    if minutes < 60:
        text = (
            ngettext("in %(n)d minute", "in %(n)d minutes", minutes)
            if future
            else ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes)
        )
        return text % {"n": minutes}
    if minutes < 24 * 60:
        hours = round(minutes / 60)
        text = (
            ngettext("in %(n)d hour", "in %(n)d hours", hours)
            if future
            else ngettext("%(n)d hour ago", "%(n)d hours ago", hours)
        )
        return text % {"n": hours}
    days = round(minutes / (24 * 60))
    text = (
        ngettext("in %(n)d day", "in %(n)d days", days) if future else ngettext("%(n)d day ago", "%(n)d days ago", days)
    )
    return text % {"n": days}


def absolute(point: datetime) -> str:
    """Weekday and time within the week around now, else day and time."""
    near = abs(point - timezone.now()) < timedelta(days=6)
    return dateformat.format(point, "D H:i" if near else "Y-m-d H:i")


def when(value: object, mode: str = "both") -> SafeString:
    """A point in time as "in 3 hours (Tue 14:00)"; the exact time with zone is in the title."""
    point = moment(value)
    if point is None:
        return nothing()
    words, clock = relative(point - timezone.now()), absolute(point)
    if mode == "relative" and words:
        text = words
    elif mode == "absolute" or not words:
        text = clock
    else:
        text = _("%(distance)s (%(clock)s)") % {"distance": words, "clock": clock}
    title = dateformat.format(point, "Y-m-d H:i:s O")
    return format_html('<time datetime="{}" title="{}">{}</time>', point.isoformat(), title, text)


def urgency(point: datetime, hours: Decimal | None) -> str:
    """late, soon or calm: by working hours left where known, else by the clock."""
    left = point - timezone.now()
    if left <= timedelta(0):
        return "late"
    if hours is not None:
        return "soon" if hours <= SOON.total_seconds() / 3600 else "calm"
    return "soon" if left <= SOON else "calm"


def deadline_words(point: datetime, hours: Decimal | None) -> str:
    """ "in 3 working hours (Tue 14:00)", or since when it is late."""
    clock = absolute(point)
    if point <= timezone.now():
        return _("late since %(clock)s") % {"clock": clock}
    if hours is None:
        words = relative(point - timezone.now())
        return _("%(distance)s (%(clock)s)") % {"distance": words, "clock": clock} if words else clock
    whole = int(hours)
    if whole < 1:
        return _("in less than a working hour (%(clock)s)") % {"clock": clock}
    text = ngettext("in %(n)d working hour (%(clock)s)", "in %(n)d working hours (%(clock)s)", whole)
    return text % {"n": whole, "clock": clock}


def pick(value: object, field: str = "") -> Any:
    """The Chinese or English text of bilingual data, an object or a dict; "" when it has none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    prefix = f"{field}_" if field else ""

    def text(language: str) -> Any:
        name = prefix + language
        found = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        return found or ""

    chosen = pick_text(text("zh"), text("en"))
    if chosen or not field:
        return chosen
    plain = value.get(field) if isinstance(value, dict) else getattr(value, field, None)
    return plain or ""
