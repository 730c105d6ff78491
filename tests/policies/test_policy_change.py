"""The letter that asks for a version: who decides is not chosen, and everything that is written leaves a trace."""

from datetime import timedelta

import pytest

from accounts import services as accounts
from accounts.models import Unit
from accounts.queries import business_today
from accounts.roles import Role
from audit.models import Event
from policies.change_forms import PolicyChangeForm
from policies.evaluation import evaluate
from policies.models import PolicyVersion
from policies.services import begin_change, check_version, save_change
from policies.services.changes import mark_submitted, turn_down
from tests import factories
from tests.api.client import Api, problem
from tests.policies.desk import Desk, Pages


@pytest.fixture
def desk(db):
    return Desk()


def test_the_maker_does_not_choose_the_company_whose_people_decide(desk):
    other = Unit.objects.create(code="aaa-other", name_zh="甲", name_en="Other")
    letter = begin_change(desk.number, desk.maker)
    form = PolicyChangeForm({"change_note": "Tighter", "unit": other.pk}, instance=letter)
    assert form.is_valid()
    assert save_change(letter, {**form.cleaned_data, "unit": other}, desk.maker).unit == desk.company.unit


def test_of_several_companies_the_first_decides_whichever_role_the_maker_got_first(desk):
    first, second = (Unit.objects.create(code=code, name_zh=code, name_en=code) for code in ("x", "y"))
    maker = desk.company.hire("Both", Role.AUD)
    for unit in (second, first):
        accounts.assign_role(maker, Role.SO, unit=unit, valid_from=factories.EVER)
    accounts.assign_role(maker, Role.PM, unit=desk.company.unit, valid_from=factories.EVER)
    assert begin_change(desk.number, maker).unit == first


def test_what_is_written_about_a_checked_version_counts_as_a_change_of_it(desk):
    desk.company.hire("Quality", Role.QA)
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10")
    check_version(desk.number, desk.maker)
    letter = begin_change(desk.number, desk.company.credit_controller)
    day = business_today() + timedelta(days=9)
    before = PolicyVersion.objects.get(number=desk.number)
    was = before.effective_from

    values = {"effective_from": day, "change_note": before.change_note, "emergency": True}
    save_change(letter, values, desk.company.credit_controller)

    version = PolicyVersion.objects.get(number=desk.number)
    assert (version.state, version.effective_from, version.revision) == ("checked", day, before.revision + 1)
    changed, letter_changed = Event.objects.order_by("-pk")[:2][::-1]
    assert (changed.action, letter_changed.action) == ("policy.draft_changed", "policy.change_written")
    assert changed.content["before"] == {"effective_from": was.isoformat()}
    assert changed.content["after"] == {"effective_from": day.isoformat()}
    assert letter_changed.content["after"] == {"emergency": True}
    assert set(version.editors.all()) == {desk.maker, desk.company.credit_controller}

    save_change(letter, values, desk.company.credit_controller)
    assert Event.objects.order_by("-pk").first() == letter_changed


def test_a_version_that_is_asked_for_is_not_asked_for_again_on_the_page_nor_over_rest(desk, client):
    desk.company.hire("Quality", Role.QA)
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10")
    letter = begin_change(desk.number, desk.maker)
    assert begin_change(desk.number, desk.company.credit_controller) == letter
    mark_submitted(letter, actor=desk.maker)
    answer = Pages(client, desk, desk.maker).post("ask/", {"idempotency_key": "again"})
    assert (answer.status_code, "asked for already" in answer.text) == (409, True)
    problem(Api(desk.maker).post("/policy-changes", {"version": desk.number}), 409, "submitted")
    assert desk.draft.changes.count() == 1


def test_the_rejected_letter_of_a_version_does_not_stand_in_the_way_of_the_next_one(desk):
    desk.company.hire("Quality", Role.QA)
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10")
    rejected = begin_change(desk.number, desk.maker)
    mark_submitted(rejected, actor=desk.maker)
    turn_down(rejected, actor=desk.maker)
    again = begin_change(desk.number, desk.maker)
    mark_submitted(again, actor=desk.maker)
    assert not evaluate(again, business_today()).facts["policy_in_review"]
