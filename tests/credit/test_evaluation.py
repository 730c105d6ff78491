"""What an application is worth, and on which facts it will be routed."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.clock import db_now
from credit.evaluation import evaluate
from credit.models import CreditApplication
from customers.models import Customer, CustomerGroup, LegalFlag, Licence
from policies.rules.calendar import business_date
from policies.rules.plan import compile_plan
from policies.seed import default_pack
from tests import factories
from tests.credit import factories as credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture
def today(company: factories.Company) -> date:
    return business_date(db_now(), company.unit.time_zone)


def evaluated(application: CreditApplication, on: date):
    return evaluate(application, default_pack(), on)


def test_a_good_customer_with_two_years_of_trade_is_scored_on_all_four_sections(company, today) -> None:
    found = evaluated(credit.ready_application(company, today), today)
    assert set(found.score.weights) == {"HP", "CE", "FA", "DP"}
    assert found.score.grade in ("AAA", "AA")
    assert found.monthly.value == Decimal(820_000)
    assert found.blocks == ()


def test_a_complete_application_compiles_to_a_plan_without_blocks(company, today) -> None:
    found = evaluated(credit.ready_application(company, today), today)
    plan = compile_plan(default_pack(), "credit", dict(found.facts))
    assert plan.blocks == ()
    assert plan.bands["CL"].startswith("CL-")


def test_all_fact_keys_of_the_contract_are_there(company, today) -> None:
    found = evaluated(credit.ready_application(company, today), today)
    assert set(found.facts) == {
        "exposure_unsecured_group", "limit_requested", "limit_formula", "over_formula_pct", "limit_current",
        "increase_pct", "grade", "grade_override", "new_customer", "overdue_amount", "overdue_days",
        "group_ar_share_pct", "has_statements", "term_requested", "term_std", "term_max", "term_over_std",
        "term_over_max", "buyer_public_or_large", "security_value", "amounts_in_window", "requests_in_window",
        "file_complete_pct", "licence_expired", "missing_documents", "open_duplicate", "knocked_out",
        "unsecured_requested", "decrease", "temporary", "temporary_share_pct", "temporary_days", "temporary_in_12m",
        "freeze", "close", "unfreeze", "frozen", "has_line", "by_controller", "tier", "key_account",
    }  # fmt: skip


def test_the_evaluation_is_plain_json_and_the_same_every_time(company, today) -> None:
    application = credit.ready_application(company, today)
    first = json.dumps(evaluated(application, today).to_json(), sort_keys=True)
    assert first == json.dumps(evaluated(application, today).to_json(), sort_keys=True)
    assert "NaN" not in first


def test_every_indicator_opens_its_derivation(company, today) -> None:
    shown = evaluated(credit.ready_application(company, today), today).to_json()
    indicators = [each for section in shown["sections"] for each in section["indicators"]]
    assert len(indicators) == 35
    for each in indicators:
        assert each["label_zh"]
        assert each["formula_zh"]
        assert each["formula_en"]
        assert each["operands"]
        assert each["source_en"]


def test_the_number_of_statements_does_not_grow_with_the_trade(company, today) -> None:
    small, large = credit.ready_application(company, today), credit.ready_application(company, today)
    credit.trade(large.customer, today, months=30)
    counts = []
    for application in (small, large):
        fresh = CreditApplication.objects.select_related("customer__unit").get(pk=application.pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            evaluated(fresh, today)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


def test_an_empty_draft_is_evaluated_and_says_what_is_missing(company, today) -> None:
    made = credit.customer(company)
    application = credit.draft(made, company, today, req_limit=None, req_term=None, reason_text="")
    found = evaluated(application, today)
    assert {r.values["field"] for r in found.blocks} == {"req_limit", "req_term", "reason_text"}
    assert found.facts["limit_requested"] is None


def test_a_customer_without_history_is_scored_as_new_and_gets_half_the_forecast(company, today) -> None:
    made = credit.customer(company, since=today)
    credit.survey(made, company, today)
    credit.analysis(made, company, today)
    found = evaluated(credit.draft(made, company, today, forecast_month=Decimal(300_000)), today)
    assert found.score.variant == "NEW"
    assert found.score.grade == "A"
    assert found.monthly.value == Decimal(150_000)
    assert found.facts["new_customer"] is True
    assert found.terms.longest == 30


def test_a_new_customer_without_statements_gets_only_what_is_secured(company, today) -> None:
    made = credit.customer(company, since=today)
    credit.survey(made, company, today)
    security = {"security_type": "deposit", "security_value": Decimal(55_000)}
    found = evaluated(credit.draft(made, company, today, req_term=30, **security), today)
    assert found.score.grade == "C"
    assert found.limit.formula == Decimal(50_000)
    assert found.facts["unsecured_requested"] == Decimal(1_145_000)


def test_ninety_one_days_overdue_knocks_the_customer_out(company, today) -> None:
    application = credit.ready_application(company, today)
    credit.trade(application.customer, today - timedelta(days=60), months=4, paid_after=999)
    found = evaluated(application, today)
    assert found.facts["overdue_days"] > 90
    assert [reason.code for reason in found.score.knock_outs] == ["KO-3"]
    assert (found.score.grade, found.limit.recommended) == ("C", Decimal(0))


def test_an_open_dishonest_record_knocks_out_and_a_closed_one_does_not(company, today) -> None:
    application = credit.ready_application(company, today)
    flag = LegalFlag.objects.create(
        customer=application.customer, kind="dishonest", on=today - timedelta(days=900), source="court"
    )
    assert evaluated(application, today).facts["knocked_out"] is True
    flag.closed_on = today - timedelta(days=1)
    flag.save()
    assert evaluated(application, today).facts["knocked_out"] is False


def test_an_expired_licence_counts_until_a_new_one_of_its_kind_is_on_file(company, today) -> None:
    application = credit.ready_application(company, today)
    Licence.objects.create(customer=application.customer, kind="drug", number="old", valid_to=today - timedelta(days=1))
    assert evaluated(application, today).facts["licence_expired"] is True
    Licence.objects.create(customer=application.customer, kind="drug", number="new", valid_to=today)
    assert evaluated(application, today).facts["licence_expired"] is False


def test_above_a_million_the_third_party_report_is_missing_until_it_is_attached(company, today) -> None:
    made = credit.customer(company)
    credit.trade(made, today)
    credit.survey(made, company, today)
    credit.analysis(made, company, today)
    application = credit.draft(made, company, today)
    missing = {d.rule.document for d in evaluated(application, today).documents if not d.present}
    assert missing == {"contract", "site_photos", "third_party_report"}


def test_limits_of_the_group_are_added_to_what_is_asked(company, today) -> None:
    group = CustomerGroup.objects.create(code="g", name="Group")
    application = credit.ready_application(company, today, req_limit=Decimal(500_000))
    sister = credit.ready_application(company, today, req_limit=Decimal(700_000))
    Customer.objects.filter(pk__in=[application.customer_id, sister.customer_id]).update(group=group)
    grant(sister, company, today, limit=Decimal(700_000))
    fresh = CreditApplication.objects.get(pk=application.pk)
    assert evaluated(fresh, today).facts["exposure_unsecured_group"] == Decimal(1_200_000)


def test_a_new_limit_replaces_the_customers_own_limit_of_the_kind(company, today) -> None:
    first = credit.ready_application(company, today, req_limit=Decimal(400_000))
    grant(first, company, today, limit=Decimal(400_000))
    second = credit.draft(first.customer, company, today, req_type="increase", req_limit=Decimal(500_000))
    facts = evaluated(second, today).facts
    assert facts["limit_current"] == Decimal(400_000)
    assert facts["increase_pct"] == Decimal(25)
    assert facts["exposure_unsecured_group"] == Decimal(500_000)


def test_requests_of_the_last_thirty_days_are_added_against_splitting(company, today) -> None:
    from credit import services

    first = credit.ready_application(company, today, req_limit=Decimal(90_000))
    services.mark_submitted(first, actor=company.rep)
    second = credit.draft(first.customer, company, today, req_limit=Decimal(80_000))
    facts = evaluated(second, today).facts
    assert (facts["requests_in_window"], facts["amounts_in_window"]) == (2, Decimal(90_000))
    assert facts["exposure_unsecured_group"] == Decimal(170_000)


def test_a_group_with_the_only_receivables_has_no_share_to_compare_with(company, today) -> None:
    assert evaluated(credit.ready_application(company, today), today).facts["group_ar_share_pct"] is None


def grant(application, company, on, *, limit: Decimal):
    from credit import services
    from workflows.kinds.credit import Granted

    terms = Granted(limit, 45, on, on + timedelta(days=300))
    return services.grant_line(
        application, terms=terms, request_no=f"CR-{application.pk}", policy_number=1, actor=company.cfo
    )
