"""The price waterfall as a picture: list, what goes off, net, what is paid later, pocket, cost and margin.

On the page each step is a row with its bar; on paper the same rows stand in one drawing. The axis begins at zero.
Input is the frozen JSON of `pricing.rules.waterfall`: nothing is computed here but positions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.language import pick
from accounts.templatetags.charts import AGES, BLUE, INK, RED, TRACK, rect, rows, share, svg
from accounts.templatetags.formats import decimal, grouped

GREEN: Final = "#2f7d5b"
GREY: Final = "#8a949f"
OFF: Final = {"list": GREY, "on": AGES[2], "off": "#6f5a8e"}
ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Bar:
    """One row: from where to where the bar goes, the figure beside it, a small explanation."""

    label: str
    small: str
    start: Decimal
    end: Decimal
    figure: str
    fill: str
    total: bool = False


def waterfall(data: Mapping[str, Any] | None, currency: str = "") -> SafeString:
    """A line's waterfall as rows; nothing when the line could not be judged."""
    if not data:
        return SafeString("")
    found = list(bars(data))
    scale = _scale(found)
    drawn = rows((_label(bar), _drawn(bar, scale), _figure(bar)) for bar in found)
    spoken = pick(f"每单位价格瀑布，{currency}", f"Price waterfall in {currency} per unit")
    return format_html('<figure class="waterfall" aria-label="{}">{}</figure>', spoken, drawn)


def bars(data: Mapping[str, Any], *, inside: bool = True) -> Iterator[Bar]:
    """The rows from the list price down. Without `inside` nothing is said about cost and margin."""
    price = _read(data["base"])
    stage = "list"
    yield _total(
        pick("标价", "List price") if price == _read(data["list_price"]) else pick("基价", "Base price"), price
    )
    for step in data["steps"]:
        if stage != step["stage"] == "off":
            yield _total(pick("净价（开票）", "Net price (invoice)"), _read(data["net"]))
        stage = step["stage"]
        yield _step(step)
    if stage != "off":
        yield _total(pick("净价（开票）", "Net price (invoice)"), _read(data["net"]))
    else:
        yield _total(pick("到手价", "Pocket price"), _read(data["pocket"]))
    cost = decimal(data.get("cost"))
    if inside and cost is not None:
        yield from _margin(_read(data["pocket"]), cost, decimal(data.get("pocket_margin")))


def _margin(pocket: Decimal, cost: Decimal, share_pct: Decimal | None) -> Iterator[Bar]:
    yield Bar(pick("单位成本", "Unit cost"), "", ZERO, cost, price_words(cost), GREY)
    words = "" if share_pct is None else f"{grouped(share_pct, 2)} %"
    left, right = sorted((cost, pocket))
    fill = GREEN if pocket >= cost else RED
    yield Bar(pick("毛利", "Margin"), words, left, right, price_words(pocket - cost, signed=True), fill, total=True)


def _total(label: str, price: Decimal) -> Bar:
    return Bar(label, "", ZERO, price, price_words(price), BLUE, total=True)


def _step(step: Mapping[str, Any]) -> Bar:
    off, after = _read(step["amount"]), _read(step["after"])
    return Bar(
        pick(step["zh"], step["en"]), basis_words(step), min(after, after + off), max(after, after + off),
        price_words(-off, signed=True), OFF[step["stage"]],
    )  # fmt: skip


def basis_words(step: Mapping[str, Any]) -> str:
    """What a step was taken of: `5 % of the list price`, or nothing for an amount."""
    if step["mode"] != "percent":
        return ""
    of = {
        "list": pick("标价的 {} %", "{} % of the list price"),
        "net": pick("净价的 {} %", "{} % of the net price"),
        "previous": pick("前一步价格的 {} %", "{} % of the price before"),
    }
    return of[step["basis"]].format(grouped(_read(step["rate"]).normalize()))


def price_words(price: Decimal, *, signed: bool = False) -> str:
    """A unit price with two places, or with four where it has them."""
    places = 2 if price == round(price, 2) else 4
    return grouped(price, places, signed=signed)


def paper(data: Mapping[str, Any], *, left: int, top: int, width: int, height: int, title: str) -> list[SafeString]:
    """A waterfall without cost and margin inside a larger drawing, filling its field as far as it stays readable."""
    found = list(bars(data, inside=False))
    scale = _scale(found)
    row = min(54, (height - 34) // (len(found) + 1))
    label = width * 38 // 100
    size = min(19, row * 6 // 10, label // 12)  # two dozen letters fit beside the bars
    figure = size * 7
    room = width - label - figure
    parts = [_words(left, top + size + 4, title, size, strong=True)]
    for index, bar in enumerate(found):
        y = top + 34 + index * row
        begin, end = (int(_place(value, scale) * room) for value in (bar.start, bar.end))
        thick, middle = row * 6 // 10, y + row * 3 // 10 + size // 3
        parts.append(rect(str(left + label), str(room), y, thick, TRACK, rx=2))
        parts.append(rect(str(left + label + begin), str(max(2, end - begin)), y, thick, bar.fill, rx=2))
        parts.append(_words(left, middle, bar.label, size, strong=bar.total))
        parts.append(_words(left + width, middle, bar.figure, size, strong=bar.total, end=True))
    return parts


def sheet(parts: list[SafeString]) -> str:
    """A drawing for paper: 1000 by 500."""
    body = format_html("{}" * len(parts), *parts)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 500" width="1000" height="500" '
        'font-family="Arimo, Noto Sans SC">{}</svg>',
        body,
    )


def _words(x: int, y: int, words: str, size: int, *, strong: bool = False, end: bool = False) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" font-size="{}" font-weight="{}" fill="{}">{}</text>',
        x, y, "end" if end else "start", size, "bold" if strong else "normal", INK, words,
    )  # fmt: skip


def _label(bar: Bar) -> SafeString:
    word = format_html("<strong>{}</strong>", bar.label) if bar.total else bar.label
    return format_html('{} <span class="meta">{}</span>', word, bar.small) if bar.small else format_html("{}", word)


def _figure(bar: Bar) -> SafeString:
    return format_html("<strong>{}</strong>" if bar.total else "{}", bar.figure)


def _drawn(bar: Bar, scale: Decimal) -> SafeString:
    parts = [rect("0", "100%", 0, 12, TRACK, rx=3)]
    if bar.end > bar.start:
        parts.append(rect(share(bar.start, scale), share(bar.end - max(bar.start, ZERO), scale), 0, 12, bar.fill, rx=2))
    return svg(parts, title=f"{bar.label}: {bar.figure}", height=12)


def _scale(found: list[Bar]) -> Decimal:
    return max([bar.end for bar in found] + [Decimal("0.0001")])


def _place(value: Decimal, scale: Decimal) -> Decimal:
    return min(max(value / scale, ZERO), Decimal(1))


def _read(value: object) -> Decimal:
    return decimal(value) or ZERO
