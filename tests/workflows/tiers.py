"""A tier change that can be submitted, and the people who decide it."""

from typing import Any
from uuid import uuid4

from accounts.models import User
from accounts.queries import business_today
from credit import services as credit
from customers.models import Customer, TierChange
from customers.services import tier_changes
from tests.default_policy import default_policy
from tests.factories import Company
from tests.workflows.factories import ANALYSIS, SURVEY, trading_customer
from workflows import services
from workflows.kinds.tier_change import KIND
from workflows.models import Request


def rated_customer(company: Company, **fields: Any) -> Customer:
    """A customer with two years of trade, survey and analysis: a grade and a score."""
    default_policy()
    customer = trading_customer(company, **fields)
    today = business_today()
    credit.file_case_form(customer, 2, SURVEY, actor=company.rep, second_surveyor=company.manager, as_of=today)
    credit.file_case_form(customer, 3, ANALYSIS, actor=company.credit_controller, as_of=today)
    return customer


def letter(customer: Customer, actor: User, **values: Any) -> TierChange:
    """A filled-in change to three stars from today on."""
    asked = {
        "proposed_tier": 3,
        "effective_on": business_today(),
        "reason_code": "growth",
        "reason_text": "Two new hospitals since spring.",
        "influence": 4,
        "influence_evidence": "Chairs the regional association.",
        "proactivity": 8,
        "proactivity_evidence": "Plans every quarter with us.",
    }
    return tier_changes.save_tier_change(customer, {**asked, **values}, actor)


def submitted(made: TierChange, actor: User) -> Request:
    return services.submit(KIND, made.pk, actor=actor, idempotency_key=str(uuid4()))


def decide(
    request: Request, actor: User, role: str, verb: str = "approve", reason: str = "", **conditions: Any
) -> None:
    step = request.steps.get(role=role, status="open")
    services.decide(
        request.no, step.pk, actor=actor, verb=verb, content_sha256=step.submission.content_sha256,
        idempotency_key=str(uuid4()), reason=reason, conditions=conditions,
    )  # fmt: skip
    request.refresh_from_db()
