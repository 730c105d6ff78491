"""Trying a version: facts in, the plan under it and under the version that is in force out, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.language import pick
from policies.page_kinds import language, role_label
from policies.rules.cells import NUMBER_KINDS, Fact, PolicyError
from policies.rules.pack import KindRules, Pack
from policies.rules.plan import Plan, Reason, compile_plan, known_facts
from policies.rules.tables import Column

# Facts that follow from others, and are worked out again from them: what they are the difference or share of.
_FOLLOWS: Final = {
    "over_formula": ("limit_requested", "limit_formula"),
    "over_formula_pct": ("limit_requested", "limit_formula"),
    "increase_pct": ("limit_requested", "limit_current"),
    "term_over_std": ("term_requested", "term_std"),
    "term_over_max": ("term_requested", "term_max"),
}
_DERIVED: Final = frozenset({*_FOLLOWS, "reduction", "special", "ordinary"})
_MOST: Final = Decimal("1e15")
_YES_NO: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class FactShown:
    """One fact of a kind of request as a field of the form."""

    column: Column
    value: str
    error: str
    options: tuple[str, ...]

    @property
    def label(self) -> str:
        """What it is called."""
        return pick(self.column.zh, self.column.en)


def columns(packs: list[Pack], kind: str) -> dict[str, Column]:
    """The facts that can be given for a kind of request: those that any of the versions asks for."""
    found: dict[str, Column] = {}
    for pack in packs:
        if kind in pack.kinds:
            rules = pack.kinds[kind]
            derived = _DERIVED | (rules.metrics.names if rules.metrics else frozenset())
            found.update({key: each for key, each in rules.columns.items() if key not in derived})
    if kind == "credit":
        needed = {key for pair in _FOLLOWS.values() for key in pair}
        for key in sorted(needed - found.keys()):
            found[key] = Column(key, "money", key, key)
    return found


def values_of(packs: list[Pack], kind: str, key: str) -> tuple[str, ...]:
    """The words that cells of any of the versions compare a fact with."""
    rules = [pack.kinds[kind] for pack in packs if kind in pack.kinds]
    return tuple(dict.fromkeys(value for each in rules for value in _words(each, key)))


def _words(rules: KindRules, key: str) -> list[str]:
    cells = [cell for table in rules.tables for row in table.rows for column, cell in row.conditions
             if column.key == key and column.kind == "text"]  # fmt: skip
    return [value for cell in cells for value in cell.values]


def read(
    packs: list[Pack], kind: str, given: Mapping[str, str], *, fill: bool
) -> tuple[list[FactShown], dict[str, Fact]]:
    """The fields of the form, and the facts where they can be read.

    Args:
        given: text by fact key; facts that follow from others are turned into those.
        fill: whether numbers that must be known and are left empty are zero, and flags no.
    """
    given = primary(given) if kind == "credit" else given
    shown: list[FactShown] = []
    facts: dict[str, Fact] = {}
    for key, column in sorted(columns(packs, kind).items(), key=lambda each: not each[1].required):
        text = given.get(key, "").strip()[:60]
        value, error = _value(column, text, fill)
        shown.append(FactShown(column, text, error, values_of(packs, kind, key)))
        if value is not None:
            facts[key] = value
    return shown, facts


def _value(column: Column, text: str, fill: bool) -> tuple[Fact, str]:
    number = column.kind in NUMBER_KINDS
    if not text:
        neutral = Decimal(0) if number else False if column.kind == "flag" else None
        return (neutral if fill and column.required else None), ""
    if not number:
        return (_YES_NO.get(text.lower()) if column.kind == "flag" else text), ""
    try:
        value = Decimal(text.replace(",", "").removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > _MOST:
        return None, _("This is not a number.")
    return value, ""


def primary(given: Mapping[str, str]) -> dict[str, str]:
    """An example that names a difference or a share, as two amounts that have it.

    A difference that is no number, or that no two amounts have, is left out.
    """
    found = {key: text for key, text in given.items() if key not in _DERIVED}
    for key, (asked, base) in _FOLLOWS.items():
        if not given.get(key):
            continue
        try:
            found |= _amounts(key, _finite(given[key]), asked, base, found)
        except ArithmeticError:
            continue
    if given.get("reduction") == "true":
        found.setdefault("freeze", "true")
    return found


def _amounts(key: str, wanted: Decimal, asked: str, base: str, found: Mapping[str, str]) -> dict[str, str]:
    """What was asked and what it is compared with, so that they differ by this. Raises ArithmeticError."""
    share = 1 + wanted / 100
    if found.get(asked):
        given = _finite(found[asked])
        other = given / share if key.endswith("_pct") else given - wanted
        return {base: found.get(base) or f"{other.normalize():f}"}
    text = found.get(base) or ("30" if asked.startswith("term") else "100000")
    of = _finite(text)
    return {base: text, asked: f"{(of * share if key.endswith('_pct') else of + wanted).normalize():f}"}


def _finite(text: str) -> Decimal:
    """A number of a size that amounts have. Raises ArithmeticError."""
    value = Decimal(text)
    if not value.is_finite() or not -_MOST <= value <= _MOST:
        raise InvalidOperation(text)
    return value


def outcome(pack: Pack | None, kind: str, facts: Mapping[str, Fact]) -> dict[str, Any]:
    """The plan of a version for the facts as it is shown, or why there is none."""
    if pack is None:
        return {"problem": _("The tables cannot be read yet: see the check report.")}
    if kind not in pack.kinds:
        return {"problem": _("This version has no tables for this kind of request.")}
    try:
        plan = compile_plan(pack, kind, facts)
    except PolicyError as error:
        return {"problem": str(error)}
    metrics = pack.kinds[kind].metrics
    known = known_facts(pack, kind, facts)
    return {**shown(plan), "metrics": _said(tuple(each.reason(known) for each in metrics.all)) if metrics else []}


def shown(plan: Plan) -> dict[str, Any]:
    """A plan for the component of the approval path."""
    return {
        "plan": plan,
        "bands": " · ".join(plan.bands.values()),
        "hours": plan.expected_hours,
        "steps": [
            {"role": role_label(step.role), "state": "waiting", "mode": step.mode, "stage": step.stage,
             "due_hours": step.sla_hours, "reasons": _said(step.reasons)}
            for step in plan.steps
        ],
        "blocks": _said(plan.blocks),
        "notices": _said(plan.notices),
        "escalators": _said(plan.escalators),
    }  # fmt: skip


def _said(reasons: tuple[Reason, ...]) -> list[str]:
    return [each.zh if language() == "zh" else each.en for each in reasons]
