"""Small charts as SVG made on the server: they print, need no script, and say their figures in words too.

Horizontal positions are percentages and text has its own size, so a chart is as readable at 390 px as on paper.
Colours are presentation attributes, because the content security policy forbids style attributes.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.formats import compact, decimal, grouped, money, nothing, pick

INK: Final = "#1d2736"
TRACK: Final = "#e4e8ee"
BLUE: Final = "#2d62a8"
RED: Final = "#b3261e"
# Distinct in lightness as well as in hue, so that a black-and-white print still tells them apart.
SERIES: Final = ("#1f4e8c", "#5b92d0", "#a9c8ea", "#b98a2f", "#e3cf9b", "#6f5a8e", "#8a949f")
AGES: Final = ("#2f7d5b", "#8aa63a", "#c9962b", "#c2662a", "#b3261e", "#7d1712")
ZERO: Final = Decimal(0)
DASHES: Final = SafeString(
    '<svg aria-hidden="true" width="22" height="8"><line x1="0" x2="22" y1="4" y2="4" stroke="#1d2736" '
    'stroke-width="1.5" stroke-dasharray="4 3"/></svg>'
)


def share(part: Decimal, whole: Decimal) -> str:
    """A position or width in percent, inside the picture."""
    if whole <= 0:
        return "0%"
    return f"{min(max(part / whole, ZERO), Decimal(1)) * 100:.3f}%"


def svg(parts: Iterable[SafeString], *, title: str, height: int, desc: str = "") -> SafeString:
    """The frame of a picture: role, accessible name and description."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" focusable="false" width="100%" '
        'height="{}"><title>{}</title><desc>{}</desc>{}</svg>',
        height,
        title,
        desc,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def rect(x: str, width: str, y: int | str, height: int | str, fill: str, rx: int = 0) -> SafeString:
    return format_html('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" rx="{}"/>', x, y, width, height, fill, rx)


def line(x1: str, x2: str, y1: int | str, y2: int | str, *, dashed: bool = False) -> SafeString:
    return format_html(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}" stroke-width="1.5"{}/>',
        x1, x2, y1, y2, INK, SafeString(' stroke-dasharray="4 3"') if dashed else "",
    )  # fmt: skip


def text(x: str, y: int | str, words: str, anchor: str = "start", *, strong: bool = False) -> SafeString:
    """A label with a white edge, so that it stays readable on top of a bar."""
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" font-size="12" font-weight="{}" fill="{}" '
        'paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round">{}</text>',
        x, y, anchor, "600" if strong else "400", INK, words,
    )  # fmt: skip


def marker(value: Decimal, scale: Decimal, words: str, *, below: bool = False) -> SafeString:
    """A line across the bar at a value, with its words above or below the bar."""
    x = share(value, scale)
    left = value / scale if scale else ZERO
    anchor = "start" if left < Decimal("0.25") else "end" if left > Decimal("0.75") else "middle"
    y1, y2, label = (22, 50, 62) if below else (16, 44, 12)
    return format_html("{}{}", line(x, x, y1, y2, dashed=below), text(x, label, words, anchor, strong=not below))


def swatch(fill: str) -> SafeString:
    return format_html(
        '<svg class="swatch" aria-hidden="true" width="12" height="12">'
        '<rect width="12" height="12" rx="2" fill="{}"/></svg>',
        fill,
    )


def _amount(item: Any, name: str = "amount") -> Decimal | None:
    return decimal(item.get(name) if isinstance(item, dict) else getattr(item, name, None))


def _label(item: Any) -> str:
    return str(pick(item, "label"))


def bar(value: Decimal | None, scale: Decimal, fill: str, title: str) -> SafeString:
    """One horizontal bar on its track."""
    parts = [rect("0", "100%", 0, 10, TRACK, rx=3)]
    if value is not None and value > 0:
        parts.append(rect("0", share(value, scale), 0, 10, fill, rx=3))
    return svg(parts, title=title, height=10)


def rows(lines: Iterable[tuple[Any, Any, Any]]) -> SafeString:
    """Label, bar and figure, one row each."""
    return format_html(
        '<ul class="bars">{}</ul>',
        format_html_join(
            "",
            '<li><span class="bars-label">{}</span><span class="bars-bar">{}</span>'
            '<span class="bars-value">{}</span></li>',
            lines,
        ),
    )


def score_bars(sections: Sequence[Any]) -> SafeString:
    """Score of each section of the scorecard, 0 to 100, with its weight and points where known."""

    def row(section: Any) -> tuple[Any, Any, Any]:
        label, score = _label(section), _amount(section, "score")
        weight, points, scorable = (_amount(section, name) for name in ("weight", "points", "scorable"))
        small = _("weight %(weight)s%%") % {"weight": grouped(weight.normalize())} if weight else ""
        if points is not None and scorable is not None:
            given = _("%(points)s of %(scorable)s points") % {
                "points": grouped(points), "scorable": grouped(scorable)
            }  # fmt: skip
            small = f"{small} · {given}" if small else given
        spoken = (
            _("%(section)s: no score, data missing") % {"section": label}
            if score is None
            else _("%(section)s: %(score)s of 100") % {"section": label, "score": grouped(score, 1)}
        )
        return (
            format_html('{} <span class="meta">{}</span>', label, small),
            bar(score, Decimal(100), BLUE, spoken),
            nothing() if score is None else grouped(score, 1),
        )

    return rows(row(section) for section in sections)


def ageing(buckets: Sequence[Any], currency: str = "") -> SafeString:
    """Receivables by age, from not yet due to the oldest; the colour grows with the age."""
    amounts = [_amount(bucket) or ZERO for bucket in buckets]
    total = sum(amounts, ZERO)
    last = max(len(amounts) - 1, 1)

    def row(index: int) -> tuple[Any, Any, Any]:
        part = (amounts[index] / total * 100).quantize(Decimal(1)) if total > 0 else ZERO
        label = _label(buckets[index])
        spoken = _("%(label)s: %(amount)s %(currency)s, %(part)s%%") % {
            "label": label, "amount": grouped(amounts[index], 2), "currency": currency, "part": part
        }  # fmt: skip
        fill = AGES[min(index * (len(AGES) - 1) // last, len(AGES) - 1)]
        figure = format_html('{} <span class="meta">{}%</span>', money(amounts[index], currency, decimals=0), part)
        return label, bar(amounts[index], total, fill, spoken), figure

    return rows(row(index) for index in range(len(amounts)))


def exposure_bar(
    components: Sequence[Any], limit: object, currency: str = "", proposed: object = None, frozen: bool = False
) -> SafeString:
    """What the customer may owe us at most, by component, against the line in force and the line asked for."""
    unlimited = limit == "unlimited"
    ceiling = None if unlimited else decimal(limit)
    asked = decimal(proposed)
    amounts = [_amount(component) or ZERO for component in components]
    total = sum(amounts, ZERO)
    scale = max(total, ceiling or ZERO, asked or ZERO) * Decimal("1.02")
    parts, position = [rect("0", "100%", 20, 20, TRACK, rx=3)], ZERO
    for index, amount in enumerate(amounts):
        if amount > 0:
            fill = SERIES[index % len(SERIES)]
            parts.append(rect(share(position, scale), share(amount, scale), 20, 20, fill))
            position += amount
            parts.append(rect(share(position, scale), "1", 20, 20, "#ffffff"))
    if ceiling is not None and total > ceiling:
        parts.append(rect(share(ceiling, scale), share(total - ceiling, scale), 42, 4, RED))
    if ceiling is not None:
        parts.append(marker(ceiling, scale, _("Line %(amount)s") % {"amount": grouped(ceiling, 0)}))
    if asked is not None:
        words = _("asked for %(amount)s") % {"amount": grouped(asked, 0)}
        parts.append(marker(asked, scale, words, below=True))
    summary = _exposure_words(total, ceiling, currency, unlimited=unlimited, frozen=frozen)
    picture = svg(
        parts,
        title=_("Exposure against the credit line"),
        height=48 if asked is None else 66,
        desc="; ".join([f"{_label(c)} {grouped(a, 2)}" for c, a in zip(components, amounts, strict=True)]),
    )
    legend = format_html_join(
        "",
        '<li>{}<span>{}</span><span class="key-value">{}</span></li>',
        (
            (swatch(SERIES[index % len(SERIES)]), _label(component), money(amounts[index], currency, 0))
            for index, component in enumerate(components)
        ),
    )
    over = " is-over" if frozen or (ceiling is not None and total > ceiling) else ""
    return format_html(
        '<figure class="exposure"><figcaption class="exposure-sum{}">{}</figcaption>{}'
        '<ul class="key-list">{}</ul></figure>',
        over, summary, picture, legend,
    )  # fmt: skip


def _exposure_words(total: Decimal, ceiling: Decimal | None, currency: str, *, unlimited: bool, frozen: bool) -> str:
    facts = {"total": grouped(total, 0), "currency": currency}
    if frozen:
        return _("Exposure %(currency)s %(total)s, the line is frozen: nothing more may be drawn") % facts
    if unlimited:
        return _("Exposure %(currency)s %(total)s, line without limit") % facts
    if ceiling is None:
        return _("Exposure %(currency)s %(total)s, no line set") % facts
    facts["rest"] = grouped(abs(ceiling - total), 0)
    if total > ceiling:
        return _("Exposure %(currency)s %(total)s, over the line by %(rest)s") % facts
    return _("Exposure %(currency)s %(total)s, %(rest)s free") % facts


def month_bars(
    months: Sequence[Any], label: str = "", unit: str = "", lines: Sequence[Any] | None = None
) -> SafeString:
    """A figure over up to 24 months, with threshold lines; the figures follow as a table that opens."""
    months = list(months)[-24:]
    values = [_amount(month, "value") for month in months]
    limits = [(_label(item), _amount(item, "value") or ZERO) for item in lines or []]
    scale = max([value for value in values if value is not None] + [value for _l, value in limits] + [ZERO])
    names = [_month(month) for month in months]
    slot = Decimal(100) / max(len(months), 1)
    parts = [line("0", "100%", 116, 116)]
    for index, value in enumerate(values):
        if value is not None and value > 0 and scale > 0:
            height = max(int(value / scale * 96), 1)
            parts.append(rect(f"{slot * index:.3f}%", f"{slot * Decimal('0.78'):.3f}%", 116 - height, height, BLUE))
        elif value is None:
            parts.append(text(f"{slot * index:.3f}%", 112, "·"))
    for _label_text, value in limits:
        y = 116 - int(value / scale * 96) if scale > 0 else 116
        parts.append(line("0", "100%", y, y, dashed=True))
    if months:
        middle = len(months) // 2
        parts += [text("0", 131, names[0]), text("100%", 131, names[-1], "end")]
        if len(months) > 4:
            parts.append(text(f"{slot * middle:.3f}%", 131, names[middle]))
    highest = _("highest month %(value)s %(unit)s") % {"value": compact(scale), "unit": unit}
    picture = svg(parts, title=label or _("By month"), height=136, desc=highest)
    table = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="num">{}</td></tr>',
        ((name, nothing() if value is None else grouped(value, 0)) for name, value in zip(names, values, strict=True)),
    )
    keys = format_html_join(
        "",
        '<span class="meta dash-key">{} {} {}</span>',
        ((DASHES, name, compact(value)) for name, value in limits),
    )
    return format_html(
        '<figure class="months"><figcaption>{} <span class="meta">{}</span>{}</figcaption>{}'
        '<details class="chart-figures"><summary>{}</summary><table class="table table-dense">'
        "<tbody>{}</tbody></table></details></figure>",
        label, highest, keys, picture, _("Figures"), table,
    )  # fmt: skip


def _month(item: Any) -> str:
    month = item.get("month") if isinstance(item, dict) else getattr(item, "month", "")
    return month.strftime("%Y-%m") if isinstance(month, date) else str(month)[:7]
