"""Roles that nobody holds, people who leave, and the same person twice: never silent, never approved by nobody (W20)."""

from datetime import timedelta
from uuid import uuid4

from accounts import services as accounts
from accounts.models import RoleAssignment, User
from accounts.queries import business_today
from audit.models import Event
from jobs.models import Job
from tests import factories
from tests.factories import Company
from tests.workflows.acting import decide, open_step, submitted
from tests.workflows.factories import ready_application
from tests.workflows.test_doors import refused
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Decision, Handover, Request, Step
from workflows.pools import move_orphaned_steps
from workflows.preview import preview
from workflows.queries import inbox
from workflows.rules import duplicates_to_skip
from workflows.rules.seats import ladder

PLACES = {"SM": ("sales", 1), "RD": ("sales", 2), "CC": ("credit", 1), "FM": ("finance", 1), "CFO": ("finance", 2)}


def leaves(user: User) -> None:
    for held in RoleAssignment.objects.filter(user=user):
        accounts.end_role(held)


def test_w20_a_role_that_nobody_holds_goes_to_the_owner_of_the_policy_and_the_preview_says_so(
    company: Company,
) -> None:
    """CL-2 asks SM, CC, FM; nobody is credit controller: the CFO decides in that place, and nobody else."""
    letter = ready_application(company, limit=200_000)
    leaves(company.credit_controller)
    shown = preview(KIND, KIND.lock(letter.pk), company.rep)
    assert shown.submittable
    sentence = "Nobody can act as Credit controller for this customer at the moment; Chief financial officer decides"
    assert any(hint.startswith(sentence) for hint in shown.hints)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="s")
    decide(request, "SM", company.manager)
    step = open_step(request, "CC")
    assert [waiting.pk for waiting in inbox(company.cfo)] == [step.pk]
    refused("no_authority", request, "CC", company.finance_manager)
    decide(request, "CC", company.cfo)
    assert Decision.objects.get(step=step).capacity == "escalated"
    assert open_step(request, "FM")


def test_without_anybody_at_all_it_cannot_be_submitted(company: Company) -> None:
    letter = ready_application(company, limit=200_000)
    leaves(company.credit_controller)
    leaves(company.cfo)
    shown = preview(KIND, KIND.lock(letter.pk), company.rep)
    assert "Nobody can act as Credit controller for this customer at the moment." in shown.blocks


def test_who_is_the_only_approver_and_asks_himself_is_passed_to_the_superior(company: Company) -> None:
    """W2: nobody approves his own request; the superior of the function sits for him."""
    letter = ready_application(company)
    company.hire("Second Director", "RD")
    accounts.assign_role(company.rep, "SM", unit=company.unit, valid_from=factories.EVER)
    leaves(company.manager)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="s")
    refused("own_request", request, "SM", company.rep)
    decide(request, "SM", company.director)


def test_when_people_leave_the_step_climbs_and_waits_until_somebody_is_there(company: Company) -> None:
    request = submitted(company, limit=200_000)
    decide(request, "SM", company.manager)
    step = open_step(request, "CC")
    leaves(company.credit_controller)
    assert move_orphaned_steps() == 1
    step.refresh_from_db()
    assert step.queue_key == f"CFO:{company.unit.pk}:*"
    assert "orphaned" in str(list(Job.objects.filter(kind="workflows.notify").values_list("payload", flat=True)))
    leaves(company.cfo)
    move_orphaned_steps()
    step.refresh_from_db()
    assert (step.queue_key, step.status) == ("CFO:*:*", "open")
    assert move_orphaned_steps() == 0
    new = company.hire("New Controller", "CC")
    assert move_orphaned_steps() == 1
    decide(request, "CC", new)
    assert Event.objects.filter(action="request.step_moved", request_no=request.no).count() == 3


def test_what_was_given_to_somebody_who_leaves_goes_back_to_the_role(company: Company) -> None:
    colleague, request = company.hire("Colleague", "SM", region=company.east), submitted(company)
    step = open_step(request, "SM")
    services.transfer(
        request.no, step.pk, to=colleague, actor=company.manager, reason="Busy.", idempotency_key=uuid4().hex
    )
    accounts.set_active(colleague, False)
    assert move_orphaned_steps() == 1
    assert [waiting.pk for waiting in inbox(company.manager)] == [step.pk]
    assert list(Handover.objects.values_list("verb", flat=True)) == ["transfer", "return_to_pool"]
    decide(request, "SM", company.manager)


def test_a_pool_whose_only_member_has_become_the_owner_of_the_customer_is_left(company: Company) -> None:
    request = submitted(company, limit=200_000)
    company.hire("Second Director", "RD")
    assert request.customer is not None
    request.customer.owner = company.manager
    request.customer.save(update_fields=["owner"])
    assert move_orphaned_steps() == 1
    assert Step.objects.get(request=request, status="open").queue_key.startswith("RD:")
    decide(request, "SM", company.director)


def test_where_everybody_is_there_nothing_moves_at_a_constant_cost(
    company: Company, django_assert_num_queries: object
) -> None:
    for _number in range(2):
        submitted(company)
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert move_orphaned_steps() == 0


def test_a_role_that_ends_tomorrow_is_held_today(company: Company) -> None:
    held = RoleAssignment.objects.get(user=company.manager)
    accounts.end_role(held, on=business_today() + timedelta(days=1))
    request = submitted(company)
    decide(request, "SM", company.manager)
    assert Request.objects.get(pk=request.pk).state == "in_review"


def test_the_ladder_is_that_of_the_function_and_ends_with_the_owner_of_the_policy() -> None:
    assert ladder("SM", PLACES, "CFO") == ("RD", "CFO")
    assert ladder("CC", PLACES, "CFO") == ("CFO",)
    assert ladder("FM", PLACES, "CFO") == ("CFO",)
    assert ladder("CFO", PLACES, "CFO") == ()


def test_w6_the_same_person_in_a_row_is_asked_once_and_others_between_are_never_passed_over() -> None:
    """A, A, B, A (server-ux #1141): B is asked, and A at his last position; nothing is approved by itself."""
    order = [(1, "1"), (2, "2"), (3, "3"), (4, "4")]
    sales = dict.fromkeys("1234", "sales")
    assert duplicates_to_skip(order, {"1": [1], "2": [1], "3": [2], "4": [1]}, functions=sales) == ("1", "2")
    assert duplicates_to_skip(order[:3], {"1": [1], "2": [1], "3": [1]}, functions=sales) == ("1", "2")


def test_a_step_is_never_skipped_for_one_of_another_function() -> None:
    order = [(1, "CC"), (2, "CFO")]
    alone = {"CC": [1], "CFO": [1]}
    assert duplicates_to_skip(order, alone, functions={"CC": "credit", "CFO": "finance"}) is None
    assert duplicates_to_skip(order, alone, functions={"CC": "finance", "CFO": "finance"}) == ("CC",)
