"""What an objection brings in leaves the order in which everybody else is asked as it was."""

from uuid import uuid4

import pytest

from customers.models import Customer
from tests.factories import Company
from tests.workflows.acting import policy_with, say, step_at
from tests.workflows.acting import submitted as application
from tests.workflows.tiers import letter, rated_customer, submitted
from workflows import services
from workflows.models import Request

pytestmark = pytest.mark.django_db


def add_gm_after(request: Request, key: str, company: Company) -> None:
    step, actor = step_at(request, key), company.finance_manager
    said = {
        "actor": actor,
        "user": company.general_manager,
        "reason": "A word from above",
        "idempotency_key": uuid4().hex,
    }
    services.add_approver(request.no, step.pk, where="after", **said)


def downgrade(company: Company) -> Request:
    customer = rated_customer(company)
    Customer.objects.filter(pk=customer.pk).update(tier=3)
    operations = company.hire("Sales Operations", "SO")
    customer.refresh_from_db()
    made = letter(customer, operations, proposed_tier=2, reason_code="rerating", source="rerating")
    return submitted(made, operations)


def opened(request: Request) -> list[str]:
    return sorted(request.steps.filter(status="open").values_list("key", flat=True))


def test_an_approver_added_after_a_step_still_comes_alone_when_an_objection_brings_in_others(company: Company) -> None:
    policy_with(**{"TC5": "(FM ∥ SM?) → RD", "TC5-O": "(FM ∥ SM?) → (RD ∥ CC)"})
    request = downgrade(company)
    add_gm_after(request, "FM", company)
    say(request, "SM", company.manager, "object", reason="The drop was our own delivery stop.")
    say(request, "FM", company.finance_manager)
    assert opened(request) == ["+1"]
    say(request, "+1", company.general_manager)
    assert opened(request) == ["CC", "RD"]


def test_an_objection_that_brings_in_nobody_changes_no_order(company: Company) -> None:
    policy_with(CL3="(FM ∥ SM?) → RD → CFO")
    request = application(company)
    add_gm_after(request, "FM", company)
    say(request, "SM", company.manager, "object", reason="Rumours")
    say(request, "FM", company.finance_manager)
    assert opened(request) == ["+1"]
    say(request, "+1", company.general_manager)
    assert opened(request) == ["RD"]
