"""Whether an approval still counts after a revision: nothing that it was asked for has got worse.

Per requirement and directional (approval reference 5.2, defaults 2(d) rule 6): each role is judged by the facts of the
tables that ask for it, against what the last person who decided had in front of him. Which direction is worse says the
column; how much may be let pass says the materiality table MAT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from policies.rules.cells import NUMBER_KINDS, Fact
from policies.rules.pack import Pack
from policies.rules.plan import Plan, known_facts
from policies.rules.route import route
from policies.rules.tables import Column, Facts, Table
from policies.rules.wording import value_words

HIGHER: Final = "higher"
LOWER: Final = "lower"
TABLE: Final = "MAT"


@dataclass(frozen=True, slots=True)
class Materiality:
    """How much of a fact may get worse without asking again.

    Args:
        tolerance: in the fact's own unit (points of a percentage, days, money), or per cent of the value decided on.
        order: values of a text from best to worst; empty: any change is asked again.
    """

    tolerance: Decimal
    relative: bool
    order: tuple[str, ...]

    def allowance(self, decided_on: Decimal) -> Decimal:
        """How far the value may move from the one that was decided on."""
        return abs(decided_on) * self.tolerance / 100 if self.relative else self.tolerance


NOTHING: Final = Materiality(Decimal(0), False, ())


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact then and now, and whether the approval may stand as far as it is concerned."""

    zh: str
    en: str
    before_zh: str
    before_en: str
    now_zh: str
    now_en: str
    holds: bool
    allowed_zh: str = ""
    allowed_en: str = ""
    sign: str = "="

    def to_json(self) -> dict[str, str]:
        """One sentence per language, for the trail and the page."""
        return {"zh": self.words("zh"), "en": self.words("en")}

    def words(self, language: str) -> str:
        """``Extra discount: 12 % ≤ 12 % + 2 points``."""
        if language == "zh":
            return f"{self.zh}：{self.now_zh} {self.sign} {self.before_zh}{self.allowed_zh}"
        return f"{self.en}: {self.now_en} {self.sign} {self.before_en}{self.allowed_en}"


def materiality(pack: Pack, request_kind: str) -> dict[str, Materiality]:
    """The rows of table MAT for a kind, by fact; what it does not name may not get worse at all."""
    table = pack.tables.get(TABLE)
    rows = [row.outputs for row in table.rows] if table else []
    return {
        said["fact"]: Materiality(
            Decimal(said.get("tolerance") or 0), said.get("unit") == "percent", tuple(said.get("order", "").split())
        )
        for said in rows
        if said["request_kind"] == request_kind
    }


def compare(pack: Pack, plan: Plan, role: str, before: Facts, now: Facts) -> tuple[Compared, ...]:
    """Every fact that the role is asked for, then and now. The approval may be carried when all of them hold.

    Args:
        pack: of the version that the plan was made with.
        before: facts that the last person who decided for the role had; `now` those of the revision.
    """
    rules = pack.kinds[plan.request_kind]
    tables = _asking(pack, plan, role)
    then, today = known_facts(pack, plan.request_kind, before), known_facts(pack, plan.request_kind, now)
    let_pass = materiality(pack, plan.request_kind)
    found = [
        _compare(column, _worse(column, tables), then.get(key), today.get(key), let_pass.get(key, NOTHING))
        for key, column in _columns(tables).items()
    ]
    if any(table.subject == rules.bands[0].subject for table in tables if table.use == "band"):
        found.append(_escalators(rules.escalators, then, today))
    return tuple(each for each in found if each is not None)


def _asking(pack: Pack, plan: Plan, role: str) -> list[Table]:
    """Band and join tables whose band brought the role into the plan."""
    seats = {seat.role: seat for stage in route(pack, plan.bands.values()) for seat in stage}
    bands = seats[role].bands if role in seats else frozenset()
    subjects = [subject for subject, band in plan.bands.items() if band in bands]
    rules = pack.kinds[plan.request_kind]
    return [
        table
        for table in (*rules.bands, *rules.joins)
        if any(subject == table.subject or subject.startswith(f"{table.subject} ") for subject in subjects)
    ]


def _columns(tables: list[Table]) -> dict[str, Column]:
    """What the rows really ask for; a column that only fills a sentence decides nothing."""
    return {column.key: column for table in tables for row in table.rows for column, _cell in row.conditions}


def _worse(column: Column, tables: list[Table]) -> str:
    """``higher`` or ``lower``; for a flag ``true`` or ``false`` when only that asks for anything; else empty."""
    if column.kind != "flag":
        return column.worse
    asked = {
        value
        for table in tables
        for row in table.rows
        for each, cell in row.conditions
        if each.key == column.key
        for value in cell.values
    }
    return asked.pop() if len(asked) == 1 else ""


def _compare(column: Column, worse: str, before: Fact, now: Fact, let_pass: Materiality) -> Compared | None:
    if before == now:
        return None
    said: dict[str, Any] = {
        "zh": column.zh,
        "en": column.en,
        **{f"before_{lang}": value_words(before, column.kind, lang) for lang in ("zh", "en")},
        **{f"now_{lang}": value_words(now, column.kind, lang) for lang in ("zh", "en")},
    }
    if before is None or now is None:
        return Compared(**said, holds=False, sign="≠")
    if column.kind in NUMBER_KINDS and isinstance(before, Decimal | int) and isinstance(now, Decimal | int):
        return _numbers(column, worse, Decimal(before), Decimal(now), let_pass, said)
    if let_pass.order and str(before) in let_pass.order and str(now) in let_pass.order:
        holds = let_pass.order.index(str(now)) <= let_pass.order.index(str(before))
        return Compared(**said, holds=holds, sign="≤" if holds else ">")
    better = worse in ("true", "false") and now is not (worse == "true")
    return Compared(**said, holds=better, sign="→" if better else "≠")


def _numbers(
    column: Column, worse: str, before: Decimal, now: Decimal, let_pass: Materiality, said: Mapping[str, Any]
) -> Compared:
    room = let_pass.allowance(before)
    up, down = now > before + room, now < before - room
    holds = not {HIGHER: up, LOWER: down}.get(worse, up or down)
    sign = {HIGHER: ("≤", ">"), LOWER: ("≥", "<")}.get(worse, ("≈", "≠"))[not holds]
    if not let_pass.tolerance:
        return Compared(**said, holds=holds, sign=sign)
    mark = {HIGHER: "+", LOWER: "-"}.get(worse, "±")
    points = column.kind == "pct" and not let_pass.relative
    words = {
        "zh": f"{let_pass.tolerance.normalize():f} 个百分点" if points else value_words(room, column.kind, "zh"),
        "en": f"{let_pass.tolerance.normalize():f} points" if points else value_words(room, column.kind, "en"),
    }
    allowed = {f"allowed_{lang}": f" {mark} {word}" for lang, word in words.items()}
    return Compared(**said, holds=holds, sign=sign, **allowed)


def _escalators(tables: tuple[Table, ...], before: Facts, now: Facts) -> Compared | None:
    """Escalators compare as a set: a new one asks again, one that has gone does not."""
    then, today = set(_held(tables, before)), set(_held(tables, now))
    if then == today:
        return None
    said = {
        f"{when}_{lang}": ", ".join(sorted(codes)) or ("无" if lang == "zh" else "none")
        for when, codes in (("before", then), ("now", today))
        for lang in ("zh", "en")
    }
    holds = today <= then
    return Compared("升级因素", "Escalators", **said, holds=holds, sign="⊆" if holds else "⊄")


def _held(tables: tuple[Table, ...], facts: Facts) -> Iterator[str]:
    for table in tables:
        for match in table.evaluate(facts):
            yield match.outputs["code"]
