"""Levers P, T and E: computed benefits on top of the tier line, from data alone; at most two at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.rules.pack import Pack
from policies.rules.tables import Reason, Row
from policies.rules.tiers.accounts import AccountTests, rounded
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.scorecard import rule
from policies.rules.wording import cell_words

TABLE = "TIER-LEVER"


@dataclass(frozen=True, slots=True)
class Lever:
    """One lever for one customer: whether it may be given, which conditions are met and missed, and what it gives."""

    code: str
    zh: str
    en: str
    eligible: bool
    met: tuple[Reason, ...]
    missed: tuple[Reason, ...]
    condition_zh: str
    condition_en: str
    benefit_zh: str
    benefit_en: str
    discount_pp: Decimal
    term_days: int
    expense_pp: Decimal
    visits_pct: Decimal

    def to_json(self) -> dict[str, Any]:
        """What the pages show."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "eligible": self.eligible,
            "met": [reason.to_json() for reason in self.met],
            "missed": [reason.to_json() for reason in self.missed],
            "condition_zh": self.condition_zh,
            "condition_en": self.condition_en,
            "benefit_zh": self.benefit_zh,
            "benefit_en": self.benefit_en,
        }


def levers(pack: Pack, figures: Figures, tests: AccountTests) -> tuple[Lever, ...]:
    """Every lever with its conditions answered; an unknown figure misses its condition."""
    return tuple(_lever(row, figures, tests) for row in pack.tables[TABLE].rows)


def check_levers(pack: Pack, wanted: Iterable[str], figures: Figures, tests: AccountTests) -> tuple[Reason, ...]:
    """Why the chosen levers cannot be given together: not eligible, unknown, or too many."""
    chosen = sorted(set(wanted))
    known = {lever.code: lever for lever in levers(pack, figures, tests)}
    problems: list[Reason] = []
    for code in chosen:
        lever = known.get(code)
        if lever is None:
            problems.append(Reason("LEVER-UNKNOWN", f"没有杠杆 {code}。", f"There is no lever {code}.", {}))
        elif not lever.eligible:
            missed_zh = "；".join(reason.zh for reason in lever.missed)
            missed_en = "; ".join(reason.en for reason in lever.missed)
            zh, en = f"杠杆“{lever.zh}”条件不满足：{missed_zh}。", f"Lever {lever.en} cannot be given: {missed_en}."
            problems.append(Reason(f"LEVER-{code}", zh, en, {}))
    most = int(rule(pack, "max_levers"))
    if len(chosen) > most:
        zh, en = f"最多同时使用 {most} 个杠杆。", f"At most {most} levers can be given at once."
        problems.append(Reason("LEVER-COUNT", zh, en, {"levers": ",".join(chosen)}))
    return tuple(problems)


def lever_row(pack: Pack, code: str) -> Row | None:
    """The table's row of a lever."""
    return next((row for row in pack.tables[TABLE].rows if row.code == code), None)


def gives(row: Row) -> dict[str, Decimal]:
    """What a lever adds: points of discount and of expense, days of term, percent more visits."""
    keys = ("discount_pp", "term_days", "expense_pp", "visits_pct")
    return {key: Decimal(row.outputs.get(key, "0")) for key in keys}


def _lever(row: Row, figures: Figures, tests: AccountTests) -> Lever:
    facts = figures.facts()
    said = rounded(facts)
    answers = []
    for column, cell in row.conditions:
        value = facts.get(column.key)
        met = value is not None and cell.test(value)
        words = [
            cell_words(column.zh if zh else column.en, column.kind, cell, said.get(column.key), "zh" if zh else "en")
            for zh in (True, False)
        ]
        answers.append((met, Reason(f"LEVER-{row.code}", words[0], words[1], {"fact": column.key})))
    off = [
        Reason("F3", "有扒皮大户标记，杠杆停用", "flagged as a squeezer: levers are off", {}),
    ]
    missed = tuple(reason for met, reason in answers if not met) + (tuple(off) if tests.levers_off else ())
    given = gives(row)
    return Lever(
        code=row.code,
        zh=row.outputs["name_zh"],
        en=row.outputs["name_en"],
        eligible=not missed,
        met=tuple(reason for met, reason in answers if met),
        missed=missed,
        condition_zh=row.condition("zh"),
        condition_en=row.condition("en"),
        benefit_zh=row.outputs["benefit_zh"],
        benefit_en=row.outputs["benefit_en"],
        discount_pp=given["discount_pp"],
        term_days=int(given["term_days"]),
        expense_pp=given["expense_pp"],
        visits_pct=given["visits_pct"],
    )
