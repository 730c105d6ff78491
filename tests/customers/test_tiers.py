"""Stars: asked in a letter, given by a decision, in force from a day on, never edited."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.problems import Problem
from accounts.roles import Role
from audit.clock import db_now
from audit.models import Event
from customers.models import Customer, TierChange, TierRecord
from customers.queries import business_day
from customers.queries_tiers import tier_history, tier_in_force, tiers_in_force
from customers.services import tier_changes, tiers
from jobs.models import Job
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def huakang(company):
    return factories.customer(company, tier=2, name="Huakang Medical")


def letter(customer, actor, **values):
    asked = {"proposed_tier": 3, "effective_on": business_day(customer.unit), "reason_code": "growth"}
    return tier_changes.save_tier_change(customer, {**asked, **values}, actor)


def grant(asked, actor, no, *, on=None, override=False, rerate_on=None):
    with transaction.atomic():
        asked.customer = Customer.objects.select_for_update().get(pk=asked.customer_id)
        return tiers.grant_tier(
            asked,
            effective_on=on or asked.effective_on,
            rerate_on=rerate_on,
            override=override,
            request_no=no,
            policy_number=1,
            actor=actor,
            now=db_now(),
        )


def undo(customer, no, actor):
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        tiers.undo_tier(no, customer=locked, reason="not justified", actor=actor, now=db_now())


def test_a_rep_begins_with_one_star_more_from_today(company, huakang):
    draft = tier_changes.start_tier_change(huakang, company.rep)
    assert (draft.proposed_tier, draft.effective_on) == (3, business_day(huakang.unit))
    assert Event.objects.filter(action="customers.tier_change_drafted", object_id=str(draft.pk)).exists()


def test_a_rep_of_another_region_sees_neither_customer_nor_draft(company, huakang):
    draft = letter(huakang, company.rep)
    assert not TierChange.objects.visible_to(company.other_rep).filter(pk=draft.pk).exists()
    with pytest.raises(Problem) as refused:
        letter(huakang, company.other_rep)
    assert refused.value.status == 404


def test_a_confidential_draft_is_for_its_editors_and_the_auditor(company, huakang):
    draft = letter(huakang, company.rep, confidential=True)
    readers = [who for who in (company.rep, company.manager, company.auditor) if TierChange.objects.visible_to(who)]
    assert (draft.confidential, readers) == (True, [company.rep, company.auditor])


def test_only_credit_control_orders_an_emergency_measure(company, huakang):
    with pytest.raises(Problem) as refused:
        letter(huakang, company.rep, proposed_tier=1, source="emergency")
    assert refused.value.status == 422
    assert letter(huakang, company.credit_controller, proposed_tier=1, source="emergency").source == "emergency"


def test_a_submitted_letter_is_not_edited(company, huakang):
    draft = letter(huakang, company.rep)
    tier_changes.mark_submitted(draft, actor=company.rep)
    with pytest.raises(Problem) as refused:
        tier_changes.save_tier_change(huakang, {"proposed_tier": 4}, company.rep, draft)
    assert refused.value.status == 409


def test_granted_stars_count_from_today_and_the_file_shows_them(company, huakang):
    record = grant(letter(huakang, company.rep), company.director, "TC-1")
    huakang.refresh_from_db()
    assert (huakang.tier, huakang.tier_provisional) == (3, False)
    assert tier_in_force(huakang, business_day(huakang.unit)).record == record
    assert [row.tier for row in tier_history(huakang)] == [3, 2]
    event = Event.objects.get(action="customers.tier_in_force", request_no="TC-1")
    assert '"before":{"tier":2}' in event.body.replace(" ", "")


def test_the_next_rating_is_never_before_the_stars_count(company, huakang):
    today = business_day(huakang.unit)
    later = today + timedelta(days=30)
    record = grant(letter(huakang, company.rep), company.director, "TC-1", on=later, rerate_on=today)
    assert (record.valid_from, record.rerate_on) == (later, later)


def test_the_first_decision_keeps_what_the_file_said_before(company, huakang):
    grant(letter(huakang, company.rep), company.director, "TC-1")
    yesterday = business_day(huakang.unit) - timedelta(days=1)
    assert tier_in_force(huakang, yesterday).tier == 2
    assert tier_in_force(huakang, huakang.since - timedelta(days=1)).tier is None


def test_stars_of_a_later_day_wait_for_their_job(company, huakang):
    tomorrow = business_day(huakang.unit) + timedelta(days=1)
    record = grant(letter(huakang, company.rep), company.director, "TC-1", on=tomorrow)
    tiers.activate_tier(record.pk)  # too early: nothing happens
    huakang.refresh_from_db()
    record.refresh_from_db()
    assert (huakang.tier, record.activated_at) == (2, None)
    job = Job.objects.get(kind="customers.activate_tier")
    assert job.due_at.astimezone().date() <= tomorrow
    assert job.payload == {"record": record.pk}


def test_an_emergency_downgrade_overtakes_an_upgrade_that_waits(company, huakang):
    waiting = grant(
        letter(huakang, company.rep), company.director, "TC-1", on=business_day(huakang.unit) + timedelta(days=9)
    )
    grant(letter(huakang, company.credit_controller, proposed_tier=1), company.credit_controller, "TC-2")
    waiting.refresh_from_db()
    assert waiting.end_reason == "overtaken"
    assert tier_in_force(huakang, waiting.valid_from).tier == 1


def test_granting_the_same_request_twice_gives_one_record(company, huakang):
    asked = letter(huakang, company.rep)
    assert grant(asked, company.director, "TC-1") == grant(asked, company.director, "TC-1")
    assert TierRecord.objects.filter(request_no="TC-1").count() == 1


def test_a_measure_that_is_not_ratified_gives_the_earlier_stars_back(company, huakang):
    Customer.objects.filter(pk=huakang.pk).update(tier=4, key_account=True)
    huakang.refresh_from_db()
    asked = letter(huakang, company.credit_controller, proposed_tier=1, list_change="leave", source="emergency")
    grant(asked, company.credit_controller, "TC-7")
    huakang.refresh_from_db()
    assert (huakang.tier, huakang.key_account) == (1, False)
    undo(huakang, "TC-7", company.finance_manager)
    huakang.refresh_from_db()
    assert (huakang.tier, huakang.key_account) == (4, True)
    assert [row.source for row in tier_history(huakang)] == ["undone", "emergency", "file"]


def test_undoing_twice_or_after_a_later_decision_changes_nothing(company, huakang):
    grant(letter(huakang, company.credit_controller, proposed_tier=1), company.credit_controller, "TC-1")
    grant(letter(huakang, company.rep), company.director, "TC-2")
    undo(huakang, "TC-1", company.finance_manager)
    undo(huakang, "TC-2", company.finance_manager)
    undo(huakang, "TC-2", company.finance_manager)
    huakang.refresh_from_db()
    assert huakang.tier == 1
    assert TierRecord.objects.filter(source="undone").count() == 1


def test_the_database_refuses_to_edit_or_delete_given_stars(company, huakang):
    record = grant(letter(huakang, company.rep), company.director, "TC-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        TierRecord.objects.filter(pk=record.pk).update(tier=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        TierRecord.objects.filter(pk=record.pk).delete()


def test_stars_of_many_customers_are_read_with_one_statement(company, django_assert_num_queries):
    many = [factories.customer(company, tier=2) for _ in range(5)]
    for number, one in enumerate(many[:3]):
        grant(letter(one, company.rep), company.director, f"TC-{number}")
    chosen = list(Customer.objects.select_related("unit").filter(pk__in=[one.pk for one in many]))
    today = business_day(company.unit)
    with django_assert_num_queries(1):
        found = tiers_in_force(chosen, today)
    assert sorted(state.tier for state in found.values()) == [2, 2, 3, 3, 3]


def test_sales_operations_may_propose_and_an_auditor_may_not(company, huakang):
    operations = company.hire("Sales Operations", Role.SO)
    assert letter(huakang, operations, source="rerating").source == "rerating"
    with pytest.raises(Problem) as refused:
        letter(huakang, company.auditor)
    assert refused.value.status == 403
