"""Asking the submitter: no decision, and the clock stands until he has answered."""

from datetime import timedelta

import pytest

from accounts.models import User
from policies.rules.calendar import working_hours_between
from tests.factories import Company
from tests.workflows.acting import opened, refused, say, step_at, submitted
from workflows import services
from workflows.models import Question, Request, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(company: Company) -> Request:
    return submitted(company)


def ask(request: Request, key: str, actor: User, text: str = "Which hospitals?", idem: str = "q") -> Question:
    return services.ask_submitter(request.no, step_at(request, key).pk, actor=actor, text=text, idempotency_key=idem)


def answer(request: Request, question: Question, actor: User, text: str = "No. 3 and No. 5.") -> Question:
    return services.answer_question(request.no, question.pk, actor=actor, text=text, idempotency_key=f"a {actor.pk}")


def test_a_question_stops_the_clock_and_the_answer_gives_the_hours_back(company: Company, request_: Request) -> None:
    question = ask(request_, "SM", company.manager)
    step = step_at(request_, "SM")
    assert (opened(request_), step.paused_at is not None) == (["SM"], True)
    asked_at = step.paused_at - timedelta(days=7)  # type: ignore[operator]
    Step.objects.filter(pk=step.pk).update(paused_at=asked_at, next_at=step.due_at)
    said = answer(request_, question, company.rep)
    assert (said.answer, said.answered_by) == ("No. 3 and No. 5.", company.rep)
    after = step_at(request_, "SM")
    unit = company.unit
    place = unit.time_zone, unit.holiday_calendar
    stood = working_hours_between(asked_at, said.closed_at, *place)  # type: ignore[arg-type]
    assert stood > 0
    moved = working_hours_between(step.due_at, after.due_at, *place)  # type: ignore[arg-type]
    assert abs(moved - stood) < 1
    assert (after.paused_at, after.next_at) == (None, after.due_at)


def test_one_question_at_a_time_and_only_by_who_may_decide(company: Company, request_: Request) -> None:
    refused("no_authority", ask, request_, "SM", company.director)
    refused("text_missing", ask, request_, "SM", company.manager, " ")
    question = ask(request_, "SM", company.manager)
    refused("question_out", ask, request_, "SM", company.manager, "And when?", "another")
    refused("not_asked", answer, request_, question, company.director)
    answer(request_, question, company.rep)
    refused("question_closed", services.answer_question, request_.no, question.pk, actor=company.rep, text="Also",
            idempotency_key="late")  # fmt: skip
    ask(request_, "SM", company.manager, "And when?", "now")


def test_a_decision_closes_the_question_that_was_out(company: Company, request_: Request) -> None:
    question = ask(request_, "SM", company.manager)
    say(request_, "SM", company.manager)
    question.refresh_from_db()
    assert (question.closed_at is not None, question.answer) == (True, "")
    refused("question_closed", answer, request_, question, company.rep)


def test_a_withdrawal_closes_it_too(company: Company, request_: Request) -> None:
    question = ask(request_, "SM", company.manager)
    services.withdraw(request_.no, actor=company.rep, reason="Order lost", idempotency_key="w")
    question.refresh_from_db()
    assert question.closed_at is not None
