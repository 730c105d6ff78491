"""Numbers and conditions in words, the same on every screen, in Chinese and English."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from policies.rules.cells import NUMBER_KINDS, Cell, Fact, Interval

_TENTH = Decimal("0.1")
_MOST_DIGITS = 25
_YES_NO = {"zh": ("是", "否"), "en": ("yes", "no")}
_UNKNOWN = {"zh": "未知", "en": "unknown"}
_NONE_OF = {"zh": "不属于 ", "en": "not in "}


def number_words(value: Decimal | int, kind: str, language: str) -> str:
    """1240000 as money is ``1,240,000``; days and percentages carry their unit."""
    number = Decimal(value)
    if number.adjusted() > _MOST_DIGITS:  # no figure of a business: a share of next to nothing
        return f"{number:.3E}" + (" %" if kind == "pct" else "")
    if kind == "pct":
        rounded = number.quantize(_TENTH, ROUND_HALF_UP)
        return f"{rounded:,.0f} %" if rounded == rounded.to_integral_value() else f"{rounded:,.1f} %"
    text = f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
    if kind != "days":
        return text
    if language == "zh":
        return f"{text} 天"
    return f"{text} day" if number == 1 else f"{text} days"


def value_words(value: Fact, kind: str, language: str) -> str:
    """A fact in words; a missing one is said to be unknown."""
    if value is None:
        return _UNKNOWN[language]
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if isinstance(value, str):
        return value
    return number_words(value, kind, language)


def _threshold(bound: Decimal, kind: str, language: str) -> str:
    """A bound with all its decimals, where figures are rounded: the row of ``> 15.25 %`` does not say 15.3 %."""
    shown = number_words(bound, kind, language)
    if kind == "days" or number_of(shown) == bound:
        return shown
    return f"{bound.normalize():,f}" + (" %" if kind == "pct" else "")


def number_of(shown: str) -> Decimal:
    """The number that a figure in words says."""
    return Decimal(shown.removesuffix(" %").replace(",", ""))


def _bound(interval: Interval, kind: str, language: str) -> str:
    """The bound that a reader looks for: the one that was exceeded, else the one that was kept."""
    if interval.low is not None and interval.low == interval.high:
        return f"= {_threshold(interval.low, kind, language)}"
    if interval.low is not None:
        return f"{'≥' if interval.low_closed else '>'} {_threshold(interval.low, kind, language)}"
    if interval.high is not None:
        return f"{'≤' if interval.high_closed else '<'} {_threshold(interval.high, kind, language)}"
    return ""


def cell_bound(cell: Cell, kind: str, language: str, *, upper: bool = False) -> str:
    """Only the threshold of a cell, without its sign; of a range its lower end, or its `upper` one."""
    if not cell.intervals:
        return ", ".join(cell.values)
    interval = cell.intervals[0]
    bound = interval.high if upper or interval.low is None else interval.low
    return _threshold(bound, kind, language) if bound is not None else ""


def cell_words(label: str, kind: str, cell: Cell, value: Fact, language: str) -> str:
    """A matched cell: ``unsecured exposure of the group 1,240,000 > 1,000,000``."""
    shown = value_words(value, kind, language)
    if kind in NUMBER_KINDS and isinstance(value, Decimal | int):
        met = next((each for each in cell.intervals if each.holds(value)), None)
        return f"{label} {shown} {_bound(met, kind, language)}" if met else f"{label} {shown}"
    if kind == "flag":
        return f"{label}：{shown}" if language == "zh" else f"{label}: {shown}"
    return f"{label} {shown}"


def condition_words(label: str, kind: str, cell: Cell, language: str) -> str:
    """A cell as a condition, before any value: ``unsecured exposure of the group > 300,000 and ≤
    1,000,000``.
    """
    if kind in NUMBER_KINDS:
        join = " 或 " if language == "zh" else " or "
        return f"{label} {join.join(_whole(each, kind, language) for each in cell.intervals)}"
    if kind == "flag":
        wanted = _YES_NO[language][0 if cell.values == ("true",) else 1]
        return f"{label}：{wanted}" if language == "zh" else f"{label}: {wanted}"
    join = "、" if language == "zh" else ", "
    return f"{label} {_NONE_OF[language] if cell.negated else ''}{join.join(cell.values)}"


def _whole(interval: Interval, kind: str, language: str) -> str:
    low = _bound(interval, kind, language)
    if interval.low is None or interval.high is None or interval.low == interval.high:
        return low
    high = _bound(Interval(None, False, interval.high, interval.high_closed), kind, language)
    return f"{low} 且 {high}" if language == "zh" else f"{low} and {high}"


def list_words(names: list[str], language: str) -> str:
    """``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    comma, last = ("、", "和") if language == "zh" else (", ", " and ")
    return f"{comma.join(names[:-1])}{last}{names[-1]}"


def chain_words(stages: list[list[str]], language: str) -> str:
    """Role names by stage: ``sales manager, then regional director and credit controller together``."""
    if not stages:
        return "不增加审批人" if language == "zh" else "nobody is added"
    together = "会签" if language == "zh" else " together"
    then = "，然后" if language == "zh" else ", then "
    parts = [list_words(stage, language) + (together if len(stage) > 1 else "") for stage in stages]
    return then.join(parts)
