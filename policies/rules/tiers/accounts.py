"""False-key-account tests F1–F5 and the positive test (defaults 2(f)): formula, figures, verdict and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.tables import Facts, Reason, Row
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.trade import shown
from policies.rules.wording import value_words

FALSE, TRUE, TESTS = "TIER-FALSE", "TIER-TRUE", "TIER-TESTS"
FLAG, AMBER, CLEAR, UNKNOWN = "flag", "amber", "clear", "unknown"


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of a test in words; an unknown one is said to be unknown."""

    key: str
    zh: str
    en: str
    value_zh: str
    value_en: str

    def to_json(self) -> dict[str, str]:
        """Plain JSON types."""
        return {"key": self.key, "zh": self.zh, "en": self.en, "value_zh": self.value_zh, "value_en": self.value_en}


@dataclass(frozen=True, slots=True)
class AccountTest:
    """One test. `state`: flag, amber, clear or unknown (a figure is missing); of the positive test true, not, unknown.

    `max_star` is the highest star that the flag allows.
    """

    code: str
    zh: str
    en: str
    state: str
    formula_zh: str
    formula_en: str
    figures: tuple[Shown, ...]
    reasons: tuple[Reason, ...]
    conditions: tuple[tuple[str, str], ...]
    max_star: int | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "state": self.state,
            "formula_zh": self.formula_zh,
            "formula_en": self.formula_en,
            "figures": [each.to_json() for each in self.figures],
            "reasons": [reason.to_json() for reason in self.reasons],
            "conditions": [{"zh": zh, "en": en} for zh, en in self.conditions],
            "max_star": self.max_star,
        }


@dataclass(frozen=True, slots=True)
class AccountTests:
    """All tests of one customer and what follows from them."""

    tests: tuple[AccountTest, ...]
    t1_factor: Decimal
    levers_off: bool

    @property
    def flags(self) -> tuple[str, ...]:
        """Codes of the tests that are flagged."""
        return tuple(test.code for test in self.tests if test.state == FLAG)

    @property
    def max_star(self) -> int | None:
        """The highest star that all flags allow; None without a flag."""
        return min((t.max_star for t in self.tests if t.state == FLAG and t.max_star is not None), default=None)

    @property
    def true_account(self) -> bool:
        """The badge "true key account"."""
        return any(test.code == "TRUE" and test.state == "true" for test in self.tests)

    def test(self, code: str) -> AccountTest:
        """One test by its code."""
        return next(test for test in self.tests if test.code == code)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "tests": [test.to_json() for test in self.tests],
            "flags": list(self.flags),
            "max_star": self.max_star,
            "t1_factor": str(self.t1_factor),
            "levers_off": self.levers_off,
            "true_account": self.true_account,
        }


def holds(row: Row, facts: Facts) -> bool | None:
    """Three answers: False as soon as one known figure is outside, None when only unknown ones are left."""
    unknown = False
    for column, cell in row.conditions:
        value = facts.get(column.key)
        if value is None:
            unknown = True
        elif not cell.test(value):
            return False
    return None if unknown else True


def account_tests(pack: Pack, figures: Figures) -> AccountTests:
    """Run F1–F5 and the positive test on a customer's figures."""
    facts = figures.facts()
    hits = [row for row in pack.tables[FALSE].rows if holds(row, facts)]
    factors = [Decimal(row.outputs["t1_factor"]) for row in hits if "t1_factor" in row.outputs]
    return AccountTests(
        tests=tuple(_test(pack, row, facts) for row in pack.tables[TESTS].rows),
        t1_factor=min(factors, default=Decimal(1)),
        levers_off=any(row.outputs.get("levers_off") == "true" for row in hits),
    )


def _test(pack: Pack, about: Row, facts: Mapping[str, Fact]) -> AccountTest:
    rows = [row for row in (*pack.tables[FALSE].rows, *pack.tables[TRUE].rows) if row.outputs["code"] == about.code]
    answers = [(row, holds(row, facts)) for row in rows]
    hits = [row for row, answer in answers if answer]
    top = about.outputs["max_star"]
    return AccountTest(
        code=about.code,
        zh=about.outputs["zh"],
        en=about.outputs["en"],
        state=_state(about.code, hits, any(answer is None for _, answer in answers)),
        formula_zh=about.outputs["formula_zh"],
        formula_en=about.outputs["formula_en"],
        figures=_figures(rows, facts),
        reasons=tuple(reason for row in hits for reason in row.reasons(rounded(facts))),
        conditions=tuple((row.condition("zh"), row.condition("en")) for row in rows),
        max_star=int(top) if top else None,
    )


def _state(code: str, hits: list[Row], unknown: bool) -> str:
    states = {row.outputs["state"] for row in hits}
    if code == "TRUE":
        return "true" if states else UNKNOWN if unknown else "not"
    if FLAG in states:
        return FLAG
    if unknown:
        return AMBER if AMBER in states else UNKNOWN
    return AMBER if AMBER in states else CLEAR


def rounded(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Figures as they are said: two decimals, half up."""
    return {key: shown(value) if isinstance(value, Decimal) else value for key, value in facts.items()}


def _figures(rows: list[Row], facts: Mapping[str, Fact]) -> tuple[Shown, ...]:
    columns = {column.key: column for row in rows for column, _ in row.conditions}
    found = []
    for key, column in columns.items():
        value = facts.get(key)
        words = [_words(value, column.kind, language) for language in ("zh", "en")]
        found.append(Shown(key, column.zh, column.en, *words))
    return tuple(found)


def _words(value: Fact, kind: str, language: str) -> str:
    if isinstance(value, Decimal) and kind == "pct":
        return f"{shown(value)} %"
    return value_words(value, kind, language)
