"""What a case file says about a customer: papers, gates, indicators, and the score that follows."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from credit.casefile import CaseFile
from credit.choices import LineKind
from credit.models import CreditApplication
from credit.rules import answers, indicators, limit, scorecard, statements
from credit.rules.documents import DocumentState, Evidence, checklist
from credit.rules.figures import Figure
from credit.rules.gates import GateFacts, caps, knock_outs
from credit.rules.limit import Security, money
from customers.models import LegalFlag, Licence, LicenceKind
from customers.rules.ledger import add_months, total
from policies.rules.pack import Pack

ZERO = Decimal(0)
RATED_IN_SURVEY = "CE"
RATED_IN_POTENTIAL = ("DP6", "DP7")


class CaseScore:
    """The score of an application in the making; every step is a method that reads the ones before it."""

    def __init__(self, application: CreditApplication, case: CaseFile, pack: Pack) -> None:
        self.application, self.case, self.pack = application, case, pack
        self.parameters = pack.parameters
        self.on, self.customer, self.ledger = case.on, case.customer, case.ledger
        self.requested = application.req_limit or ZERO
        self.lines = {line.kind: line for line in reversed(case.lines) if line.customer_id == self.customer.pk}
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
            licences=any(licence.blocking for licence in valid) and not self.licence_expired(),
            authorisation=any(licence.kind == LicenceKind.AUTHORISATION for licence in valid),
            survey_on=self.survey_on,
            references=len(answers.lines(self.survey, "refs")),
            court_checked=bool(answers.lines(self.survey, "court")),
            second_surveyor=self.second_surveyor,
            statements=self.statements.quality if self.statements.present else "none",
            security_offered=bool(self.securities),
        )
        return checklist(self.pack.required_documents(self.requested), evidence, self.on)

    def licence_expired(self) -> bool:
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
            licence_expired=self.licence_expired(),
            forged_document=self._flagged("forged_document"),
            insolvency=self._flagged("insolvency"),
            refused_to_sign=self._flagged("refused_to_sign"),
            mandatory_document_missing=any(not document.present for document in self.documents),
            evaluation_age_days=self.data_age(),
            new_customer=self.new_customer or self.thin_history,
            has_statements=self.statements.present,
        )

    def data_age(self) -> int | None:
        """Days since the older of the invoice and receipt feeds; None when there was none."""
        times = [at for kind, at in self.ledger.data_as_of.items() if kind in ("invoices", "receipts")]
        return max(0, (self.on - min(times).date()).days) if times else None

    def complete_pct(self) -> Decimal:
        """How much of the customer file is there: mandatory entries and required documents."""
        entries = [
            self.customer.uscc,
            self.customer.legal_rep,
            self.customer.segment,
            self.customer.founded_on,
        ]
        have = sum(1 for entry in entries if entry) + sum(1 for d in self.documents if d.present)
        return money(Decimal(100 * have) / (len(entries) + len(self.documents)))

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


def _valid(licence: Licence, on: date) -> bool:
    begun = licence.valid_from is None or licence.valid_from <= on
    return begun and not _expired(licence, on)


def _expired(licence: Licence, on: date) -> bool:
    return licence.valid_to is not None and licence.valid_to < on


def _open(flag: LegalFlag, on: date) -> bool:
    return flag.closed_on is None or flag.closed_on > on
