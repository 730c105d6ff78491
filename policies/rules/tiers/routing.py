"""Facts that route a tier change (tables TC, TC-JOIN, TC-BL, TC-NO): one place for the rep's request and the job's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.tiers.accounts import AccountTests
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.gates import gate_failures
from policies.rules.tiers.levers import check_levers
from policies.rules.tiers.rating import Evaluation, entry_score
from policies.rules.tiers.scorecard import TierScore, rule

# What is put in force, as ceilings of authority measure it: GM for key accounts, overrides and exits.
ORDINARY, GREAT = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a tier change asks for, and what the customer has.

    Args:
        current_star: None when the customer never had one; then the change is its first rating.
        effective_from: the day from which the customer's terms follow the new star.
    """

    current_star: int | None
    new_star: int
    effective_from: date
    current_provisional: bool = False
    key_account_now: bool = False
    key_account_new: bool = False
    current_levers: frozenset[str] = frozenset()
    levers: frozenset[str] = frozenset()
    exit: bool = False
    emergency: bool = False
    sponsor_informed: bool = False
    reason: str = ""

    @property
    def before(self) -> int:
        """The star that rises and falls are counted from: without one, that of the change, never from nothing."""
        return self.new_star if self.current_star is None else self.current_star

    @property
    def first(self) -> bool:
        """It confirms a provisional star or gives the first one."""
        return self.current_star is None or self.current_provisional


def routing_facts(pack: Pack, evaluation: Evaluation, change: Change, on: date) -> dict[str, Fact]:
    """Facts of routing/tier_change.json for a change of the evaluated customer on a business day."""
    return facts_of(pack, evaluation.figures, evaluation.tests, evaluation.score, change, on)


def facts_of(
    pack: Pack, figures: Figures, tests: AccountTests, score: TierScore, change: Change, on: date
) -> dict[str, Fact]:
    """As `routing_facts`, from the parts of an evaluation."""
    star = change.new_star
    known = star in pack.tier_terms
    step = star - change.before
    entry = entry_score(pack, star) if known else Decimal(0)
    # A star that is kept has the same tolerance as in the evaluation.
    bar = entry - (rule(pack, "down_margin") if step == 0 and not change.first else 0)
    below = star > 1 and (score.score is None or score.score < bar)
    failed = known and bool(gate_failures(pack, star, figures, tests))
    capped = bool(tests.flags) and (change.key_account_new or star >= 4 or (tests.max_star or 4) < star)
    entering = change.key_account_new and not change.key_account_now
    leaving = change.key_account_now and not change.key_account_new
    great = star >= 4 or entering or leaving or change.exit or step > 1 or below or failed or capped
    falls_to_one = star == 1 and step < 0
    return {
        "new_star": star,
        "star_change": step,
        "provisional_confirmed": change.first,
        "score": score.score,
        "entry_score": entry,
        "below_band": below,
        "gate_failed": failed,
        "false_account": capped,
        "key_account_entry": entering,
        "key_account_removal": leaving,
        "exit": change.exit,
        "emergency": change.emergency,
        "hard_red": figures.hard_red,
        "levers_count": len(change.levers),
        "levers_p_and_t": {"P", "T"} <= change.levers,
        "lever_not_eligible": bool(_ineligible(pack, change.levers, figures, tests)),
        "nothing_changes": _same(change, step),
        "days_until_effective": (change.effective_from - on).days,
        "licence_expired_now": figures.licence_expired is True,
        "reason_missing": not change.reason.strip(),
        "sponsor_informed": change.sponsor_informed,
        "figures_unknown": len(score.unknown),
        "authority_level": GREAT
        if not change.emergency and (falls_to_one or (step >= 0 and great) or leaving or change.exit)
        else ORDINARY,
    }


def _ineligible(pack: Pack, levers: Iterable[str], figures: Figures, tests: AccountTests) -> list[str]:
    return [reason.code for reason in check_levers(pack, levers, figures, tests) if reason.code != "LEVER-COUNT"]


def _same(change: Change, step: int) -> bool:
    kept = change.key_account_now == change.key_account_new and change.current_levers == change.levers
    return step == 0 and kept and not change.first and not change.exit
