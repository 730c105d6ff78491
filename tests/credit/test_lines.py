"""Granted lines: three-valued, never edited, one at a time, in force on their days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.problems import Problem
from audit.clock import db_now
from audit.models import Event
from credit import services
from credit.models import CreditLine, LineCondition
from credit.queries import line_in_force
from jobs.models import Job
from jobs.services import enqueue
from policies.rules.calendar import business_date
from tests import factories
from tests.credit import factories as credit
from workflows.kinds.credit import Granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture
def today(company: factories.Company) -> date:
    return business_date(db_now(), company.unit.time_zone)


@pytest.fixture
def application(company, today):
    return credit.draft(credit.customer(company), company, today)


def granted(application, company, start, *, no="CR-1", limit=500_000, days=300, **more):
    terms = Granted(Decimal(limit), 45, start, start + timedelta(days=days), **more)
    return services.grant_line(application, terms=terms, request_no=no, policy_number=1, actor=company.cfo)


def test_nothing_set_zero_and_unlimited_are_three_different_answers(company, application, today) -> None:
    customer = application.customer
    assert line_in_force(customer, "trade", today).state == "not_set"
    [zero] = granted(application, company, today, limit=0)
    assert line_in_force(customer, "trade", today).state == "zero"
    services.end_line(zero, reason="Unlimited by the board", actor=company.credit_controller)
    CreditLine.objects.create(
        customer=customer, kind="trade", basis="unlimited", currency="CNY", term_days=30, valid_from=today,
        request_no="CR-9", policy_number=1, activated_at=Now(),
    )  # fmt: skip
    assert line_in_force(customer, "trade", today).state == "unlimited"


def test_a_line_that_begins_today_is_in_force_at_once(company, application, today) -> None:
    [line] = granted(application, company, today)
    assert line_in_force(application.customer, "trade", today).line == line
    assert Event.objects.filter(action="credit.line_activated", request_no="CR-1").count() == 1


def test_a_line_that_begins_tomorrow_waits_for_its_job_at_the_start_of_the_business_day(
    company, application, today
) -> None:
    [line] = granted(application, company, today + timedelta(days=1))
    assert line_in_force(application.customer, "trade", today).state == "not_set"
    job = Job.objects.get(kind="credit.activate_line")
    assert (business_date(job.due_at, "Asia/Shanghai"), job.payload) == (line.valid_from, {"line": line.pk})
    services.activate_line(line.pk)
    line.refresh_from_db()
    assert line.activated_at is None, "its day has not come"


def test_granting_the_same_request_again_gives_the_same_line(company, application, today) -> None:
    assert granted(application, company, today) == granted(application, company, today)


def test_a_new_line_supersedes_the_one_in_force(company, application, today) -> None:
    [old] = granted(application, company, today)
    [new] = granted(application, company, today, no="CR-2", limit=800_000)
    old.refresh_from_db()
    assert (old.end_reason, new.supersedes_id) == ("superseded", old.pk)
    assert line_in_force(application.customer, "trade", today).line == new


def test_the_database_refuses_two_active_lines_of_one_kind_that_overlap(company, application, today) -> None:
    [line] = granted(application, company, today)
    with pytest.raises(IntegrityError, match="one_active"), transaction.atomic():
        CreditLine.objects.create(
            customer=line.customer, kind="trade", amount=1, currency="CNY", term_days=30,
            valid_from=line.valid_to, request_no="CR-9", policy_number=1, activated_at=Now(),
        )  # fmt: skip


def test_a_granted_line_cannot_be_edited_or_deleted_even_with_plain_sql(company, application, today) -> None:
    [line] = granted(application, company, today)
    for change in ({"amount": 9_999_999}, {"valid_to": None}, {"activated_at": None}, {"term_days": 90}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditLine.objects.filter(pk=line.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditLine.objects.filter(pk=line.pk).delete()


def test_an_amount_line_needs_an_amount_and_an_unlimited_one_has_none(company, application, today) -> None:
    base = {
        "customer": application.customer, "kind": "trade", "currency": "CNY", "term_days": 30,
        "valid_from": today, "request_no": "CR-9", "policy_number": 1,
    }  # fmt: skip
    for wrong in ({"basis": "amount"}, {"basis": "unlimited", "amount": 5}, {"amount": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditLine.objects.create(**base, **wrong)


def test_a_line_with_security_waits_until_it_is_proved(company, application, today) -> None:
    [line] = granted(application, company, today, security=("Bank guarantee of 200,000 received",))
    assert line_in_force(application.customer, "trade", today).state == "not_set"
    condition = LineCondition.objects.get(line=line)
    with pytest.raises(Problem) as refused:
        services.fulfil_condition(condition, evidence="In the safe, no. 12", actor=company.rep)
    assert refused.value.status == 403
    services.fulfil_condition(condition, evidence="In the safe, no. 12", actor=company.credit_controller)
    assert line_in_force(application.customer, "trade", today).line == line
    with pytest.raises(Problem, match="met already"):
        services.fulfil_condition(condition, evidence="Again", actor=company.credit_controller)


def test_expiry_ends_only_a_line_whose_last_day_is_over(company, application, today) -> None:
    [line] = granted(application, company, today, days=0)
    services.expire_line(line.pk)
    line.refresh_from_db()
    assert line.ended_at is None, "its last day is today"
    past = granted(application, company, today - timedelta(days=20), no="CR-2", days=10)[0]
    past.refresh_from_db()
    assert past.end_reason == "expired"


def test_a_request_for_limit_and_placement_grants_both(company, application, today) -> None:
    lines = granted(application, company, today, placement=Decimal(36_000))
    assert {line.kind: line.amount for line in lines} == {"trade": 500_000, "placement": 36_000}


def test_only_credit_control_revokes_a_line_and_says_why(company, application, today) -> None:
    [line] = granted(application, company, today)
    for actor, reason, status in ((company.cfo, "Fraud", 403), (company.credit_controller, " ", 422)):
        with pytest.raises(Problem) as refused:
            services.end_line(line, reason=reason, actor=actor)
        assert refused.value.status == status
    services.end_line(line, reason="95 days overdue", actor=company.credit_controller)
    assert line_in_force(application.customer, "trade", today).state == "not_set"


@pytest.mark.django_db(transaction=True)
def test_the_jobs_activate_a_line_on_its_day_and_expire_it_after_the_last() -> None:
    company = factories.company()
    today = business_date(db_now(), company.unit.time_zone)
    application = credit.draft(credit.customer(company), company, today)
    base = {
        "customer": application.customer, "kind": "trade", "amount": 5, "currency": "CNY", "term_days": 30,
        "policy_number": 1,
    }  # fmt: skip
    over = CreditLine.objects.create(
        **base, valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1), request_no="CR-1",
        activated_at=Now(),
    )  # fmt: skip
    due = CreditLine.objects.create(**base, valid_from=today, request_no="CR-2")
    with transaction.atomic():
        enqueue("credit.expire_line", "x", {"line": over.pk})
        enqueue("credit.activate_line", "a", {"line": due.pk})
    call_command("run_jobs", "--until-idle")
    over.refresh_from_db()
    assert over.end_reason == "expired"
    assert line_in_force(application.customer, "trade", today).line == due
