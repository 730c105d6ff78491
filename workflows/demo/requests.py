"""Applications prepared and decided by the people of the demo company, through the same doors as everybody's."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from random import Random
from typing import Any, Final

from django.utils import translation

from credit import services as credit
from credit.evaluation import Evaluation, evaluate
from credit.models import CreditApplication
from customers.models import Customer
from policies.queries import pack, version_in_force
from workflows.demo import cases, papers, worked
from workflows.demo.cases import Case
from workflows.demo.people import Group
from workflows.demo.stories import tell
from workflows.kinds.credit import KIND
from workflows.models import Request
from workflows.sharing import share_request

STEP: Final = Decimal(10_000)


def open_all(group: Group, customers: Mapping[str, Customer], today: date) -> None:
    """Write every application of `cases` and let its story happen."""
    made = []
    with translation.override("zh-hans"):
        for example in worked.EXAMPLES:
            made.append(
                (_worked_draft(group, customers[f"M{example.code}"], example, today), cases.WORKED[example.code])
            )
        for case in (*cases.MEDICAL, *cases.ROLLS):
            if case.customer in customers:
                made.append((_draft(group, customers[case.customer], case, today), case.story))
        for application, story in made:
            if story is not None:
                tell(group, KIND, application, story, _revised)
        for case in cases.ROLLS:
            if case.shared_with and case.customer in customers:
                request = Request.objects.filter(customer=customers[case.customer]).get()
                share_request(request, group.people[case.shared_with], actor=request.submitter)


def _worked_draft(group: Group, customer: Customer, example: worked.Example, today: date) -> CreditApplication:
    """The application of a worked example, with exactly its survey, analysis and potential."""
    people, on = group.people, today - timedelta(days=5)
    rep = customer.owner
    credit.file_case_form(
        customer, 2, worked.survey(example, today), as_of=on, actor=rep, second_surveyor=people["sm.south"]
    )
    credit.file_case_form(customer, 3, worked.analysis(example), as_of=on, actor=people["cc.med"])
    credit.file_case_form(customer, 5, worked.potential(example), as_of=on, actor=rep)
    limit, term, req_type = example.asked
    code, reason = cases.WORKED_REASON[example.code]
    forecast = Decimal(300_000) if example.behaviour is None else example.behaviour.monthly
    values = {"req_type": req_type, "req_limit": Decimal(limit), "req_term": term, "forecast_month": forecast}
    draft = credit.save_draft(customer, {**_usual(code, reason, today), **values, **example.security}, rep)
    papers.attach(draft, ("contract",), today)
    _complete(draft, (*cases.PAPERS, *(("security",) if example.security else ())), today)
    return draft


def _draft(group: Group, customer: Customer, case: Case, today: date) -> CreditApplication:
    """An application for a share of the formula limit."""
    rng = Random(case.customer)
    papers.file_forms(rng, group, customer, today, statements=case.statements)
    now = credit_line(customer, today)
    values = _usual(case.reason_code, case.reason, today) | {
        "req_type": "new" if now is None else "renewal",
        "req_limit": STEP * 5,
        "req_term": case.term,
        "forecast_month": (customer.category_purchases or STEP).quantize(Decimal(1)) / 40,
        "confidential": bool(case.shared_with),
    }
    if case.deposit:
        usual = (customer.turnover or STEP) / 300
        values |= {"security_type": "deposit", "security_value": _rounded(usual)}
    draft = credit.save_draft(customer, values, customer.owner)
    papers.attach(draft, tuple(kind for kind in ("contract",) if kind in case.papers), today)
    found = evaluation(draft, today)
    limit = values["security_value"] if case.deposit else _rounded(found.limit.formula * Decimal(case.share))
    term = case.term if case.term is not None else found.terms.standard
    draft = credit.save_draft(customer, {"req_limit": limit, "req_term": term}, customer.owner, draft)
    _complete(draft, (*case.papers, *(("security",) if case.deposit else ())), today)
    return draft


def _complete(draft: CreditApplication, kinds: tuple[str, ...], today: date) -> None:
    """Put those of the papers into the file that the policy asks for at this amount."""
    required = pack(version_in_force(today)).required_documents(draft.req_limit or Decimal(0))
    wanted = {rule.document for rule in required} | {"security"}
    missing = wanted - set(draft.attachments.present().values_list("kind", flat=True))
    papers.attach(draft, tuple(kind for kind in kinds if kind in missing), today)


def credit_line(customer: Customer, today: date) -> Decimal | None:
    """The trade limit in force."""
    from credit.queries import line_in_force

    line = line_in_force(customer, "trade", today).line
    return None if line is None else line.amount


def evaluation(draft: CreditApplication, today: date) -> Evaluation:
    """The evaluation under the policy in force."""
    return evaluate(draft, pack(version_in_force(today)), today)


def _rounded(amount: Decimal) -> Decimal:
    return max(STEP, (amount / STEP).to_integral_value(ROUND_FLOOR) * STEP)


def _usual(code: str, reason: str, today: date) -> dict[str, Any]:
    return {
        "settlement": "monthly",
        "valid_from": today,
        "valid_to": today + cases.YEAR,
        "reason_code": code,
        "reason_text": reason,
        "give_get": "年采购量承诺,季度预付 10%",
    }


def _revised(application: CreditApplication, changes: Mapping[str, Any]) -> None:
    credit.save_draft(application.customer, changes, application.created_by, application)
