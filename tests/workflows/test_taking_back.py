"""Return to an earlier stage, and taking back one's own last decision."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from audit.models import Event
from tests import factories
from tests.factories import Company
from tests.workflows.acting import directors, opened, policy_with, refused, say, state, statuses, step_at, submitted
from workflows import services
from workflows.models import Decision, Request, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(company: Company) -> Request:
    """CL-3: the manager, then director and credit controller together, then the CFO."""
    return submitted(company)


def take_back(
    request: Request, key: str, actor: object, reason: str = "Read the wrong file", idem: str = "t"
) -> Request:
    return services.take_back(
        request.no,
        step_at(request, key).pk,
        actor=actor,  # type: ignore[arg-type]
        reason=reason,
        idempotency_key=idem,
    )


def up_to_the_cfo(company: Company, request: Request) -> None:
    say(request, "SM", company.manager)
    say(request, "CC", company.credit_controller)
    say(request, "RD", company.director)


def test_a_return_to_an_earlier_stage_asks_it_and_everything_after_it_again(
    company: Company, request_: Request
) -> None:
    """M5, 1C: superseded, never deleted; those who decided decide anew, and nobody else is asked twice."""
    up_to_the_cfo(company, request_)
    say(request_, "CFO", company.cfo, "return", to="CC", reason="Which security?")
    assert state(request_) == "in_review"
    assert statuses(request_) == {
        "SM": "approved",
        "CC": "superseded", "RD": "superseded", "CC~2": "open", "RD~2": "open",
        "CFO": "superseded", "CFO~2": "waiting",
    }  # fmt: skip
    again = say(request_, "CC~2", company.credit_controller)
    assert (again.attempt, Decision.objects.count()) == (1, 5)
    say(request_, "RD~2", company.director)
    say(request_, "CFO~2", company.cfo)
    assert state(request_) == "approved"
    event = Event.objects.get(request_no=request_.no, action="request.asked_again")
    assert event.content["after"]["steps"] == ["RD~2", "CC~2", "CFO~2"] or set(event.content["after"]["steps"]) == {
        "RD~2",
        "CC~2",
        "CFO~2",
    }


def test_a_return_goes_only_to_a_stage_before_ones_own(company: Company, request_: Request) -> None:
    """Inside a parallel block nobody sends his neighbour back; later stages have not been asked."""
    say(request_, "SM", company.manager)
    say(request_, "CC", company.credit_controller)
    for wrong in ("CC", "RD", "CFO", "nonsense"):
        refused("not_an_earlier_stage", say, request_, "RD", company.director, "return", to=wrong)
    refused("not_an_earlier_stage", say, request_, "RD", company.director, "approve", to="SM")
    refused("reason_missing", say, request_, "RD", company.director, "return", to="SM", reason=" ")
    say(request_, "RD", company.director, "return", to="SM")
    assert opened(request_) == ["SM~2"]


def test_a_return_into_a_panel_asks_the_whole_panel_again(company: Company) -> None:
    """ruoyi #668: a panel is the target, and no task is lost."""
    policy_with(CL3="SM → RD[2/3] → CFO")
    sue, jo, bill = directors(company, "Jo", "Bill")
    request = submitted(company)
    say(request, "SM", company.manager)
    say(request, "RD", sue)
    say(request, "RD.1", jo)
    say(request, "CFO", company.cfo, "return", to="RD")
    assert opened(request) == ["RD.1~2", "RD.2~2", "RD~2"]
    say(request, "RD.1~2", bill)
    say(request, "RD~2", sue)
    assert opened(request) == ["CFO~2"]


def test_ones_last_decision_is_taken_back_and_what_it_opened_waits(company: Company, request_: Request) -> None:
    say(request_, "SM", company.manager)
    due = step_at(request_, "SM").due_at
    take_back(request_, "SM", company.manager)
    assert statuses(request_) == {
        "SM": "superseded", "SM~2": "open", "RD": "waiting", "CC": "waiting", "CFO": "waiting",
    }  # fmt: skip
    assert abs((step_at(request_, "SM~2").due_at - due).total_seconds()) < 60  # type: ignore[operator]
    again = say(request_, "SM~2", company.manager, "reject", reason="Lost the hospital")
    assert (again.attempt, state(request_)) == (1, "rejected")


def test_the_clock_of_what_was_open_stands_while_it_waits_again(company: Company, request_: Request) -> None:
    say(request_, "SM", company.manager)
    due = step_at(request_, "CC").due_at
    take_back(request_, "SM", company.manager)
    assert step_at(request_, "CC").paused_at is not None
    say(request_, "SM~2", company.manager)
    controller = step_at(request_, "CC")
    assert (opened(request_), controller.paused_at) == (["CC", "RD"], None)
    assert controller.due_at is not None
    assert due is not None
    assert controller.due_at >= due


def test_nothing_is_taken_back_once_somebody_has_decided_since(company: Company, request_: Request) -> None:
    say(request_, "SM", company.manager)
    say(request_, "CC", company.credit_controller)
    refused("decided_since", take_back, request_, "SM", company.manager)
    refused("not_your_decision", take_back, request_, "CC", company.director)
    refused("step_closed", take_back, request_, "RD", company.director)
    refused("reason_missing", take_back, request_, "CC", company.credit_controller, " ")
    take_back(request_, "CC", company.credit_controller)
    assert opened(request_) == ["CC~2", "RD"]
    take_back(request_, "SM", company.manager, idem="now nobody stands in between")
    assert opened(request_) == ["SM~2"]


def test_what_took_effect_or_went_back_is_not_taken_back(company: Company, request_: Request) -> None:
    up_to_the_cfo(company, request_)
    say(request_, "CFO", company.cfo)
    refused("not_under_way", take_back, request_, "CFO", company.cfo)
    other = submitted(company)
    say(other, "SM", company.manager, "return")
    refused("not_under_way", take_back, other, "SM", company.manager)


def test_taking_back_the_deciding_vote_reopens_the_other_seats(company: Company) -> None:
    policy_with(CL3="SM → RD[2/3] → CFO")
    sue, jo, bill = directors(company, "Jo", "Bill")
    request = submitted(company)
    say(request, "SM", company.manager)
    say(request, "RD", sue)
    say(request, "RD.1", jo)
    assert opened(request) == ["CFO"]
    take_back(request, "RD.1", jo)
    assert opened(request) == ["RD.1~2", "RD.2"]
    say(request, "RD.2", bill)
    assert opened(request) == ["CFO"]


def test_a_seat_taken_back_in_a_sequence_is_asked_before_the_next(company: Company) -> None:
    policy_with(CL3="SM → RD[seq] → CFO")
    sue, jo, bill = directors(company, "Jo", "Bill")
    request = submitted(company)
    say(request, "SM", company.manager)
    say(request, "RD", sue)
    say(request, "RD.1", jo)
    take_back(request, "RD.1", jo)
    assert opened(request) == ["RD.1~2"]
    say(request, "RD.1~2", jo)
    say(request, "RD.2", bill)
    assert opened(request) == ["CFO"]


def test_an_objection_that_brought_in_more_people_stands(company: Company) -> None:
    policy_with(CL3="SM? → RD → CFO")
    request = submitted(company)
    say(request, "SM", company.manager, "object", reason="Rumours")
    refused("objection_stands", take_back, request, "SM", company.manager)


def test_taking_back_and_returning_stay_at_or_under_25_statements(company: Company, request_: Request) -> None:
    say(request_, "SM", company.manager)
    step = step_at(request_, "SM")
    with CaptureQueriesContext(connection) as captured:
        services.take_back(request_.no, step.pk, actor=company.manager, reason="x", idempotency_key="t")
    assert len(captured) <= 26, "\n".join(each["sql"][:150] for each in captured.captured_queries)
    say(request_, "SM~2", company.manager)
    say(request_, "CC", company.credit_controller)
    step = step_at(request_, "RD")
    sha = step.submission.content_sha256
    with CaptureQueriesContext(connection) as captured:
        services.decide(
            request_.no, step.pk, actor=company.director, verb="return", content_sha256=sha,
            idempotency_key="r", reason="x", to="SM~2",
        )  # fmt: skip
    assert len(captured) <= 25, "\n".join(each["sql"][:150] for each in captured.captured_queries)


def test_w5_the_second_of_two_cannot_act_before_the_first(company: Company, request_: Request) -> None:
    refused("step_closed", say, request_, "CFO", company.cfo)
    assert Step.objects.filter(request=request_, status="open").count() == 1


def test_w6_one_person_on_three_levels_decides_once_and_never_by_skipping_another_function(company: Company) -> None:
    """The same man as manager, director and CFO: sales is asked once, finance is not sales."""
    factories.accounts.assign_role(company.manager, Role.RD, unit=company.unit, valid_from=factories.EVER)
    for held in company.director.role_assignments.all():
        factories.accounts.end_role(held)
    request = submitted(company)
    assert statuses(request) == {"SM": "skipped", "RD": "open", "CC": "open", "CFO": "waiting"}


def test_w8_a_rejection_empties_the_queue_of_the_other(company: Company, request_: Request) -> None:
    say(request_, "SM", company.manager)
    say(request_, "RD", company.director, "reject")
    assert statuses(request_) == {"SM": "approved", "RD": "rejected", "CC": "not_needed", "CFO": "not_needed"}
    assert [decision.actor for decision in Decision.objects.filter(verb="reject")] == [company.director]


def test_w14_a_rejection_after_an_approval_is_refused(company: Company, request_: Request) -> None:
    say(request_, "SM", company.manager)
    refused("step_closed", say, request_, "SM", company.manager, "reject")


def test_while_a_return_waits_for_the_others_a_decision_can_be_taken_back_and_is_asked_again(
    company: Company,
) -> None:
    """Routing rule 4: the return waits until every party has answered, so whoever takes back answers anew."""
    policy_with(CL3="SM → (RD ∥ CC ∥ FM) → CFO")
    request = submitted(company)
    say(request, "SM", company.manager)
    say(request, "RD", company.director, "return")
    say(request, "CC", company.credit_controller)
    take_back(request, "CC", company.credit_controller)
    assert state(request) == "in_review"
    assert opened(request) == ["CC~2", "FM"]
    say(request, "CC~2", company.credit_controller)
    say(request, "FM", company.finance_manager)
    assert state(request) == "returned"
