"""Standing delegation: W19 (a) to (l) of the approval reference, and who may be given one."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import User
from accounts.problems import Problem
from audit.clock import db_now
from audit.models import Event
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company
from tests.workflows.factories import ready_application
from tests.workflows.test_cost import MOST
from tests.workflows.test_doors import decide, refused, submitted
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Delegation, Request
from workflows.preview import preview
from workflows.queries import inbox, waiting_count
from workflows.queries_pages import current_round, holders_now, step_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    default_policy()
    return factories.company()


def stand_in(company: Company, name: str = "Deputy", role: str = "SM") -> User:
    """Somebody of the same role who looks after another region."""
    return company.hire(name, role, region=company.west)


def given(delegator: User, to: User, actor: User | None = None, **terms: Any) -> Delegation:
    now = db_now()
    period = {"valid_from": now - timedelta(hours=1), "valid_to": now + timedelta(days=10)}
    asked = {**period, **terms}
    return services.delegate(delegator, to, actor=actor or delegator, idempotency_key=uuid4().hex, **asked)


def not_given(code: str, delegator: User, to: User, **terms: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        given(delegator, to, **terms)
    assert caught.value.code == code
    return caught.value


def stored(delegator: User, to: User, start: datetime, end: datetime) -> Delegation:
    """A period that the service would no longer accept."""
    return Delegation.objects.create(
        delegator=delegator, delegate=to, valid_from=start, valid_to=end, created_by=delegator
    )


def waiting(user: User) -> list[str]:
    found = [step.request.no for step in inbox(user)]
    assert waiting_count(user) == len(found)
    return found


def people(request: Request) -> tuple[str, ...]:
    return holders_now([request])[request.pk][0].people


def test_w19a_pending_and_new_items_go_to_the_delegate_and_history_names_both(company: Company) -> None:
    deputy = stand_in(company)
    pending = submitted(company)
    assert waiting(deputy) == []
    given(company.manager, deputy)
    new = submitted(company)
    assert waiting(deputy) == [pending.no, new.no]
    assert waiting(company.manager) == []
    assert people(new) == ("Deputy (for Manager)",)
    assert Request.objects.visible_to(deputy).filter(pk=new.pk).exists()
    decide(pending, "SM", deputy)
    said = Decision.objects.get(request=pending)
    assert (said.actor, said.on_behalf_of, said.capacity) == (deputy, company.manager, "delegate")
    event = Event.objects.get(action="request.decided", request_no=pending.no)
    assert event.content["on_behalf_of"]["id"] == company.manager.pk
    assert event.actor_id == deputy.pk
    assert Request.objects.visible_to(company.manager).filter(pk=pending.pk).exists()


def test_w19b_before_its_first_moment_everything_stays_with_the_delegator(company: Company) -> None:
    deputy, start = stand_in(company), db_now() + timedelta(days=5)
    given(company.manager, deputy, valid_from=start, valid_to=start + timedelta(days=5))
    request = submitted(company)
    assert (waiting(company.manager), waiting(deputy)) == ([request.no], [])
    refused("no_authority", request, "SM", deputy)


def test_w19c_a_delegate_of_a_delegate_decides(company: Company) -> None:
    first, second, third = (stand_in(company, name) for name in ("First", "Second", "Third"))
    given(company.manager, first)
    given(first, second)
    request = submitted(company)
    assert (waiting(first), waiting(second)) == ([], [request.no])
    assert people(request) == ("Second (for Manager)",)
    given(second, third)  # two hops are the policy's limit: it stays with the second
    assert (waiting(second), waiting(third)) == ([request.no], [])
    refused("no_authority", request, "SM", third)
    decide(request, "SM", second)
    assert Decision.objects.get(request=request).on_behalf_of == company.manager


def test_w19d_and_e_no_circle_and_not_to_oneself(company: Company) -> None:
    first, second = stand_in(company, "First"), stand_in(company, "Second")
    given(company.manager, first)
    given(first, second)
    not_given("delegation_goes_round", second, company.manager)
    not_given("delegation_goes_round", second, first, kinds=["credit"])
    not_given("delegation_to_self", company.manager, company.manager)
    twin = factories.user("Manager Again", person=company.manager.person)
    not_given("delegation_to_self", company.manager, twin)


def test_w19f_when_the_delegate_leaves_the_delegator_has_it_again(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)
    given(company.manager, deputy)
    accounts.set_active(deputy, False)
    assert waiting(company.manager) == [request.no]
    assert people(request) == ("Manager",)
    decide(request, "SM", company.manager)


def test_w19g_the_others_of_the_pool_stay_as_they_are(company: Company) -> None:
    colleague, deputy = company.hire("Colleague", "SM", region=company.east), stand_in(company)
    given(company.manager, deputy)
    request = submitted(company)
    assert waiting(colleague) == waiting(deputy) == [request.no]
    assert sorted(people(request)) == ["Colleague", "Deputy (for Manager)"]
    decide(request, "SM", colleague)
    assert waiting(deputy) == []


def test_w19h_what_is_pending_comes_back_when_the_delegator_does(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)
    delegation = given(company.manager, deputy)
    assert waiting(company.manager) == []
    services.end_delegation(delegation.pk, actor=company.manager, idempotency_key="back")
    assert (waiting(company.manager), waiting(deputy)) == ([request.no], [])
    assert not Request.objects.visible_to(deputy).filter(pk=request.pk).exists()
    refused("no_authority", request, "SM", deputy)
    assert Event.objects.filter(stream=f"auth:{company.manager.pk}", action="delegation.ended").count() == 1


def test_w19i_nobody_delegates_for_others_but_an_operator_with_a_reason(company: Company) -> None:
    deputy, operator = stand_in(company), company.hire("Operator", "SO")
    not_given("not_your_delegation", company.manager, deputy, actor=company.director)
    not_given("reason_missing", company.manager, deputy, actor=operator)
    made = given(company.manager, deputy, actor=operator, reason="Manager is in hospital.")
    event = Event.objects.get(action="delegation.given")
    assert (event.actor_id, event.content["reason"]) == (operator.pk, "Manager is in hospital.")
    with pytest.raises(Problem):
        services.end_delegation(made.pk, actor=company.auditor, idempotency_key="x")


def test_w19j_what_the_delegate_may_not_decide_stays_with_the_delegator(company: Company) -> None:
    """The delegate submitted one, and decided an earlier step of another."""
    letter = ready_application(company)
    accounts.assign_role(company.keeper, "SM", unit=company.unit, region=company.west, valid_from=factories.EVER)
    given(company.manager, company.keeper)
    own = services.submit(KIND, letter.pk, actor=company.keeper, idempotency_key="k")
    assert (waiting(company.manager), waiting(company.keeper)) == ([own.no], [])
    refused("own_request", own, "SM", company.keeper)
    assert _path(own)[0]["people"] == ["Manager"]
    decide(own, "SM", company.manager)
    given(company.director, company.manager, ceiling=Decimal(900_000))
    assert own.no in waiting(company.director)
    refused("no_authority", own, "RD", company.manager)


def test_w19k_above_the_ceiling_it_stays_with_the_delegator_and_the_ceiling_is_shown(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)  # 500,000
    given(company.manager, deputy, ceiling=Decimal(200_000))
    assert (waiting(company.manager), waiting(deputy)) == ([request.no], [])
    refusal = refused("above_delegation", request, "SM", deputy)
    assert "200,000.00" in refusal.title


def test_w19l_at_its_last_moment_the_delegator_acts_again(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)
    now = db_now()
    over = stored(company.manager, deputy, now - timedelta(days=1), now)
    assert list(Delegation.objects.in_force(over.valid_to)) == []
    assert list(Delegation.objects.in_force(over.valid_to - timedelta(microseconds=1))) == [over]
    assert (waiting(company.manager), waiting(deputy)) == ([request.no], [])
    refused("no_authority", request, "SM", deputy)
    decide(request, "SM", company.manager)


def test_other_kinds_stay_with_the_delegator(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)
    given(company.manager, deputy, kinds=["special_price"])
    assert (waiting(company.manager), waiting(deputy)) == ([request.no], [])
    given(company.manager, deputy, kinds=["credit"])
    assert (waiting(company.manager), waiting(deputy)) == ([], [request.no])


def test_who_is_barred_does_not_decide_through_a_delegate_either(company: Company) -> None:
    """The principal submitted it: nobody acts for him there."""
    deputy = stand_in(company)
    letter = ready_application(company)
    accounts.assign_role(company.keeper, "SM", unit=company.unit, region=company.east, valid_from=factories.EVER)
    given(company.keeper, deputy)
    request = services.submit(KIND, letter.pk, actor=company.keeper, idempotency_key="k")
    assert waiting(deputy) == []
    refused("principal_apart", request, "SM", deputy)


def test_one_person_has_one_say_whoever_acts(company: Company) -> None:
    """The manager's delegate decides; then neither of them decides as director."""
    deputy = stand_in(company)
    for each in (company.manager, deputy):
        accounts.assign_role(each, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    given(company.manager, deputy)
    decide(request, "SM", deputy)
    refused("already_decided", request, "RD", company.manager)
    refused("already_decided", request, "RD", deputy)


def test_whoever_delegated_may_still_decide_himself(company: Company) -> None:
    request = submitted(company)
    given(company.manager, stand_in(company))
    decide(request, "SM", company.manager)
    assert Decision.objects.get(request=request).on_behalf_of is None


def test_who_can_be_a_delegate(company: Company) -> None:
    start = db_now()
    not_given("delegate_without_role", company.manager, company.other_rep)
    not_given("delegate_without_role", company.manager, factories.user("Guest"))
    not_given("delegate_incompatible", company.manager, company.credit_controller)
    not_given("delegate_incompatible", company.cfo, company.manager)
    not_given("nothing_to_delegate", company.rep, company.manager)
    not_given("delegation_needs_ceiling", company.cfo, company.finance_manager)
    given(company.cfo, company.finance_manager, ceiling=Decimal(100_000))
    not_given("delegation_too_long", company.manager, stand_in(company), valid_to=start + timedelta(days=31))
    not_given("delegation_period", company.manager, stand_in(company), valid_to=start - timedelta(days=1))
    not_given("delegation_kind", company.manager, stand_in(company), kinds=["holiday"])
    deputy = stand_in(company)
    given(company.manager, deputy)
    not_given("delegation_overlaps", company.manager, stand_in(company), kinds=["credit"])
    accounts.set_active(deputy, False)
    not_given("delegate_inactive", company.other_manager, deputy)


def test_the_preview_and_the_path_name_both(company: Company) -> None:
    given(company.manager, stand_in(company))
    request = submitted(company)
    assert _path(request)[0]["people"] == ["Deputy (for Manager)"]
    shown = preview(KIND, KIND.lock(ready_application(company).pk), company.rep)
    assert shown.steps[0].people == ("Deputy (for Manager)",)


def test_a_decision_of_a_delegate_stays_at_or_under_25_statements(company: Company) -> None:
    first, second = stand_in(company, "First"), stand_in(company, "Second")
    given(company.manager, first)
    given(first, second)
    request = submitted(company)
    with CaptureQueriesContext(connection) as captured:
        decide(request, "SM", second)
    assert len(captured) <= MOST, "\n".join(query["sql"][:150] for query in captured.captured_queries)


def _path(request: Request) -> list[dict[str, Any]]:
    from workflows.views.shown import path_steps

    round_ = current_round(request)
    assert step_of(round_, request.submitter) is None
    return path_steps(round_.steps, request, round_)


def test_whoever_was_acted_for_in_a_request_has_none_of_its_other_steps_in_his_queue(company: Company) -> None:
    """What the service would refuse him does not wait for him."""
    accounts.assign_role(company.manager, "RD", unit=company.unit, valid_from=date(2020, 1, 1))
    first = stand_in(company)
    given(company.manager, first, ceiling=Decimal(10**9))
    request = submitted(company)
    decide(request, "SM", first)
    assert waiting(company.director) == [request.no]
    assert waiting(company.manager) == []
