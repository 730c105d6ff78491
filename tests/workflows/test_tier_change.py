"""Tier changes from submission to stars in force: TC-1 to TC-7, objection, ratification, later days."""

from datetime import timedelta

import pytest

from accounts import services as accounts
from accounts.problems import Problem
from accounts.queries import business_today
from audit.clock import db_now
from credit import services as credit
from credit.evaluation import evaluate
from customers.models import Customer, RatingRun, TierChange, TierRecord
from customers.rules.ledger import add_months
from customers.services import tier_changes, tiers
from jobs.models import Job
from policies.seed import default_pack
from tests import factories
from tests.workflows.tiers import decide, letter, rated_customer, submitted
from workflows import rerating_due, rerating_run
from workflows.kinds.tier_change import KIND
from workflows.preview import preview

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def huakang(company):
    return rated_customer(company, tier=2, name="Huakang Medical")


def roles(request):
    return sorted(request.steps.order_by("stage").values_list("stage", "role"))


def test_an_upgrade_by_the_rules_takes_manager_director_and_credit_control(company, huakang):
    made = letter(huakang, company.rep)
    shown = preview(KIND, made, company.rep)
    assert shown.blocks == ()
    assert shown.plan.bands == {"TC": "TC-2"}
    request = submitted(made, company.rep)
    assert roles(request) == [(1, "SM"), (2, "CC"), (2, "RD")]
    decide(request, company.manager, "SM")
    decide(request, company.director, "RD")
    huakang.refresh_from_db()
    assert huakang.tier == 2
    decide(request, company.credit_controller, "CC")
    huakang.refresh_from_db()
    assert (request.state, huakang.tier) == ("approved", 3)
    record = TierRecord.objects.get(request_no=request.no)
    assert (record.override, record.rerate_on) == (False, add_months(business_today(), 12))


def test_the_decider_sees_score_tests_gates_and_benefits_side_by_side(company, huakang):
    request = submitted(letter(huakang, company.rep), company.rep)
    evaluation = request.submissions.get().content["evaluation"]
    assert [line["code"] for line in evaluation["lines"]] == [f"T{n}" for n in range(1, 10)]
    assert {"F1", "F2", "F3", "F4", "F5", "TRUE"} == {test["code"] for test in evaluation["rating"]["tests"]["tests"]}
    discount = next(row for row in evaluation["benefits"] if row["code"] == "discount")
    assert (discount["before_en"], discount["after_en"], discount["better"], discount["changed"]) == (
        "1 %", "3 %", True, True,
    )  # fmt: skip
    terms = next(row for row in evaluation["benefits"] if row["code"] == "std_term")
    assert terms["changed"] is True
    assert evaluation["current"]["tier"] == 2


def test_an_exception_needs_its_reason_all_functions_and_lasts_six_months(company, huakang):
    Customer.objects.filter(pk=huakang.pk).update(tier=1)
    huakang.refresh_from_db()
    made = letter(huakang, company.rep)
    assert [block for block in preview(KIND, made, company.rep).blocks if "exception" in block]
    made = tier_changes.save_tier_change(
        huakang, {"override_reason": "Sole supplier of the new campus."}, company.rep, made
    )
    request = submitted(made, company.rep)
    assert {role for _, role in roles(request)} == {"SM", "RD", "CC", "FM", "CFO", "GM"}
    for actor, role in [
        (company.manager, "SM"), (company.director, "RD"), (company.credit_controller, "CC"),
        (company.finance_manager, "FM"), (company.cfo, "CFO"), (company.general_manager, "GM"),
    ]:  # fmt: skip
        decide(request, actor, role)
    record = TierRecord.objects.get(request_no=request.no)
    assert (record.tier, record.override, record.rerate_on) == (3, True, add_months(business_today(), 6))
    assert Job.objects.get(kind="workflows.rerating_due").due_at.date() <= record.rerate_on


def test_stars_that_are_due_are_rated_again_by_themselves(company, huakang):
    operations = company.hire("Sales Operations", "SO")
    yesterday = business_today() - timedelta(days=1)
    TierRecord.objects.create(
        customer=huakang, tier=3, override=True, valid_from=yesterday, rerate_on=yesterday, source="rep",
        decided_at=db_now(), activated_at=db_now(),
    )  # fmt: skip
    rerating_due.start(company.unit.pk, "rerating-due:1")
    run = RatingRun.objects.get()
    assert (run.started_by, run.scope, run.total) == (operations, "due", 1)


def test_an_approver_may_ask_for_an_earlier_rating_but_not_a_later_one(company, huakang):
    request = submitted(letter(huakang, company.rep), company.rep)
    soon = business_today() + timedelta(days=90)
    with pytest.raises(Problem):
        decide(request, company.manager, "SM", "approve_conditional", "later", rerate_on=soon + timedelta(days=900))
    decide(request, company.manager, "SM", "approve_conditional", "Look again soon", rerate_on=soon)
    decide(request, company.director, "RD")
    decide(request, company.credit_controller, "CC")
    assert TierRecord.objects.get(request_no=request.no).rerate_on == soon


def test_stars_of_a_later_day_are_granted_now_and_in_force_then(company, huakang):
    later = business_today() + timedelta(days=10)
    request = submitted(letter(huakang, company.rep, effective_on=later), company.rep)
    for actor, role in [(company.manager, "SM"), (company.director, "RD"), (company.credit_controller, "CC")]:
        decide(request, actor, role)
    huakang.refresh_from_db()
    assert (request.state, huakang.tier) == ("approved", 2)
    record = TierRecord.objects.get(request_no=request.no)
    assert (record.valid_from, record.activated_at) == (later, None)
    assert Job.objects.filter(kind="customers.activate_tier", payload={"record": record.pk}).exists()


def downgrade(company, customer):
    operations = company.hire("Sales Operations", "SO")
    made = letter(customer, operations, proposed_tier=2, reason_code="rerating", source="rerating")
    return submitted(made, operations)


def test_a_manager_comments_on_a_downgrade_and_the_director_decides(company, huakang):
    Customer.objects.filter(pk=huakang.pk).update(tier=3)
    request = downgrade(company, huakang)
    assert roles(request) == [(1, "SM"), (2, "RD")]
    decide(request, company.manager, "SM")
    decide(request, company.director, "RD")
    huakang.refresh_from_db()
    assert huakang.tier == 2


def test_after_an_objection_credit_control_decides_with_the_director(company, huakang):
    Customer.objects.filter(pk=huakang.pk).update(tier=3)
    request = downgrade(company, huakang)
    decide(request, company.manager, "SM", "object", "The drop was our own delivery stop.")
    assert {"RD", "CC"} <= set(request.steps.filter(status="open").values_list("role", flat=True))
    decide(request, company.director, "RD")
    decide(request, company.credit_controller, "CC", "reject", "The manager is right.")
    huakang.refresh_from_db()
    assert (request.state, huakang.tier) == ("rejected", 3)


@pytest.fixture
def insolvent(company):
    made = rated_customer(company, tier=4, key_account=True)
    made.legal_flags.create(kind="insolvency", on=business_today(), source="court notice")
    return made


def emergency(company, customer):
    made = letter(
        customer, company.credit_controller, proposed_tier=1, source="emergency", reason_code="risk",
        reason_text="Insolvency was opened today.",
    )  # fmt: skip
    return submitted(made, company.credit_controller)


def test_an_emergency_measure_counts_at_once_and_is_ratified_afterwards(company, insolvent):
    request = emergency(company, insolvent)
    insolvent.refresh_from_db()
    assert (request.state, insolvent.tier) == ("approved", 1)
    assert set(request.steps.filter(status="open").values_list("role", flat=True)) == {"RD", "FM"}
    decide(request, company.director, "RD")
    decide(request, company.finance_manager, "FM")
    insolvent.refresh_from_db()
    assert (request.closed_at is not None, insolvent.tier) == (True, 1)


def test_an_emergency_measure_does_not_wait_for_an_ordinary_change(company, insolvent):
    operations = company.hire("Sales Operations", "SO")
    submitted(letter(insolvent, operations, proposed_tier=3, reason_code="rerating", source="rerating"), operations)
    assert emergency(company, insolvent).state == "approved"
    insolvent.refresh_from_db()
    assert insolvent.tier == 1


def test_a_measure_that_the_cfo_refuses_gives_the_stars_back(company, insolvent):
    request = emergency(company, insolvent)
    decide(request, company.director, "RD", "reject", "The notice names another company.")
    insolvent.refresh_from_db()
    assert insolvent.tier == 1  # the measure stays until the CFO has decided
    decide(request, company.cfo, "CFO", "reject", "Mistaken identity.")
    insolvent.refresh_from_db()
    assert (request.state, insolvent.tier) == ("rejected", 4)
    assert TierRecord.objects.active().get(customer=insolvent).source == "undone"


def test_an_emergency_needs_a_hard_red_signal_and_takes_effect_today(company, huakang):
    tomorrow = business_today() + timedelta(days=1)
    made = letter(huakang, company.credit_controller, proposed_tier=1, source="emergency", effective_on=tomorrow)
    blocks = preview(KIND, made, company.credit_controller).blocks
    assert any("hard-red" in block for block in blocks)
    assert any("choose today" in block for block in blocks)


def test_nobody_else_sends_an_emergency_measure_of_a_credit_controller(company, insolvent):
    made = letter(insolvent, company.credit_controller, proposed_tier=1, source="emergency", reason_code="risk")
    with pytest.raises(Problem) as refused:
        submitted(made, company.manager)
    assert refused.value.status == 403


def test_a_credit_controller_of_another_place_orders_no_emergency_measure(company, insolvent):
    far = company.hire("Far Controller", "CC", region=company.west)
    accounts.assign_role(far, "SO", unit=company.unit, valid_from=factories.EVER)
    asked = {"proposed_tier": 1, "source": "emergency", "reason_code": "risk"}
    with pytest.raises(Problem) as refused:
        letter(insolvent, far, **asked)
    assert refused.value.status == 422
    made = letter(insolvent, far, proposed_tier=1, reason_code="risk")
    TierChange.objects.filter(pk=made.pk).update(source="emergency")  # as written before the region changed
    request = submitted(made, far)
    insolvent.refresh_from_db()
    assert insolvent.tier == 4
    assert set(request.steps.filter(status="open").values_list("role", flat=True)) == {"CC"}


def test_stars_given_back_are_rated_again_although_their_day_went_by(company, insolvent):
    today = business_today()
    TierRecord.objects.create(
        customer=insolvent, tier=4, key_account=True, override=True, valid_from=today - timedelta(days=9),
        rerate_on=today, source="rep", decided_at=db_now(), activated_at=db_now(),
    )  # fmt: skip
    request = emergency(company, insolvent)
    decide(request, company.director, "RD", "reject", "The notice names another company.")
    decide(request, company.cfo, "CFO", "reject", "Mistaken identity.")
    again = TierRecord.objects.active().get(customer=insolvent)
    assert (again.override, again.rerate_on) == (True, today + timedelta(days=1))
    assert Job.objects.filter(kind="workflows.rerating_due", key__endswith=again.rerate_on.isoformat()).exists()


def test_nobody_due_any_more_is_no_failure(company, huakang):
    company.hire("Sales Operations", "SO")
    rerating_due.start(company.unit.pk, "rerating-due:1")
    assert not RatingRun.objects.exists()


def test_a_re_rating_that_is_due_waits_for_the_one_at_work(company, huakang):
    operations = company.hire("Sales Operations", "SO")
    at_work = rerating_run.start(operations, "all", business_today(), "by hand", trial=True)
    yesterday = business_today() - timedelta(days=1)
    TierRecord.objects.create(
        customer=huakang, tier=3, valid_from=yesterday, rerate_on=yesterday, source="rep", decided_at=db_now(),
        activated_at=db_now(),
    )  # fmt: skip
    rerating_due.start(company.unit.pk, "rerating-due:1")
    assert RatingRun.objects.get() == at_work
    later = Job.objects.get(kind="workflows.rerating_due")
    assert (later.payload, later.due_at > db_now()) == ({"unit": company.unit.pk}, True)


def test_an_incomplete_draft_is_evaluated_and_says_what_is_missing(company, huakang):
    made = tier_changes.save_tier_change(huakang, {}, company.rep)
    blocks = preview(KIND, made, company.rep).blocks
    assert {"Choose the proposed stars.", "Say when it takes effect.", "Choose why the stars change."} <= set(blocks)


def test_granted_stars_bound_the_term_of_the_next_credit_application(company, huakang):
    application = credit.save_draft(huakang, {"req_limit": 100_000, "req_term": 30}, company.rep)
    before = evaluate(application, default_pack(), business_today()).terms
    made = letter(huakang, company.rep, proposed_tier=1)
    tiers.grant_tier(
        KIND.lock(made.pk), effective_on=business_today(), rerate_on=None, override=False, request_no="TC-X", policy_number=1,
        actor=company.general_manager, now=db_now(),
    )  # fmt: skip
    application = type(application).objects.select_related("customer__unit").get(pk=application.pk)
    after = evaluate(application, default_pack(), business_today()).terms
    assert (after.standard, after.longest) < (before.standard, before.longest)
