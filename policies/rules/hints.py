"""What would make the path shorter: the thresholds just below what is asked, tried one by one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.plan import Plan, Reason, compile_plan
from policies.rules.tables import Facts
from policies.rules.wording import number_words

_MOST = 3


def shorter(pack: Pack, request_kind: str, facts: Facts) -> list[Reason]:
    """Hints such as "at 1,000,000 or below the GM is not needed", the smallest concession first, at most
    three each.

    Args as `compile_plan`. Every hint was tried: its plan has fewer roles, or is not stopped where this
    one is.
    """
    today = compile_plan(pack, request_kind, facts)
    return [
        *_limit_hints(pack, request_kind, facts, today),
        *_term_hints(pack, request_kind, facts, today),
    ]


def _limit_hints(pack: Pack, kind: str, facts: Facts, today: Plan) -> list[Reason]:
    found: list[Reason] = []
    for limit in sorted(_limits(pack, facts), reverse=True):
        plan = compile_plan(pack, kind, _at_limit(facts, limit))
        amount = number_words(limit, "money", "en")
        hint = _hint(
            pack,
            today,
            plan,
            found,
            "HINT-LIMIT",
            f"申请额度不超过 {amount} 时",
            f"at {amount} or below",
            limit,
        )
        found.extend(hint)
    return found[:_MOST]


def _term_hints(pack: Pack, kind: str, facts: Facts, today: Plan) -> list[Reason]:
    found: list[Reason] = []
    for term in sorted(_terms(pack, facts), reverse=True):
        plan = compile_plan(pack, kind, {**facts, "term_requested": term})
        days = number_words(term, "days", "en")
        zh = f"账期不超过 {number_words(term, 'days', 'zh')}时"
        found.extend(_hint(pack, today, plan, found, "HINT-TERM", zh, f"with a payment term of {days} or less", term))
    return found[:_MOST]


def _hint(
    pack: Pack, today: Plan, plan: Plan, found: list[Reason], code: str, zh: str, en: str, at: Decimal
) -> list[Reason]:
    """A hint when `plan` saves something that no earlier, smaller concession saves."""
    if plan.blocks and not today.blocks:
        return []
    wanted = {step.role for step in plan.steps}
    saved = [step.role for step in today.steps if step.role not in wanted]
    opened = bool(today.blocks) and not plan.blocks
    if not opened and (not saved or len(plan.steps) >= len(today.steps)):
        return []
    roles = ",".join(saved)
    if any(reason.values["roles"] == roles and reason.values["opened"] == str(opened) for reason in found):
        return []
    gain_zh, gain_en = _gain(pack, saved, opened)
    values = {"at": f"{at.normalize():f}", "roles": roles, "opened": str(opened)}
    return [Reason(code, f"{zh}，{gain_zh}", f"{en} {gain_en}", values)]


def _gain(pack: Pack, saved: list[str], opened: bool) -> tuple[str, str]:
    if opened:
        return "可以提交", "the request can be submitted"
    zh = "、".join(pack.roles[role].zh for role in saved)
    names = [pack.roles[role].en for role in saved]
    if len(names) == 1:
        return f"不需要{zh}审批", f"the {names[0]} is not needed"
    return f"不需要{zh}审批", f"the {', the '.join(names[:-1])} and the {names[-1]} are not needed"


def _bounds(pack: Pack, key: str) -> Iterator[Decimal]:
    """Every number that a cell of column `key` mentions."""
    for table in pack.kinds["credit"].tables:
        for row in table.rows:
            for column, cell in row.conditions:
                if column.key == key:
                    for interval in cell.intervals:
                        yield from (bound for bound in (interval.low, interval.high) if bound is not None)


def _limits(pack: Pack, facts: Facts) -> set[Decimal]:
    """Requested limits at which some table changes its answer, below what is asked."""
    asked = _number(facts, "limit_requested")
    if asked is None:
        return set()
    tried: set[Decimal] = set(_bounds(pack, "limit_requested"))
    for key in ("exposure_unsecured_group", "unsecured_requested"):
        value = _number(facts, key)
        if value is not None:
            tried |= {asked - value + bound for bound in _bounds(pack, key)}
    for base, share in (("limit_formula", "over_formula_pct"), ("limit_current", "increase_pct")):
        value = _number(facts, base)
        if value is not None:
            tried |= {value * (1 + bound / 100) for bound in _bounds(pack, share)} | {value}
    return {limit for limit in tried if 0 < limit < asked}


def _terms(pack: Pack, facts: Facts) -> set[Decimal]:
    asked = _number(facts, "term_requested")
    if asked is None:
        return set()
    tried = set(_bounds(pack, "term_requested"))
    for key, over in (("term_std", "term_over_std"), ("term_max", "term_over_max")):
        value = _number(facts, key)
        if value is not None:
            tried |= {value + bound for bound in _bounds(pack, over)}
    return {term for term in tried if 0 <= term < asked}


def _at_limit(facts: Facts, limit: Decimal) -> dict[str, Fact]:
    """The facts if less were asked: exposure falls by the same amount, and no lower than zero."""
    asked = _number(facts, "limit_requested") or Decimal(0)
    changed: dict[str, Fact] = {**facts, "limit_requested": limit}
    for key in ("exposure_unsecured_group", "unsecured_requested"):
        value = _number(facts, key)
        if value is not None:
            changed[key] = max(Decimal(0), value - (asked - limit))
    return changed


def _number(facts: Facts, key: str) -> Decimal | None:
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return None
    return Decimal(value)
