"""Lines that cross each other, and days at the ends of the calendar."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.queries import business_today
from credit import services as credit
from credit.models import CreditApplication, CreditLine
from tests import factories
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows.kinds.credit import Granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tmp_path: Any, settings: Any) -> Company:
    settings.COUNTERSIGN_DATA = tmp_path
    return factories.company()


def granted(company: Company, letter: CreditApplication, limit: int, no: str, **changes: Any) -> CreditLine:
    today = business_today()
    terms = Granted(Decimal(limit), 30, today, today + timedelta(days=300))
    terms = replace(terms, **changes)
    return credit.grant_line(letter, terms=terms, request_no=no, policy_number=1, actor=company.cfo)[0]


def test_an_older_decision_that_waited_for_security_does_not_push_out_a_newer_one(company: Company) -> None:
    """The limit was lowered while a guarantee was being drawn up; the guarantee must not bring the old limit back."""
    letter = ready_application(company)
    waiting = granted(company, letter, 900_000, "CR-1", security=("Guarantee of the parent",))
    lower = granted(company, letter, 100_000, "CR-2")
    condition = waiting.pending.get()
    credit.fulfil_condition(condition, evidence="signed", actor=company.credit_controller)
    active = CreditLine.objects.active().get(customer=letter.customer, kind="trade")
    assert active == lower
    waiting.refresh_from_db()
    assert waiting.end_reason == "superseded"


def test_an_older_decision_for_a_later_day_does_not_push_out_a_newer_one(company: Company) -> None:
    letter = ready_application(company)
    today = business_today()
    later = granted(company, letter, 900_000, "CR-1", valid_from=today + timedelta(days=5))
    newer = granted(company, letter, 0, "CR-2")
    later.refresh_from_db()
    assert (later.end_reason, newer.ended_at) == ("superseded", None)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("field", ["valid_to", "both"])
def test_a_day_at_the_end_of_the_calendar_breaks_no_page(company: Company, field: str, day: str) -> None:
    letter = ready_application(company)
    client = Client(raise_request_exception=True)
    client.force_login(company.rep)
    sent = {
        "req_type": "new",
        "req_limit": "500000",
        "req_term": "30",
        "security_type": "deposit",
        "security_value": "5",
    }
    sent |= {"valid_from": day, "valid_to": day} if field == "both" else {field: day}
    answer = client.post(f"/requests/drafts/credit/{letter.pk}/preview/", sent)
    assert answer.status_code == 200
    assert client.get(f"/requests/drafts/credit/{letter.pk}/").status_code == 200
    assert client.get("/").status_code == 200
