"""The evaluation of an application: score, grade, limit, exposure, cost, and the facts for the policy tables.

Two halves: `collect` reads the case file, `assess` computes from it without touching the database, so
that the same file under another policy version can be evaluated again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from credit.casefile import CaseFile, collect
from credit.choices import LineKind, RequestType
from credit.models import CreditApplication, CreditLine
from credit.queries import LineState
from credit.rules import answers, indicators, limit, request_checks, scorecard, statements
from credit.rules.documents import DocumentState, Evidence, checklist
from credit.rules.exposure import Exposure, exposure_of
from credit.rules.figures import Figure, pct
from credit.rules.gates import GateFacts, caps, knock_outs
from credit.rules.limit import LimitInput, LimitResult, Security, Terms, above_pct, cost_of_credit, money
from customers.models import LegalFlag, Licence, LicenceKind
from customers.rules.ledger import add_months, total
from policies.rules.cells import Fact
from policies.rules.pack import Pack
from policies.rules.standards import TierTerms
from policies.rules.tables import Reason

ZERO = Decimal(0)
UNBOUNDED = Decimal(10**12)
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
    """One evaluation in the making; every step is a method that reads the ones before it."""

    def __init__(self, application: CreditApplication, case: CaseFile, pack: Pack) -> None:
        self.application, self.case, self.pack = application, case, pack
        self.parameters = pack.parameters
        self.on, self.customer, self.ledger = case.on, case.customer, case.ledger
        self.requested = application.req_limit if application.req_limit is not None else ZERO
        self.lines = {line.kind: line for line in reversed(case.lines) if line.customer_id == self.customer.pk}
        self.limit_now = LineState.of(self.lines.get(application.kind))
        survey, analysis, potential = (case.forms.get(number) for number in (2, 3, 5))
        self.survey_on = survey.as_of if survey else None
        self.survey: Mapping[str, Any] = survey.answers if survey else {}
        self.potential: Mapping[str, Any] = potential.answers if potential else {}
        self.potential_on = potential.as_of.isoformat() if potential else ""
        self.second_surveyor = survey is not None and survey.second_surveyor_id is not None
        analysed_on = analysis.as_of.isoformat() if analysis else ""
        self.statements = answers.statements(analysis.answers if analysis else {}, analysed_on)
        self.evidence = indicators.evidence(self.ledger, self.on, self.customer.since)
        self.thin_history = not self.evidence.enough(self.parameters.min_invoices, self.parameters.min_trade_months)
        self.new_customer = self.evidence.trade_months < self.parameters.new_customer_months
        self.overdue = self.ledger.overdue(self.on)
        self.securities = self._securities()
        self.sec = limit.eligible_security(self.securities, self.parameters)
        self.documents = self._documents()
        self.figures = self._figures()
        self.score = self._score()

    # What the case file says -----------------------------------------------------------------------------

    def _securities(self) -> list[Security]:
        """The security offered, when it lasts at least until today."""
        given = self.application
        expired = given.security_valid_to is not None and given.security_valid_to < self.on
        if not given.security_value or expired:
            return []
        return [Security(given.security_type, given.security_value)]

    def _documents(self) -> tuple[DocumentState, ...]:
        valid = [licence for licence in self.case.licences if _valid(licence, self.on)]
        evidence = Evidence(
            papers=self.case.papers,
            licences=any(licence.blocking for licence in valid) and not self._licence_expired(),
            authorisation=any(licence.kind == LicenceKind.AUTHORISATION for licence in valid),
            survey_on=self.survey_on,
            references=len(answers.lines(self.survey, "refs")),
            court_checked=bool(answers.lines(self.survey, "court")),
            second_surveyor=self.second_surveyor,
            statements=self.statements.quality if self.statements.present else "none",
            security_offered=bool(self.securities),
        )
        return checklist(self.pack.required_documents(self.requested), evidence, self.on)

    def _licence_expired(self) -> bool:
        """A blocking licence has expired and no valid one of its kind replaces it."""
        blocking = [licence for licence in self.case.licences if licence.blocking]
        valid = {licence.kind for licence in blocking if _valid(licence, self.on)}
        return any(licence.kind not in valid and _expired(licence, self.on) for licence in blocking)

    def _flagged(self, kind: str, since: date | None = None) -> bool:
        """An open record of a kind; with `since` also a closed one of that day or later."""
        return any(
            flag.kind == kind and (_open(flag, self.on) if since is None else flag.on >= since)
            for flag in self.case.flags
        )

    def _gate_facts(self) -> GateFacts:
        year_ago = add_months(self.on, -12)
        returned = len(self.ledger.bounced(year_ago, date.max))
        bills = sum(1 for flag in self.case.flags if flag.kind == "bounced_bill" and flag.on >= year_ago)
        return GateFacts(
            dishonest_record=self._flagged("dishonest"),
            payment_lawsuit_24m=self._flagged("lawsuit", add_months(self.on, -24)),
            undisputed_overdue_days=self.overdue.longest_days,
            overdue_days=self.overdue.longest_days,
            bounced_bills_12m=max(returned, bills),
            licence_expired=self._licence_expired(),
            forged_document=self._flagged("forged_document"),
            insolvency=self._flagged("insolvency"),
            refused_to_sign=self._flagged("refused_to_sign"),
            mandatory_document_missing=any(not document.present for document in self.documents),
            evaluation_age_days=self._data_age(),
            new_customer=self.new_customer or self.thin_history,
            has_statements=self.statements.present,
        )

    def _data_age(self) -> int | None:
        """Days since the older of the invoice and receipt feeds; None when there was none."""
        times = [at for kind, at in self.ledger.data_as_of.items() if kind in ("invoices", "receipts")]
        return max(0, (self.on - min(times).date()).days) if times else None

    # Score -----------------------------------------------------------------------------------------------

    def _figures(self) -> dict[str, Figure]:
        now = self.lines.get(LineKind.TRADE.value)
        category = answers.amount(self.potential, "cat") or answers.amount(self.survey, "cat_purch")
        surveyed = "" if self.survey_on is None else self.survey_on.isoformat()
        ratings = [i.code for i in self.pack.scorecard.section(RATED_IN_SURVEY).indicators]
        rated_later, rated_on = (self.potential, self.potential_on) if self.potential else (self.survey, surveyed)
        found = [
            *indicators.payment(
                self.ledger,
                self.on,
                limit=None if now is None else now.amount,
                grace_days=self.parameters.grace_days,
            ),
            *statements.rated(ratings, self.survey, "survey", surveyed),
            *statements.analysis(
                self.statements,
                requested=self.application.req_limit,
                security=total(security.value for security in self.securities),
                founded=answers.day(self.survey, "founded") or self.customer.founded_on,
                on=self.on,
            ),
            *indicators.potential(
                self.ledger,
                self.on,
                category_purchases=category if category is not None else self.customer.category_purchases,
                company_margin_pct=self.case.company.margin_pct,
                target_lines=self.customer.target_lines,
            ),
            *statements.rated(RATED_IN_POTENTIAL, rated_later, "potential" if self.potential else "survey", rated_on),
        ]
        return {figure.code: figure for figure in found}

    def _score(self) -> scorecard.ScoreResult:
        gates = self._gate_facts()
        variant = scorecard.variant_for(new_customer=self.thin_history, has_statements=self.statements.present)
        return scorecard.score(
            self.pack.scorecard,
            self.pack.grades,
            variant,
            {code: figure.value for code, figure in self.figures.items()},
            knock_outs=knock_outs(self.pack.tables, gates),
            caps=caps(self.pack.tables, gates),
            override=self.application.grade_override,
            min_scorable=self.parameters.min_scorable,
        )

    # Limit and term --------------------------------------------------------------------------------------

    def _tier(self) -> TierTerms:
        """The star's terms; a customer without one has two stars provisionally."""
        return self.pack.tier_terms[self.customer.tier or PROVISIONAL_TIER]

    def _limit(self, monthly: Decimal, term_days: int) -> LimitResult:
        turnover = self.statements.rev or answers.amount(self.survey, "turnover") or self.customer.turnover
        given = LimitInput(
            requested=self.requested,
            term_days=term_days,
            monthly=monthly,
            grade=self.pack.grade(self.score.grade),
            tnw=self.statements.tnw if self.statements.present else None,
            turnover=turnover,
            securities=self.securities,
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

    def _unsecured_group(self) -> Decimal:
        """Resulting unsecured limits of the group: lines in force, this request in place of its own line,
        and what else was asked in the anti-splitting window.
        """
        replaced = {self.application.kind}
        if self.application.req_placement:
            replaced.add(LineKind.PLACEMENT.value)
        others = [line for line in self.case.lines if line.customer_id != self.customer.pk or line.kind not in replaced]
        asked = self.requested
        if self.application.kind != LineKind.PLACEMENT:
            asked += self.application.req_placement or ZERO
        kept = total(_unsecured(line, self.parameters.default_haircut) for line in others)
        return min(UNBOUNDED, kept + max(ZERO, asked - self.sec) + self.case.earlier.amount)

    def _group_share(self) -> Decimal | None:
        """Group's share of the company's receivables once this limit is drawn; None without other debtors."""
        group = total(ledger.ar_balance(self.on) for ledger in self.case.group_ledgers.values())
        own = self.ledger.ar_balance(self.on)
        elsewhere = self.case.company.receivables - group
        if elsewhere <= 0:
            return None
        drawn = group - own + max(own, self.requested)
        share = pct(drawn, elsewhere + drawn)
        return None if share is None else money(share)

    # Result ----------------------------------------------------------------------------------------------

    def result(self) -> Evaluation:
        grade = self.pack.grade(self.score.grade)
        monthly = indicators.monthly_average(
            self.ledger,
            self.on,
            new_customer=self.thin_history,
            forecast=self.application.forecast_month,
            factor=self.parameters.new_customer_factor,
        )
        average = monthly.value or ZERO
        terms = limit.effective_terms(grade, self._tier(), new_customer=self.thin_history, parameters=self.parameters)
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
            exposure=exposure_of(self.ledger, self.on),
            group_exposure=reduce(
                Exposure.__add__, (exposure_of(each, self.on) for each in self.case.group_ledgers.values())
            ),
            monthly=monthly,
            tnw=self.statements.tnw,
            cost_of_credit=cost_of_credit(self.requested, term, self.parameters.wacc),
            cost_of_extra_days=cost_of_credit(self.requested, term - terms.standard, self.parameters.wacc),
            counter_offer=self._limit(average, terms.longest).formula,
            review_months=3 if self.thin_history else grade.review_months,
            documents=self.documents,
            file_complete_pct=self._complete_pct(),
            facts=self._facts(found, terms),
            flags=self._flags(found),
            blocks=self._blocks(),
            figures=self.figures,
            pack=self.pack,
        )

    def _complete_pct(self) -> Decimal:
        """How much of the customer file is there: mandatory entries and required documents."""
        entries = [
            self.customer.uscc,
            self.customer.legal_rep,
            self.customer.segment,
            self.customer.founded_on,
        ]
        have = sum(1 for entry in entries if entry) + sum(1 for d in self.documents if d.present)
        return money(Decimal(100 * have) / (len(entries) + len(self.documents)))

    def _facts(self, found: LimitResult, terms: Terms) -> dict[str, Fact]:
        asked, term = self.application.req_limit, self.application.req_term
        current = self._current_amount()
        return {
            "exposure_unsecured_group": self._unsecured_group(),
            "limit_requested": asked,
            "limit_formula": found.formula,
            "over_formula_pct": None if asked is None else above_pct(asked, found.formula),
            "limit_current": current,
            "increase_pct": None if asked is None else above_pct(asked, current),
            "grade": self.score.grade,
            "grade_override": self.application.grade_override != 0,
            "new_customer": self.new_customer,
            "overdue_amount": self.overdue.amount,
            "overdue_days": self.overdue.longest_days,
            "group_ar_share_pct": self._group_share(),
            "has_statements": self.statements.present,
            "term_requested": term,
            "term_std": terms.standard,
            "term_max": terms.longest,
            "term_over_std": None if term is None else term - terms.standard,
            "term_over_max": None if term is None else term - terms.longest,
            "buyer_public_or_large": self.customer.buyer_public_or_large,
            "security_value": total(security.value for security in self.securities),
            "amounts_in_window": self.case.earlier.amount,
            "requests_in_window": self.case.earlier.count + 1,
            "file_complete_pct": self._complete_pct(),
            "licence_expired": self._licence_expired(),
            "missing_documents": sum(1 for document in self.documents if not document.present),
            "open_duplicate": False,  # only the workflow layer knows which requests are open
            "knocked_out": bool(self.score.knock_outs),
            "unsecured_requested": max(ZERO, self.requested - self.sec),
            "decrease": self._decrease(current),
        }

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
        age = self._data_age()
        if age is None:
            flags.append(Reason("FL-NO-FEED", "没有导入过交易数据", "Trading data was never imported"))
        elif age * 24 > self.parameters.stale_hours:
            text = {"days": str(age)}
            flags.append(Reason("FL-STALE", f"交易数据已有 {age} 天", f"The trading data is {age} days old", text))
        if self.thin_history:
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
        entries = {name: getattr(given, name) for name in request_checks.NEEDED}
        return (
            *request_checks.trading(self.customer.active),
            *request_checks.missing_entries(entries),
            *request_checks.validity(given.req_type, given.valid_from, given.valid_to, self.on),
            *request_checks.further(
                given.req_type,
                overdue_days=self.overdue.longest_days,
                override=given.grade_override,
                override_reason=given.override_reason,
            ),
        )


def _valid(licence: Licence, on: date) -> bool:
    begun = licence.valid_from is None or licence.valid_from <= on
    return begun and not _expired(licence, on)


def _expired(licence: Licence, on: date) -> bool:
    return licence.valid_to is not None and licence.valid_to < on


def _open(flag: LegalFlag, on: date) -> bool:
    return flag.closed_on is None or flag.closed_on > on


def _unsecured(line: CreditLine, haircut: Decimal) -> Decimal:
    if line.basis == "unlimited" or line.amount is None:
        return UNBOUNDED
    return max(ZERO, line.amount - line.security_value * haircut)
