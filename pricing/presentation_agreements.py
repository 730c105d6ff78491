"""Agreements as people look at them: words of states, and the taken quantity as a picture."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.charts import AGES, BLUE, RED, TRACK, marker, rect, share, svg
from accounts.templatetags.formats import grouped
from accounts.templatetags.ui import icon
from accounts.templatetags.waterfalls import price_words
from pricing.models import AgreementLine, AgreementState, Movement
from pricing.rules.price_check import plain

LOOKS: Final = {
    AgreementState.PLANNED: ("info", "calendar"),
    AgreementState.IN_FORCE: ("good", "circle-check"),
    AgreementState.USED_UP: ("wait", "circle-minus"),
    AgreementState.EXPIRED: ("neutral", "calendar-off"),
    AgreementState.ENDED: ("bad", "ban"),
}
LIGHT: Final = "#a9c8ea"


def state_badge(state: str) -> SafeString:
    """The state as icon, word and colour, like every other state."""
    tone, sign = LOOKS[AgreementState(state)]
    return format_html(
        '<span class="state state-{}" data-state="{}">{}{}</span>',
        tone,
        state,
        icon(sign, 15),
        AgreementState(state).label,
    )


def shown_line(line: AgreementLine) -> dict[str, Any]:
    """A line with its picture, its words and its counters."""
    counters = [(kind.label, number(getattr(line, kind.value))) for kind in Movement]
    left = _("no cap") if line.remaining is None else number(line.remaining)
    return {
        "line": line,
        "bar": utilisation_bar(line),
        "words": utilisation_words(line),
        "promised": None if line.commitment is None else f"{number(line.commitment)} {line.product.unit}",
        "net": f"{line.agreement.currency} {price_words(line.net_price)}",
        "list": f"{line.agreement.currency} {price_words(line.list_price)}",
        "counters": [*counters, (_("Left"), left)],
    }


def utilisation_bar(line: AgreementLine) -> SafeString:
    """Delivered (dark), ordered and on its way (light), what is left (track), and the cap as a line."""
    use, cap = line.use, line.cap_quantity
    shipped = max(min(use.delivered - use.returned, use.taken), Decimal(0))
    scale = max(use.taken, cap or use.taken, line.commitment or Decimal(0)) or Decimal(1)
    full = scale * Decimal("1.02")
    parts = [
        rect("0", "100%", 20, 20, TRACK, rx=3),
        rect("0", share(shipped, full), 20, 20, BLUE),
        rect(share(shipped, full), share(use.taken - shipped, full), 20, 20, LIGHT),
    ]
    if cap is not None:
        if use.taken > cap:
            parts.append(rect(share(cap, full), share(use.taken - cap, full), 42, 4, RED))
        parts.append(marker(cap, full, _("granted %(quantity)s") % {"quantity": number(cap)}))
    return svg(parts, title=utilisation_words(line), height=48)


def utilisation_words(line: AgreementLine) -> str:
    """The picture in words."""
    values = {"taken": number(line.use.taken), "unit": line.product.unit}
    if line.cap_quantity is None:
        return _("%(taken)s %(unit)s taken, no cap") % values
    values |= {"cap": number(line.cap_quantity), "left": number(line.remaining or Decimal(0))}
    if line.use.taken > line.cap_quantity:
        values["over"] = number(line.cap.over(line.use))
        return _("%(taken)s of %(cap)s %(unit)s taken, %(over)s over the soft cap") % values
    return _("%(taken)s of %(cap)s %(unit)s taken, %(left)s left") % values


def keys() -> list[tuple[str, str]]:
    """Colours of the picture with their words."""
    return [
        (BLUE, _("delivered")),
        (LIGHT, _("ordered, not yet delivered")),
        (TRACK, _("not taken")),
        (AGES[-2], _("over the cap")),
    ]


def number(quantity: Decimal) -> str:
    """A quantity without idle zeros, with separators."""
    whole, _dot, places = plain(quantity).partition(".")
    return grouped(Decimal(whole)) + (f".{places}" if places else "")


def chips(sent: Mapping[str, str], counts: Mapping[str, int], state: str) -> list[dict[str, Any]]:
    """All states with their counts; the search stays."""
    kept = {"q": sent["q"]} if sent.get("q") else {}

    def chip(label: Any, value: str, count: int) -> dict[str, Any]:
        query = urlencode({**kept, "state": value} if value else kept)
        url = reverse("pricing:agreements") + (f"?{query}" if query else "")
        return {"label": label, "url": url, "active": state == value, "count": str(count)}

    states = [chip(each.label, each.value, counts.get(each.value, 0)) for each in AgreementState]
    return [chip(_("All"), "", sum(counts.values())), *states]
