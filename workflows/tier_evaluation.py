"""A tier change as its deciders see it: score, gates, tests, benefits side by side, and the facts for the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from credit.authority import is_credit_control
from customers.models import ListChange, TierChange, TierSource
from customers.queries_tiers import TierState, tier_in_force
from customers.rules.ledger import add_months
from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.tables import Reason, plain
from policies.rules.tiers.benefits import benefits, compare
from policies.rules.tiers.gates import gate_failures
from policies.rules.tiers.rating import Evaluation, evaluate
from policies.rules.tiers.routing import Change, routing_facts
from policies.rules.tiers.scorecard import tier_card
from workflows.tier_figures import Gathered, gather, standing_of

OVERRIDE_MONTHS: Final = 6
PROVISIONAL: Final = 2


@dataclass(frozen=True)
class TierCase:
    """Everything that is known about a tier change on a day, under one policy version."""

    letter: TierChange
    pack: Pack
    on: date
    now: TierState
    gathered: Gathered
    rating: Evaluation
    change: Change
    facts: Mapping[str, Fact]

    @property
    def override(self) -> bool:
        """Granted against the rules (TC-4): valid for six months."""
        step, facts = int(str(self.facts["star_change"])), self.facts
        against = step > 1 or facts["below_band"] or facts["gate_failed"] or facts["false_account"]
        ordinary = self.change.emergency or self.change.exit or facts["key_account_removal"]
        return step >= 0 and bool(against) and not ordinary

    @property
    def rerate_on(self) -> date:
        """When the customer is rated again: half a year after an override, else as its stars say."""
        months = OVERRIDE_MONTHS if self.override else self.pack.tier_terms[self.change.new_star].rerating_months
        return add_months(self.change.effective_from, months)

    def to_json(self) -> dict[str, Any]:
        """The evaluation as plain JSON, computed once; pages and papers show only this."""
        return {
            "on": self.on.isoformat(),
            "policy_number": self.pack.number,
            "currency": self.letter.customer.currency,
            "grade": self.rating.figures.grade,
            "current": _state(self.now),
            "proposed": {
                "tier": self.change.new_star,
                "provisional": False,
                "key_account": self.change.key_account_new,
                "levers": sorted(self.change.levers),
            },
            "override": self.override,
            "emergency": self.change.emergency,
            "exit": self.change.exit,
            "rating": self.rating.to_json(),
            "lines": [self._line(line) for line in self.rating.to_json()["score"]["lines"]],
            "failures": [
                reason.to_json()
                for reason in gate_failures(self.pack, self.change.new_star, self.rating.figures, self.rating.tests)
            ],
            "benefits": self._benefits(),
            "months": [[month.isoformat(), plain(amount)] for month, amount in self.gathered.months],
        }

    def _line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A factor of the scorecard with what it was computed from."""
        code = str(line["code"])
        factor = next(each for each in tier_card(self.pack).factors if each.code == code)
        formula = {"formula_zh": factor.formula_zh, "formula_en": factor.formula_en}
        return {**line, **formula, **self.gathered.derivation(code, self.on)}

    def _benefits(self) -> list[dict[str, Any]]:
        """Every benefit today and as proposed, differences marked."""
        figures, change = self.rating.figures, self.change
        star = PROVISIONAL if self.now.tier is None else self.now.tier
        provisional = self.now.provisional or self.now.tier is None
        today = benefits(self.pack, star, figures, provisional=provisional, levers=self.now.levers)
        proposed = benefits(self.pack, change.new_star, figures, levers=change.levers)
        return [
            {**row.to_json(), "changed": (row.before_zh, row.before_en) != (row.after_zh, row.after_en)}
            for row in compare(today, proposed)
        ]


def _state(state: TierState) -> dict[str, Any]:
    since = state.record.valid_from.isoformat() if state.record else None
    return {
        "tier": state.tier,
        "provisional": state.provisional,
        "key_account": state.key_account,
        "levers": list(state.levers),
        "since": since,
    }


def evaluate_change(letter: TierChange, pack: Pack, on: date) -> TierCase:
    """Evaluate a tier change on a business date of its company; drafts are evaluated as far as they go."""
    customer = letter.customer
    now = tier_in_force(customer, on)
    gathered = gather(pack, [customer], on)[customer.pk]
    figures = replace(
        gathered.figures,
        influence=None if letter.influence is None else Decimal(letter.influence),
        proactivity=None if letter.proactivity is None else Decimal(letter.proactivity),
    )
    rating = evaluate(pack, figures, standing_of(pack, [customer], on)[customer.pk])
    change = _change(letter, now, on)
    facts = {
        **routing_facts(pack, rating, change, on),
        "by_credit_control": ordered_by_credit_control(letter),
        "current_star": now.tier,
        "grade": figures.grade,
    }
    return TierCase(letter, pack, on, now, gathered, rating, change, facts)


def ordered_by_credit_control(letter: TierChange) -> bool:
    """An emergency measure that a credit controller of the customer wrote himself takes effect when he sends it."""
    return letter.source == TierSource.EMERGENCY and is_credit_control(letter.customer, letter.created_by)


def _change(letter: TierChange, now: TierState, on: date) -> Change:
    stays = now.key_account and not letter.exit
    on_list = letter.list_change == ListChange.ENTER if letter.list_change else stays
    return Change(
        current_star=now.tier,
        new_star=letter.proposed_tier or now.tier or PROVISIONAL,
        effective_from=letter.effective_on or on,
        current_provisional=now.provisional,
        key_account_now=now.key_account,
        key_account_new=on_list,
        current_levers=frozenset(now.levers),
        levers=frozenset(letter.levers),
        exit=letter.exit,
        emergency=letter.source == TierSource.EMERGENCY,
        sponsor_informed=letter.sponsor_informed,
        reason=letter.reason_text,
    )


def blocks(case: TierCase) -> tuple[Reason, ...]:
    """What is missing in the letter itself; the policy's tables say the rest."""
    letter = case.letter
    wanted = [
        ("proposed_tier", letter.proposed_tier is None, "请选择拟定星级。", "Choose the proposed stars."),
        ("effective_on", letter.effective_on is None, "请填写生效日。", "Say when it takes effect."),
        ("reason_code", not letter.reason_code, "请选择变更原因。", "Choose why the stars change."),
        (
            "influence_evidence",
            bool(letter.influence) and not letter.influence_evidence.strip(),
            "请写明行业影响力的依据。",
            "Give the evidence for the industry influence.",
        ),
        (
            "proactivity_evidence",
            bool(letter.proactivity) and not letter.proactivity_evidence.strip(),
            "请写明主动意识的依据。",
            "Give the evidence for the proactivity.",
        ),
        (
            "override_reason",
            case.override and not letter.override_reason.strip(),
            "这是例外升级，请写明理由。",
            "This is an exception to the rules: say why it is justified.",
        ),
        (
            "effective_on",
            case.change.emergency and letter.effective_on is not None and letter.effective_on > case.on,
            "紧急措施当日生效，请选择今天。",
            "An emergency measure takes effect today: choose today.",
        ),
    ]
    return tuple(
        Reason(f"TC-{field.upper().replace('_', '-')}", zh, en, {"field": field})
        for field, missing, zh, en in wanted
        if missing
    )
