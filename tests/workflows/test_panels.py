"""Several approvals of one role, through the doors: all of them, a vote, one after another (W16, approval 0.1)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from audit.models import Event
from tests import factories
from tests.factories import Company
from tests.workflows.acting import directors, opened, policy_with, refused, say, state, statuses, step_at, submitted
from tests.workflows.factories import ready_application
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, queue_keys
from workflows.preview import preview
from workflows.queries_pages import holders_now
from workflows.queries_queue import QueueFilter, queue_page
from workflows.services import decide, submit

pytestmark = pytest.mark.django_db


def panel_of_three(company: Company, chain: str) -> tuple[Request, User, User, User]:
    """Sue, Jo and Bill are asked; the manager has agreed."""
    policy_with(CL3=chain)
    sue, jo, bill = directors(company, "Jo", "Bill")
    request = submitted(company)
    say(request, "SM", company.manager)
    return request, sue, jo, bill


def test_w16_single_the_first_answer_of_the_pool_decides(company: Company) -> None:
    request, sue, _jo, _bill = panel_of_three(company, "SM → RD → CFO")
    assert opened(request) == ["RD"]
    say(request, "RD", sue, "reject")
    assert state(request) == "rejected"


def test_w16_majority_two_of_three_approve(company: Company) -> None:
    request, sue, jo, _bill = panel_of_three(company, "SM → RD[2/3] → CFO")
    assert opened(request) == ["RD", "RD.1", "RD.2"]
    say(request, "RD", sue)
    assert opened(request) == ["RD.1", "RD.2"]
    say(request, "RD.2", jo)
    assert statuses(request) == {
        "SM": "approved", "RD": "approved", "RD.1": "not_needed", "RD.2": "approved", "CFO": "open",
    }  # fmt: skip


def test_w16_counted_one_for_one_against_stays_open_for_the_third(company: Company) -> None:
    """Where the source rejects, ours waits for Bill, who tips the scales."""
    request, sue, jo, bill = panel_of_three(company, "SM → RD[2/3] → CFO")
    say(request, "RD", sue)
    say(request, "RD.1", jo, "reject")
    assert (state(request), opened(request)) == ("in_review", ["RD.2"])
    say(request, "RD.2", bill)
    assert opened(request) == ["CFO"]
    say(request, "CFO", company.cfo)
    assert state(request) == "approved"


def test_a_counted_vote_is_lost_as_soon_as_it_cannot_be_won(company: Company) -> None:
    request, sue, jo, _bill = panel_of_three(company, "SM → RD[2/3] → CFO")
    say(request, "RD", sue, "reject")
    assert state(request) == "in_review"
    say(request, "RD.1", jo, "reject")
    assert state(request) == "rejected"
    assert statuses(request)["RD.2"] == "not_needed"


def test_in_a_vote_with_veto_one_rejection_rejects(company: Company) -> None:
    request, sue, jo, _bill = panel_of_three(company, "SM → RD[2/3 veto] → CFO")
    say(request, "RD", sue)
    say(request, "RD.1", jo, "reject")
    assert state(request) == "rejected"


def test_w16_all_two_approve_and_the_third_rejects(company: Company) -> None:
    request, sue, jo, bill = panel_of_three(company, "SM → RD[all] → CFO")
    assert {step_at(request, key).assignee for key in opened(request)} == {sue, jo, bill}
    assert step_at(request, "RD.1").queue_key in queue_keys(jo)
    refused("no_authority", say, request, "RD.1", bill)
    say(request, "RD", sue)
    say(request, "RD.1", jo)
    assert opened(request) == ["RD.2"]
    say(request, "RD.2", bill, "reject")
    assert state(request) == "rejected"


def test_one_after_another_each_is_asked_when_the_one_before_has_agreed(company: Company) -> None:
    request, *people = panel_of_three(company, "SM → RD[seq] → CFO")
    for number, person in enumerate(people):
        key = f"RD.{number}" if number else "RD"
        assert opened(request) == [key]
        assert step_at(request, key).assignee == person
        say(request, key, person)
    assert opened(request) == ["CFO"]


def test_a_panel_has_whoever_holds_the_role_when_its_turn_comes(company: Company) -> None:
    policy_with(CL3="SM → RD[all] → CFO")
    request = submitted(company)
    late = company.hire("Late", Role.RD)
    say(request, "SM", company.manager)
    assert step_at(request, "RD.1").assignee == late


def test_whoever_alone_can_decide_later_has_no_seat_in_a_panel_before(company: Company) -> None:
    """The CFO is a director as well: he decides once, at the higher step."""
    policy_with(CL3="SM → RD[all] → CFO")
    factories.accounts.assign_role(company.cfo, Role.RD, unit=company.unit, valid_from=factories.EVER)
    request = submitted(company)
    say(request, "SM", company.manager)
    assert [step.assignee for step in Step.objects.filter(request=request, panel="RD")] == [company.director]


def test_a_vote_asks_no_more_people_than_there_are(company: Company) -> None:
    policy_with(CL3="SM → RD[2/3] → CFO")
    directors(company, "Jo")
    request = submitted(company)
    say(request, "SM", company.manager)
    assert statuses(request) == {
        "SM": "approved", "RD": "open", "RD.1": "open", "RD.2": "not_needed", "CFO": "waiting",
    }  # fmt: skip


def test_a_vote_that_cannot_be_won_is_not_sent(company: Company) -> None:
    """Two must agree, one is there: the preview says so, and the submission is refused."""
    policy_with(CL3="SM → RD[2/3] → CFO")
    letter = ready_application(company)
    shown = preview(KIND, letter, company.rep)
    assert shown.blocks == (
        "The policy asks for 2 approvals as Regional director, but only 1 person can give one at the moment.",
    )
    refused("not_submittable", submit, KIND, letter.pk, actor=company.rep, idempotency_key="s")


def test_a_return_in_a_panel_waits_for_the_other_seats(company: Company) -> None:
    request, sue, jo, bill = panel_of_three(company, "SM → RD[2/3] → CFO")
    say(request, "RD", sue, "return")
    assert state(request) == "in_review"
    say(request, "RD.1", jo)
    say(request, "RD.2", bill)
    assert state(request) == "returned"


def test_opening_a_panel_of_eight_stays_at_or_under_25_statements(company: Company) -> None:
    policy_with(CL3="SM → RD[all] → CFO")
    directors(company, *"BCDEFGH")
    request = submitted(company)
    step_at(request, "SM")
    with CaptureQueriesContext(connection) as captured:
        say(request, "SM", company.manager)
    ours = [query["sql"] for query in captured.captured_queries][2:]  # say() reads step and submission first
    assert len(opened(request)) == 8
    assert len(ours) <= 25, "\n".join(sql[:150] for sql in ours)


def test_of_a_vote_each_sees_one_row_and_two_who_take_the_same_seat_both_vote(company: Company) -> None:
    request, sue, jo, bill = panel_of_three(company, "SM → RD[2/3] → CFO")
    rows, _more = queue_page(jo, QueueFilter())
    assert [row.key for row in rows] == ["RD"]
    assert [holder.role for holder in holders_now([request])[request.pk]] == ["RD"]
    seat, sha = step_at(request, "RD").pk, step_at(request, "RD").submission.content_sha256
    votes = [
        decide(request.no, seat, actor=person, verb="approve", content_sha256=sha, idempotency_key=f"{person.pk}")
        for person in (sue, jo)
    ]
    assert [vote.step.key for vote in votes] == ["RD", "RD.1"]
    assert opened(request) == ["CFO"]
    assert queue_page(bill, QueueFilter())[0] == []


def test_who_has_a_seat_is_in_the_trail(company: Company) -> None:
    request, sue, jo, bill = panel_of_three(company, "SM → RD[all] → CFO")
    event = Event.objects.get(request_no=request.no, action="request.steps_added")
    assert event.content["after"]["steps"] == ["RD.1", "RD.2"]
    assert list(event.content["extra"]["panel"].values()) == [sue.pk, jo.pk, bill.pk]
