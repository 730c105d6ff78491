"""The evaluation of an application: score, grade, limit, exposure, cost, and the facts for the policy tables.

Two halves: `collect` reads the case file, `assess` computes from it without touching the database, so
that the same file under another policy version can be evaluated again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal
from functools import reduce
from typing import Any

from credit.casefile import CaseFile, collect
from credit.choices import LineKind, RequestType
from credit.models import CreditApplication
from credit.queries import LineState
from credit.resulting import UNBOUNDED, group_share, unsecured_group
from credit.rules import answers, indicators, limit, request_checks, scorecard, variants
from credit.rules.documents import DocumentState
from credit.rules.exposure import Exposure, exposure_of
from credit.rules.figures import Figure
from credit.rules.limit import LimitInput, LimitResult, Terms, above_pct, cost_of_credit, money
from credit.scoring import CaseScore
from customers.rules.ledger import total
from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.tables import Reason
from policies.rules.tiers.terms import TierTerms

ZERO = Decimal(0)
SHARE = Decimal("0.01")
PROVISIONAL_TIER = 2
SEASON_SHARE = Decimal("0.5")
RATED_IN_SURVEY = "CE"
RATED_IN_POTENTIAL = ("DP6", "DP7")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that is known about an application on a day, under one policy version."""

    on: date
    policy_number: int
    currency: str
    score: scorecard.ScoreResult
    terms: Terms
    term_requested: int | None
    limit: LimitResult
    limit_now: LineState
    trade_now: LineState
    exposure: Exposure
    group_exposure: Exposure
    monthly: Figure
    tnw: Decimal | None
    cost_of_credit: Decimal
    cost_of_extra_days: Decimal
    counter_offer: Decimal
    review_months: int
    documents: tuple[DocumentState, ...]
    file_complete_pct: Decimal
    facts: Mapping[str, Fact]
    flags: tuple[Reason, ...]
    blocks: tuple[Reason, ...]
    figures: Mapping[str, Figure]
    pack: Pack

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the screen, the request's snapshot and the printed score sheet."""
        from credit.presentation import evaluation_json

        return evaluation_json(self)


def evaluate(application: CreditApplication, pack: Pack, on: date) -> Evaluation:
    """Evaluate an application on a business date of its unit.

    A draft is evaluated as far as it goes: what is missing stands in `blocks`, never an exception.
    """
    case = collect(application, on, pack.parameters.split_window_days)
    return assess(application, case, pack)


def assess(application: CreditApplication, case: CaseFile, pack: Pack) -> Evaluation:
    """Compute the evaluation from a case file; no statement is sent to the database."""
    return _Assessment(application, case, pack).result()


class _Assessment:
    """One evaluation in the making: from the score to the limit, the term and what the policy asks."""

    def __init__(self, application: CreditApplication, case: CaseFile, pack: Pack) -> None:
        self.application, self.case, self.pack = application, case, pack
        self.parameters = pack.parameters
        self.on, self.customer, self.ledger = case.on, case.customer, case.ledger
        self.known = CaseScore(application, case, pack)
        self.requested = self.known.requested
        self.score = self.known.score
        self.limit_now = LineState.of(self.known.lines.get(application.kind))
        self.trade = LineState.of(self.known.lines.get(LineKind.TRADE.value))

    # Limit and term --------------------------------------------------------------------------------------

    def _tier(self) -> TierTerms:
        """The star's terms; a customer without one has two stars provisionally."""
        return self.pack.tier_terms[self.customer.tier or PROVISIONAL_TIER]

    def _limit(self, monthly: Decimal, term_days: int) -> LimitResult:
        turnover = self.known.statements.rev or answers.amount(self.known.survey, "turnover") or self.customer.turnover
        given = LimitInput(
            requested=self.requested,
            term_days=term_days,
            monthly=monthly,
            grade=self.pack.grade(self.score.grade),
            tnw=self.known.statements.tnw if self.known.statements.present else None,
            turnover=turnover,
            securities=self.known.securities,
            tier=self._tier(),
        )
        return limit.limit(given, self.parameters)

    def _other_formula(self, monthly: Decimal, usual: LimitResult) -> LimitResult:
        """Temporary: half a month's sales more. Placement: the projected yearly rebate by tier."""
        tier = self._tier()
        if self.application.kind == LineKind.TEMPORARY:
            formula = limit.floor_to(monthly * SEASON_SHARE, self.parameters.rounding)
        elif self.application.kind == LineKind.PLACEMENT:
            rebate = self.ledger.ttm_sales(self.on) * tier.rebate_pct / 100
            formula = money(rebate * tier.placement_factor)
        else:
            return usual
        return limit.with_formula(usual, formula)

    # Result ----------------------------------------------------------------------------------------------

    def result(self) -> Evaluation:
        grade = self.pack.grade(self.score.grade)
        monthly = indicators.monthly_average(
            self.ledger,
            self.on,
            new_customer=self.known.thin_history,
            forecast=self.application.forecast_month,
            factor=self.parameters.new_customer_factor,
        )
        average = monthly.value or ZERO
        thin = self.known.thin_history
        terms = limit.effective_terms(grade, self._tier(), new_customer=thin, parameters=self.parameters)
        asked_term = self.application.req_term
        term = terms.standard if asked_term is None else asked_term
        used = term if grade.k == 0 else terms.formula_term(term)
        found = self._other_formula(average, self._limit(average, used))
        return Evaluation(
            on=self.on,
            policy_number=self.pack.number,
            currency=self.application.currency,
            score=self.score,
            terms=terms,
            term_requested=asked_term,
            limit=found,
            limit_now=self.limit_now,
            trade_now=self.trade,
            exposure=exposure_of(self.ledger, self.on),
            group_exposure=reduce(
                Exposure.__add__, (exposure_of(each, self.on) for each in self.case.group_ledgers.values())
            ),
            monthly=monthly,
            tnw=self.known.statements.tnw,
            cost_of_credit=cost_of_credit(self.requested, term, self.parameters.wacc),
            cost_of_extra_days=cost_of_credit(self.requested, term - terms.standard, self.parameters.wacc),
            counter_offer=self._limit(average, terms.longest).formula,
            review_months=3 if self.known.thin_history else grade.review_months,
            documents=self.known.documents,
            file_complete_pct=self.known.complete_pct(),
            facts=self._facts(found, terms),
            flags=self._flags(found),
            blocks=self._blocks(),
            figures=self.known.figures,
            pack=self.pack,
        )

    def _facts(self, found: LimitResult, terms: Terms) -> dict[str, Fact]:
        asked, term = self.application.req_limit, self.application.req_term
        current = self._current_amount()
        return {
            "exposure_unsecured_group": unsecured_group(self.known),
            "limit_requested": asked,
            "limit_formula": found.formula,
            "over_formula_pct": None if asked is None else above_pct(asked, found.formula),
            "limit_current": current,
            "increase_pct": None if asked is None else above_pct(asked, current),
            "grade": self.score.grade,
            "grade_override": self.application.grade_override != 0,
            "new_customer": self.known.new_customer,
            "overdue_amount": self.known.overdue.amount,
            "overdue_days": self.known.overdue.longest_days,
            "group_ar_share_pct": group_share(self.known),
            "has_statements": self.known.statements.present,
            "term_requested": term,
            "term_std": terms.standard,
            "term_max": terms.longest,
            "term_over_std": None if term is None else term - terms.standard,
            "term_over_max": None if term is None else term - terms.longest,
            "buyer_public_or_large": self.customer.buyer_public_or_large,
            "security_value": total(security.value for security in self.known.securities),
            "amounts_in_window": self.case.earlier.amount,
            "requests_in_window": self.case.earlier.count + 1,
            "file_complete_pct": self.known.complete_pct(),
            "licence_expired": self.known.licence_expired(),
            "missing_documents": sum(1 for document in self.known.documents if not document.present),
            "open_duplicate": False,  # only the workflow layer knows which requests are open
            "knocked_out": bool(self.score.knock_outs),
            "unsecured_requested": max(ZERO, self.requested - self.known.sec),
            "decrease": self._decrease(current),
            **self._variant(),
        }

    def _variant(self) -> dict[str, Fact]:
        """What the tables of temporary limits and of reductions look at."""
        given, base = self.application, self.trade.line.amount if self.trade.line else None
        share = variants.temporary_share(self.requested, self.case.earlier.amount, base)
        return variants.facts(
            given.req_type,
            share_pct=None if share is None else share.quantize(SHARE, ROUND_UP),
            length=variants.days(given.valid_from, given.valid_to),
            granted_in_12m=self.case.temporary_granted,
            frozen=any(LineState.of(line).frozen for line in self.known.lines.values()),
            has_line=self.trade.state in ("amount", "unlimited"),
            by_controller=self.case.by_controller,
            stars=self.customer.tier,
            key_account=self.customer.key_account,
        )

    def _current_amount(self) -> Decimal | None:
        if self.limit_now.state == "unlimited":
            return UNBOUNDED
        return self.limit_now.line.amount if self.limit_now.line else None

    def _decrease(self, current: Decimal | None) -> bool:
        """Asked for as a decrease, and neither the limit nor the term gets better."""
        line, term = self.limit_now.line, self.application.req_term
        lower = current is not None and self.requested <= current
        shorter = line is not None and term is not None and term <= line.term_days
        return self.application.req_type == RequestType.DECREASE and lower and shorter

    def _flags(self, found: LimitResult) -> tuple[Reason, ...]:
        """Things the approver should know that decide nothing by themselves."""
        flags = []
        age = self.known.data_age()
        if age is None:
            flags.append(Reason("FL-NO-FEED", "没有导入过交易数据", "Trading data was never imported"))
        elif age * 24 > self.parameters.stale_hours:
            text = {"days": str(age)}
            flags.append(Reason("FL-STALE", f"交易数据已有 {age} 天", f"The trading data is {age} days old", text))
        if self.known.thin_history:
            flags.append(Reason("FL-THIN", "付款记录不足，按新客户评分", "Too little payment history: scored as new"))
        if found.binding != "requested":
            flags.append(
                Reason(
                    "FL-OVER",
                    "申请额度高于推荐额度",
                    "More is asked for than recommended",
                    {"binding": found.binding},
                )
            )
        return (*flags, *(cap.reason for cap in self.score.caps), *self.score.knock_outs)

    def _blocks(self) -> tuple[Reason, ...]:
        given = self.application
        asked = (name for name in request_checks.NEEDED if variants.asks_for(given.req_type, name))
        entries = {name: getattr(given, name) for name in asked}
        current = self._current_amount()
        further = request_checks.further(
            given.req_type,
            lower=current is not None and self.requested < current,
            base_unlimited=self.trade.state == "unlimited",
            override=given.grade_override,
            override_reason=given.override_reason,
        )
        if variants.is_reduction(given.req_type):
            return (*request_checks.missing_entries(entries), *further)
        return (
            *request_checks.trading(self.customer.active),
            *request_checks.missing_entries(entries),
            *request_checks.validity(given.req_type, given.valid_from, given.valid_to, self.on),
            *further,
        )
