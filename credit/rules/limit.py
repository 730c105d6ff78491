"""How much credit, for how long, at what cost. Formula source: defaults.md 2(b), `授信额度公式`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from policies.rules.standards import GradeStandard, Parameters
from policies.rules.tiers.terms import TierTerms

ZERO = Decimal(0)
CENT = Decimal("0.01")
YEAR = Decimal(365)


@dataclass(frozen=True, slots=True)
class Security:
    """A security; `kind` is deposit, surety, mortgage, pledge, bank_guarantee, credit_insurance or none."""

    kind: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class LimitInput:
    """Everything the limit depends on; money in the customer's currency, terms in days, None = not known."""

    requested: Decimal
    term_days: int
    monthly: Decimal
    grade: GradeStandard
    tnw: Decimal | None = None
    turnover: Decimal | None = None
    securities: Sequence[Security] = field(default_factory=tuple)
    tier: TierTerms | None = None
    budget_left: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LimitResult:
    """The limit with every operand, so that the screen and the printed sheet can show how it came about."""

    requested: Decimal
    term_days: int
    monthly: Decimal
    k: Decimal
    need: Decimal
    capacity_tnw: Decimal | None
    capacity_turnover: Decimal | None
    fin: Decimal
    cap: Decimal
    sec: Decimal
    formula: Decimal
    tier_bound: Decimal | None
    budget_left: Decimal | None
    recommended: Decimal
    binding: str

    def to_json(self) -> dict[str, Any]:
        """All operands as text; None stays None."""
        return {k: str(v) if isinstance(v, Decimal) else v for k, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Terms:
    """Standard and longest payment term for this customer (E_std, E_max), in days."""

    standard: int
    longest: int

    def formula_term(self, requested: int) -> int:
        """The term the limit formula uses: what was asked within the policy, else the standard term."""
        return requested if requested <= self.longest else self.standard

    def suggested(self, requested: int) -> int:
        """The term to offer: what was asked, within the longest term."""
        return min(requested, self.longest)


def money(value: Decimal) -> Decimal:
    """Round half up to the cent."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Round down to a multiple of `step` (10,000 by default policy)."""
    return (value / step).to_integral_value(rounding=ROUND_FLOOR) * step


def eligible_security(securities: Sequence[Security], parameters: Parameters) -> Decimal:
    """L_sec: what the securities count for after the haircut of their kind (0.8 where none is set)."""
    cuts = parameters.security_haircuts
    return sum((s.value * cuts.get(s.kind, parameters.default_haircut) for s in securities), ZERO)


def need(monthly: Decimal, term_days: int, k: Decimal, parameters: Parameters) -> Decimal:
    """L_need = M × term / 30 × k."""
    return monthly * term_days / parameters.need_days * k


def limit(given: LimitInput, parameters: Parameters) -> LimitResult:
    """The formula limit and the recommended limit.

    L_formula = floor_10,000(min(L_need, min(L_fin, cap(grade)) + L_sec)); grade C gets
    min(L_need at k = 0.6, L_sec), so security only. Recommended = the least of request, formula, tier
    rule and remaining company credit budget.
    """
    grade = given.grade
    sec = eligible_security(given.securities, parameters)
    wanted = need(given.monthly, given.term_days, grade.k, parameters)
    by_tnw = None if given.tnw is None else max(given.tnw, ZERO) * grade.tnw_pct
    by_turnover = None if given.turnover is None else given.turnover * grade.turnover_pct
    capacities = [c for c in (by_tnw, by_turnover) if c is not None]
    fin = min(capacities) if capacities else wanted * parameters.need_share_without_capacity
    if grade.k == 0:
        secured_need = need(given.monthly, given.term_days, parameters.secured_k, parameters)
        uncut = min(secured_need, sec)
    else:
        uncut = min(wanted, min(fin, grade.cap) + sec)
    formula = floor_to(uncut, parameters.rounding)
    bound = tier_bound(given.tier, given.monthly, sec)
    bounds = {"requested": given.requested, "formula": formula, "tier": bound, "budget": given.budget_left}
    present = {name: value for name, value in bounds.items() if value is not None}
    binding = min(present, key=lambda name: present[name])
    return LimitResult(
        requested=given.requested,
        term_days=given.term_days,
        monthly=money(given.monthly),
        k=grade.k,
        need=money(wanted),
        capacity_tnw=None if by_tnw is None else money(by_tnw),
        capacity_turnover=None if by_turnover is None else money(by_turnover),
        fin=money(fin),
        cap=grade.cap,
        sec=money(sec),
        formula=formula,
        tier_bound=None if bound is None else money(bound),
        budget_left=given.budget_left,
        recommended=money(max(present[binding], ZERO)),
        binding=binding,
    )


def with_formula(result: LimitResult, formula: Decimal) -> LimitResult:
    """The same case with another formula (temporary limit, placement): no tier bound, no budget."""
    binding = "requested" if result.requested <= formula else "formula"
    return replace(
        result,
        formula=formula,
        tier_bound=None,
        recommended=money(min(result.requested, formula)),
        binding=binding,
    )


def tier_bound(tier: TierTerms | None, monthly: Decimal, sec: Decimal) -> Decimal | None:
    """The bound the customer's star sets on the limit; None when it sets none."""
    if tier is None:
        return None
    if tier.secured_only:
        return sec
    if tier.unsecured_months is None:
        return None
    return tier.unsecured_months * monthly + sec


def effective_terms(
    grade: GradeStandard, tier: TierTerms | None, *, new_customer: bool, parameters: Parameters
) -> Terms:
    """E_std and E_max: the shorter of tier and grade; a new customer never gets more than 30 days."""
    standard = grade.std_term if tier is None else min(grade.std_term, tier.std_term)
    longest = grade.max_term if tier is None else min(grade.max_term, tier.max_term)
    if new_customer:
        longest = min(longest, parameters.new_customer_max_term)
        standard = min(standard, longest)
    return Terms(standard, longest)


def cost_of_credit(amount: Decimal, days: int, wacc: Decimal) -> Decimal:
    """What carrying `amount` for `days` costs: amount × days / 365 × WACC, to the cent."""
    return money(amount * max(days, 0) / YEAR * wacc)


def above_pct(value: Decimal, base: Decimal | None) -> Decimal | None:
    """By how many percent `value` is above `base` (negative below); None when there is no base or it is 0."""
    return None if not base else money((value / base - 1) * 100)
