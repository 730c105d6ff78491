"""Who may decide a step, and what is refused: the natural persons who must stay apart, stale pages, used keys."""

import pytest
from django.http import Http404

from accounts import services as accounts
from accounts.models import RoleAssignment
from accounts.problems import Problem
from audit.models import Event
from credit import services as credit
from tests import factories
from tests.factories import Company
from tests.workflows.acting import decide, open_step, submitted
from tests.workflows.factories import ready_application
from tests.workflows.test_doors import open_roles, refused
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Step

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", ["return", "reject"])
def test_saying_no_needs_a_reason(company: Company, verb: str) -> None:
    problem = refused("reason_missing", submitted(company), "SM", company.manager, verb)
    assert problem.errors[0]["field"] == "reason"


def test_rep_cannot_decide_own_request(company: Company) -> None:
    accounts.assign_role(company.rep, "SM", unit=company.unit, valid_from=factories.EVER)
    refused("own_request", submitted(company), "SM", company.rep)


def test_the_second_account_of_the_rep_cannot_decide(company: Company) -> None:
    second = factories.user("Rep Twice", person=company.rep.person)
    accounts.assign_role(second, "SM", unit=company.unit, valid_from=factories.EVER)
    refused("own_request", submitted(company), "SM", second)


def test_the_owner_of_the_customer_cannot_decide_although_another_submits(company: Company) -> None:
    letter = ready_application(company)
    request = services.submit(KIND, letter.pk, actor=company.keeper, idempotency_key="k")
    accounts.assign_role(company.rep, "SM", unit=company.unit, valid_from=factories.EVER)
    refused("own_customer", request, "SM", company.rep)


def test_an_editor_of_the_revision_cannot_decide(company: Company) -> None:
    other = company.hire("Helping Manager", "SM", region=company.east)
    letter = ready_application(company)
    credit.save_draft(letter.customer, {"reason_text": "Helped by the manager."}, other, letter)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="k")
    refused("edited_it", request, "SM", other)


def test_the_role_is_needed_at_the_moment_of_the_decision(company: Company) -> None:
    """The page is open, the role is taken away, the post is refused."""
    request = submitted(company)
    accounts.end_role(RoleAssignment.objects.get(user=company.manager))
    refused("no_authority", request, "SM", company.manager)


def test_a_manager_of_another_region_cannot_decide(company: Company) -> None:
    refused("no_authority", submitted(company), "SM", company.other_manager)


def test_a_superuser_without_the_role_cannot_decide(company: Company) -> None:
    operator = factories.user("Operator", is_staff=True, is_superuser=True)
    refused("no_authority", submitted(company), "SM", operator)


def test_a_step_of_another_request_is_not_found_and_nothing_changes(company: Company) -> None:
    one, two = submitted(company), submitted(company)
    with pytest.raises(Http404):
        decide(one, "SM", company.manager, step=open_step(two, "SM"))
    assert (open_roles(one), open_roles(two)) == (["SM"], ["SM"])


def test_what_was_decided_is_not_decided_again(company: Company) -> None:
    request = submitted(company)
    step = open_step(request, "SM")
    decide(request, "SM", company.manager)
    assert refused("step_closed", request, "SM", company.manager, step=step).status == 409


def test_a_stale_page_is_refused(company: Company) -> None:
    assert refused("content_changed", submitted(company), "SM", company.manager, content_sha256="0" * 64).status == 409


def test_the_same_key_gives_the_first_answer(company: Company) -> None:
    request = submitted(company)
    step = open_step(request, "SM")
    first = decide(request, "SM", company.manager, step=step, idempotency_key="double-click")
    again = decide(request, "SM", company.manager, step=step, idempotency_key="double-click")
    assert first.pk == again.pk
    assert Event.objects.filter(action="request.decided").count() == 1


def test_the_same_key_for_something_else_is_refused(company: Company) -> None:
    request = submitted(company)
    step = open_step(request, "SM")
    decide(request, "SM", company.manager, step=step, idempotency_key="k")
    with pytest.raises(Problem) as caught:
        decide(request, "SM", company.manager, "reject", step=step, idempotency_key="k", reason="no")
    assert caught.value.status == 409


def test_a_refusal_is_in_the_trail(company: Company) -> None:
    request = submitted(company)
    refused("no_authority", request, "SM", company.other_manager)
    event = Event.objects.get(action="rule.refused")
    assert (event.request_no, event.actor_id) == (request.no, company.other_manager.pk)


def test_a_person_decides_one_step_only(company: Company) -> None:
    accounts.assign_role(company.manager, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    decide(request, "SM", company.manager)
    refused("already_decided", request, "RD", company.manager)


def test_who_alone_can_take_a_later_step_leaves_this_one_to_a_colleague(company: Company) -> None:
    second = company.hire("Second Manager", "SM", region=company.east)
    accounts.end_role(RoleAssignment.objects.get(user=company.director))
    accounts.assign_role(second, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    refused("needed_later", request, "SM", second)
    decide(request, "SM", company.manager)
    decide(request, "RD", second)


def test_a_lower_step_of_the_same_only_person_is_skipped_with_a_record(company: Company) -> None:
    accounts.end_role(RoleAssignment.objects.get(user=company.director))
    accounts.assign_role(company.manager, "RD", unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    assert Step.objects.get(request=request, role="SM").status == "skipped"
    assert open_roles(request) == ["CC", "RD"]
    assert "skipped" in Event.objects.get(action="request.submitted").body
