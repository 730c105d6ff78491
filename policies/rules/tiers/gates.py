"""Gates of each star (form 7): credit grade, volume class, overdue, false-key-account flags, licences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.rules.pack import Pack
from policies.rules.tables import Reason, plain
from policies.rules.tiers.accounts import AccountTests
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.terms import TierTerms

_UNKNOWN = ("未知", "not known")


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate of one star; `passed` is None when the figure is not known. `reason` says condition and figure."""

    star: int
    code: str
    passed: bool | None
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"star": self.star, "code": self.code, "passed": self.passed, **self.reason.to_json()}


def gates(pack: Pack, figures: Figures, tests: AccountTests) -> tuple[Gate, ...]:
    """All gates of all stars, answered; to hold a star its own gates and those of the stars below must be passed."""
    return tuple(
        gate for star in sorted(pack.tier_terms) for gate in _of_star(pack, pack.tier_terms[star], figures, tests)
    )


def gate_failures(pack: Pack, star: int, figures: Figures, tests: AccountTests) -> tuple[Reason, ...]:
    """Gates that a star asks for and the customer does not pass, unknown figures included."""
    return tuple(gate.reason for gate in gates(pack, figures, tests) if gate.star <= star and not gate.passed)


def _of_star(pack: Pack, terms: TierTerms, figures: Figures, tests: AccountTests) -> Iterator[Gate]:
    star = terms.tier
    if terms.grade_gate:
        yield _grade(pack, star, terms.grade_gate, figures.grade)
    if terms.licences_valid:
        expired = figures.licence_expired
        said = ("必备证照过期", "a blocking licence has expired") if expired else ("证照有效", "licences are valid")
        yield _gate(star, "licences", None if expired is None else not expired, ("证照有效", "licences valid"), said)
    if terms.overdue_max is not None:
        days = figures.overdue_days
        asked = (f"无逾期 {terms.overdue_max} 天以上", f"no overdue > {terms.overdue_max} d")
        said = _UNKNOWN if days is None else (f"最长逾期 {days} 天", f"longest overdue {days} d")
        yield _gate(star, "overdue", None if days is None else days <= terms.overdue_max, asked, said)
    if terms.volume_class_max is not None:
        bound = figures.volume_class
        most = plain(terms.volume_class_max)
        asked = (f"累计贡献 {most} % 以内", f"volume class ≤ {most} % cumulative")
        said = _UNKNOWN if bound is None else (f"档次 {plain(bound)} %", f"class {plain(bound)} %")
        yield _gate(star, "volume", None if bound is None else bound <= terms.volume_class_max, asked, said)
    if terms.no_false_account:
        flags = ", ".join(tests.flags)
        said = (f"标记 {flags}", f"flagged {flags}") if flags else ("无标记", "no flag")
        yield _gate(star, "false_account", not flags, ("无假大户标记", "no false-key-account flag"), said)
    elif any(test.state == "flag" and test.max_star is not None and test.max_star < star for test in tests.tests):
        yield _capped(star, tests)


def _grade(pack: Pack, star: int, wanted: str, grade: str | None) -> Gate:
    order = [each.grade for each in sorted(pack.grades, key=lambda each: each.min_score, reverse=True)]
    passed = order.index(grade) <= order.index(wanted) if grade in order and grade is not None else None
    said = (grade, grade) if grade else _UNKNOWN
    return _gate(star, "grade", passed, (f"信用等级 ≥ {wanted}", f"credit grade ≥ {wanted}"), said)


def _capped(star: int, tests: AccountTests) -> Gate:
    flags = [test for test in tests.tests if test.state == "flag" and test.max_star is not None]
    codes = ", ".join(test.code for test in flags if test.max_star is not None and test.max_star < star)
    asked = (f"假大户标记允许 {star} 星", f"the false-key-account flags allow {star} stars")
    return _gate(star, "false_account", False, asked, (f"标记 {codes}", f"flagged {codes}"))


def _gate(star: int, code: str, passed: bool | None, asked: tuple[str, str], said: tuple[str, str]) -> Gate:
    reason = Reason(
        f"G{star}-{code}",
        f"{star} 星门槛“{asked[0]}”：{said[0]}",
        f"gate of {star} stars “{asked[1]}”: {said[1]}",
        {"gate": code, "star": str(star)},
    )
    return Gate(star, code, passed, reason)
