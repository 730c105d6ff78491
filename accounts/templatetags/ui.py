"""The template tags of every page; built in, so no ``{% load %}``. Usage: the tables in docs and each component."""

import re
import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.templatetags import charts, controls, formats, states, waterfalls

register = template.Library()
for tag in (formats.money, formats.percent, formats.number, formats.day, formats.when, formats.pick):
    register.simple_tag(tag)
for chart in (charts.score_bars, charts.exposure_bar, charts.month_bars, charts.ageing):
    register.simple_tag(chart)
register.simple_tag(waterfalls.waterfall)
register.simple_tag(controls.control)
register.simple_tag(controls.kind, name="control_kind")

ICONS: Final = Path(settings.BASE_DIR) / "static" / "icons"


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    """The inner drawing of a reviewed icon file; an unknown name gives a plain dot, never an error page."""
    path = ICONS / f"{name}.svg"
    known = re.fullmatch(r"[a-z0-9-]+", name) and path.is_file()
    content = (path if known else ICONS / "point.svg").read_text(encoding="utf-8")
    fill = 'fill="currentColor"' if 'fill="currentColor"' in content else 'fill="none" stroke="currentColor"'
    inner = content[content.index(">") + 1 : content.rindex("</svg>")]
    return f'{fill} stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"|{inner}'


@register.simple_tag
def icon(name: str, size: int = 18, label: str = "") -> SafeString:
    """An inline icon; with a label it is an image, without one it is decoration."""
    look, inner = (mark_safe(part) for part in _drawing(str(name)).split("|", 1))  # noqa: S308  (our own files)
    if label:
        return format_html(
            '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" {1} role="img"><title>{2}</title>{3}</svg>',
            size, look, label, inner,
        )  # fmt: skip
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" {1} aria-hidden="true" focusable="false">'
        "{2}</svg>",
        size, look, inner,
    )  # fmt: skip


@register.simple_tag
def badge(state: object, kind: str = "request") -> SafeString:
    """The state as icon and word; kinds: request, step, line, document."""
    look = states.look(state, kind)
    return format_html(
        '<span class="state state-{}" data-state="{}">{}{}</span>',
        look.tone,
        state,
        icon(look.icon, 15),
        look.label,
    )


@register.simple_tag
def state_icon(state: object, kind: str = "step") -> SafeString:
    """The round mark of a step on the path."""
    look = states.look(state, kind)
    return format_html('<span class="step-mark mark-{}">{}</span>', look.tone, icon(look.icon, 16))


@register.simple_tag
def state_tone(state: object, kind: str = "step") -> str:
    return states.look(state, kind).tone


@register.simple_tag
def state_word(state: object, kind: str = "step") -> str:
    return str(states.look(state, kind).label)


@register.simple_tag
def due(value: object, hours: object = None) -> SafeString:
    """A deadline with its urgency: calm, soon, late; hours are working hours left."""
    point = formats.moment(value)
    if point is None:
        return formats.nothing()
    left = formats.decimal(hours)
    urgency = formats.urgency(point, left)
    sign = icon("alert-triangle" if urgency == "late" else "clock", 15)
    return format_html(
        '<time class="due due-{}" datetime="{}">{}{}</time>',
        urgency, point.isoformat(), sign, formats.deadline_words(point, left),
    )  # fmt: skip


@register.simple_tag
def stars(tier: object, provisional: bool = False) -> SafeString:
    """The tier as stars, spoken as a word."""
    count = formats.decimal(tier)
    if count is None:
        return format_html('<span class="muted">{}</span>', _("no tier"))
    whole = max(0, min(int(count), 4))
    words = _("tier %(tier)d") % {"tier": whole}
    if provisional:
        words = _("tier %(tier)d, provisional") % {"tier": whole}
    drawn = format_html_join("", "{}", ((icon("star-filled", 14),) for _star in range(whole)))
    mark = "?" if provisional else ""
    return format_html(
        '<span class="tier-stars" title="{0}"><span aria-hidden="true">{1}{2}</span>'
        '<span class="visually-hidden">{0}</span></span>',
        words, drawn, mark,
    )  # fmt: skip


@register.simple_tag
def idempotency_key() -> SafeString:
    """A new key per rendering, so that sending the same form twice acts once."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.simple_tag
def fact(label: object, value: object = None) -> SafeString:
    """One term and its value inside ``<dl class="facts">``."""
    shown = formats.nothing() if value is None or value == "" else value
    return format_html('<div class="fact"><dt>{}</dt><dd>{}</dd></div>', label, shown)


@register.simple_tag
def words(value: object) -> str:
    """Text, or bilingual data (an object or dict with zh and en) in the reader's language."""
    return str(formats.pick(value))


def derivation_parts(derivation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Formula, operands, source and date of a computed figure, ready to show."""
    if not derivation:
        return None
    found = derivation.get("operands") or []
    pairs = found.items() if isinstance(found, Mapping) else found
    return {
        "formula": formats.pick(derivation, "formula"),
        "operands": [_operand(pair) for pair in pairs],
        "source": formats.pick(derivation, "source"),
        "as_of": derivation.get("as_of"),
        "note": formats.pick(derivation, "note"),
    }


def _operand(pair: Any) -> tuple[Any, Any]:
    if isinstance(pair, Mapping):
        return formats.pick(pair, "label") or pair.get("name", ""), _shown(pair.get("value"))
    name, value = pair
    return name, _shown(value)


def _shown(value: Any) -> Any:
    """Amounts that are numbers get separators; every other value is shown as it is."""
    if value is None or value == "":
        return formats.nothing()
    try:
        number = formats.decimal(value)
    except (TypeError, ValueError):
        return formats.pick(value) if isinstance(value, Mapping) else value
    return formats.grouped(number) if number is not None else formats.nothing()


@register.inclusion_tag("components/figure.html")
def figure(
    label: object,
    value: object,
    derivation: Mapping[str, Any] | None = None,
    hint: object = "",
    size: str = "",
) -> dict[str, Any]:
    """A figure that opens its derivation."""
    shown = formats.nothing() if value is None or value == "" else value
    parts = derivation_parts(derivation)
    return {"label": label, "value": shown, "derivation": parts, "hint": hint, "size": size}


@register.inclusion_tag("components/figure.html")
def figure_of(
    source: Mapping[str, Any], kind: str = "number", currency: str = "", hint: object = "", size: str = ""
) -> dict[str, Any]:
    """A figure whose derivation carries its own label and value."""
    value = _shaped(source.get("value"), kind, currency)
    return figure(formats.pick(source, "label"), value, source, hint, size)


def _shaped(value: Any, kind: str, currency: str) -> Any:
    if kind == "money":
        return formats.money(value, currency)
    if kind == "text":
        return words(value)
    shapes = {"percent": formats.percent, "day": formats.day, "number": formats.number}
    return shapes[kind](value)


@register.inclusion_tag("components/field.html")
def field(field: BoundField, prefix: str = "", suffix: str = "", note: object = "") -> dict[str, Any]:
    """Label, control, help, source note and error of a form field."""
    return {"field": field, "prefix": prefix, "suffix": suffix, "note": note}


@register.inclusion_tag("components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form, one under another."""
    return {"form": form}


@register.filter
def decided(steps: Iterable[Any]) -> int:
    """How many steps are behind us."""
    return sum(1 for step in steps if _state(step) not in ("waiting", "open"))


def _state(step: Any) -> str:
    return str(step.get("state") if isinstance(step, Mapping) else getattr(step, "state", ""))


@register.simple_tag
def address(name: str) -> str:
    """The URL of a named page, or "" where that page does not exist (an error page must not fail)."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag
def product_version() -> str:
    """The version this server runs."""
    return _version()


@lru_cache(maxsize=1)
def _version() -> str:
    project = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', project, re.MULTILINE)
    return found.group(1) if found else ""
