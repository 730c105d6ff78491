"""From figures to stars: scorecard, gates, hysteresis, provisional tier. The same figures always give the same star."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.rules.pack import Pack
from policies.rules.tables import Reason, plain
from policies.rules.tiers.accounts import AccountTests, account_tests
from policies.rules.tiers.disposition import Disposition, disposition
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.gates import Gate, gates
from policies.rules.tiers.levers import Lever, levers
from policies.rules.tiers.scorecard import TierScore, rule, score, tier_card

FIRST, UP, DOWN, KEEP = "first", "up", "down", "keep"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands before the evaluation.

    Args:
        star: None when it never had one. provisional: the star of a new customer.
        previous: the star that the evaluation before this one earned by score and gates, None without one.
    """

    star: int | None
    provisional: bool = False
    previous: int | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One customer, evaluated. `earned` is the star by score and gates alone, `star` the one after hysteresis."""

    figures: Figures
    standing: Standing
    score: TierScore
    tests: AccountTests
    gates: tuple[Gate, ...]
    levers: tuple[Lever, ...]
    disposition: Disposition
    earned: int | None
    star: int
    provisional: bool
    direction: str
    reasons: tuple[Reason, ...]

    @property
    def changes(self) -> bool:
        """Whether a change would be proposed: other stars, or a provisional star that is confirmed."""
        before = self.standing
        return self.star != before.star or self.provisional != before.provisional

    def to_json(self) -> dict[str, Any]:
        """Everything that an approver sees, as plain JSON types."""
        return {
            "figures": self.figures.to_json(),
            "current": self.standing.star,
            "current_provisional": self.standing.provisional,
            "previous": self.standing.previous,
            "score": self.score.to_json(),
            "tests": self.tests.to_json(),
            "gates": [gate.to_json() for gate in self.gates],
            "levers": [lever.to_json() for lever in self.levers],
            "disposition": self.disposition.to_json(),
            "earned": self.earned,
            "star": self.star,
            "provisional": self.provisional,
            "direction": self.direction,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


def entry_score(pack: Pack, star: int) -> Decimal:
    """The score from which a star begins."""
    return pack.tier_terms[star].entry_score


def evaluate(pack: Pack, figures: Figures, standing: Standing) -> Evaluation:
    """Evaluate a customer under a policy version (defaults 2(c), tier rules)."""
    tests = account_tests(pack, figures)
    result = score(tier_card(pack), figures, t1_factor=tests.t1_factor, min_scorable=rule(pack, "min_scorable"))
    answered = gates(pack, figures, tests)
    judge = _Judge(pack, figures, standing, result, answered)
    star, provisional, direction, reasons = judge.verdict()
    return Evaluation(
        figures=figures,
        standing=standing,
        score=result,
        tests=tests,
        gates=answered,
        levers=levers(pack, figures, tests),
        disposition=disposition(pack, figures, star=star, score_star=judge.score_star()),
        earned=judge.earned(),
        star=star,
        provisional=provisional,
        direction=direction,
        reasons=reasons,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """The rules of movement over a score and answered gates."""

    pack: Pack
    figures: Figures
    standing: Standing
    result: TierScore
    gates: tuple[Gate, ...]

    def score_star(self) -> int:
        """The star that the points alone earn; without a score 1."""
        reached = [star for star in self.pack.tier_terms if self.reaches(star)]
        return max(reached, default=1)

    def earned(self) -> int | None:
        """The highest star whose band and gates are passed; None without a score."""
        if self.result.score is None:
            return None
        return max(star for star in self.pack.tier_terms if star == 1 or (self.reaches(star) and self.passes(star)))

    def reaches(self, star: int, margin: Decimal = Decimal(0)) -> bool:
        """The score is in the star's band, moved by a margin."""
        score = self.result.score
        return score is not None and score >= entry_score(self.pack, star) + margin

    def passes(self, star: int) -> bool:
        """Every gate of the star and of the stars below is passed on known figures."""
        return all(gate.passed for gate in self.gates if gate.star <= star)

    def fails(self, star: int) -> bool:
        """A known figure is outside a gate; an unknown one does not take a star away."""
        return any(gate.passed is False for gate in self.gates if gate.star <= star)

    def verdict(self) -> tuple[int, bool, str, tuple[Reason, ...]]:
        """Star, provisional, direction and why."""
        star = self.standing.star
        if star is None or self.standing.provisional:
            return self._first()
        earned = self.earned()
        if earned is not None and earned > star:
            return self._up(star, earned)
        if self.fails(star) or (self.result.score is not None and not self._kept(star)):
            return self._down(star)
        return star, False, KEEP, (self._said_keep(star),)

    def _first(self) -> tuple[int, bool, str, tuple[Reason, ...]]:
        months, needed = self.figures.trade_months, int(rule(self.pack, "provisional_months"))
        earned = self.earned()
        missing = []
        if months is None or months < needed:
            missing.append(Reason("TR-NEW", f"合作不足 {needed} 个月", f"less than {needed} months of trade", {}))
        if earned is None:
            missing.append(self._said_unknown())
        if not self.figures.grade:
            missing.append(Reason("TR-GRADE", "尚无信用等级", "no credit grade yet", {}))
        if missing or earned is None:
            return int(rule(self.pack, "provisional_star")), True, FIRST, tuple(missing)
        return earned, False, FIRST, (self._said_score("TR-FIRST", "首次评级", "first rating", earned),)

    def _up(self, star: int, earned: int) -> tuple[int, bool, str, tuple[Reason, ...]]:
        margin = rule(self.pack, "up_margin")
        before = self.standing.previous or 0
        reached = [each for each in range(star + 1, earned + 1) if self.reaches(each, margin) or before >= each]
        if reached:
            top = max(reached)
            return top, False, UP, (self._said_score("TR-UP", "升星", "up", top),)
        entry = entry_score(self.pack, star + 1)
        zh = f"得分 {self._score()} 已达 {star + 1} 星（{plain(entry)}），须高出 {plain(margin)} 分或连续两次评级"
        en = (
            f"the score {self._score()} is in the band of {star + 1} stars ({plain(entry)}); a rise needs "
            f"{plain(margin)} points more or two consecutive evaluations"
        )
        return star, False, KEEP, (Reason("TR-WAIT", zh, en, {"score": self._score()}),)

    def _kept(self, star: int) -> bool:
        return star == 1 or self.reaches(star, -rule(self.pack, "down_margin"))

    def _down(self, star: int) -> tuple[int, bool, str, tuple[Reason, ...]]:
        scored = self.result.score is not None
        below = [
            each for each in range(1, star) if not self.fails(each) and (each == 1 or not scored or self.reaches(each))
        ]
        lower = max(below, default=1)
        if lower == star:
            return star, False, KEEP, (self._said_keep(star),)
        failed = [gate.reason for gate in self.gates if gate.star <= star and gate.passed is False]
        if failed:
            return lower, False, DOWN, tuple(failed)
        entry, margin = entry_score(self.pack, star), rule(self.pack, "down_margin")
        zh = f"得分 {self._score()} 低于 {star} 星进入得分 {plain(entry)} 减 {plain(margin)} 分"
        en = (
            f"the score {self._score()} is below the band of {star} stars ({plain(entry)}) by more than {plain(margin)}"
        )
        return lower, False, DOWN, (Reason("TR-DOWN", zh, en, {"score": self._score()}),)

    def _score(self) -> str:
        return "—" if self.result.score is None else plain(self.result.score)

    def _said_keep(self, star: int) -> Reason:
        if self.result.score is None:
            return self._said_unknown()
        return self._said_score("TR-KEEP", "维持", "kept", star)

    def _said_score(self, code: str, zh: str, en: str, star: int) -> Reason:
        entry = plain(entry_score(self.pack, star))
        return Reason(
            code,
            f"{zh}：得分 {self._score()}，{star} 星从 {entry} 分起",
            f"{en}: score {self._score()}, {star} stars begin at {entry}",
            {"score": self._score()},
        )

    def _said_unknown(self) -> Reason:
        codes = ", ".join(self.result.unknown)
        return Reason(
            "TR-DATA",
            f"数据不足，无法评分（缺 {codes}）",
            f"too few figures to be rated (missing {codes})",
            {"unknown": codes},
        )
