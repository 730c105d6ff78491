"""Transfer, delegate and hand back, ask for an opinion, remind: who may, and what it leaves behind."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from accounts import services as accounts
from accounts.models import User
from accounts.problems import Problem
from audit.models import Event
from tests import factories
from tests.factories import Company
from tests.workflows.acting import decide, open_step, submitted
from tests.workflows.test_doors import refused
from workflows import services
from workflows.models import Consultation, Decision, Handover, Request, Step
from workflows.queries import inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(company: Company) -> Request:
    return submitted(company)


def transfer(request: Request, to: User, actor: User, reason: str = "On leave.", role: str = "SM") -> Step:
    step = open_step(request, role)
    return services.transfer(request.no, step.pk, to=to, actor=actor, reason=reason, idempotency_key=uuid4().hex)


def code_of(run: Any, *args: Any, **words: Any) -> str:
    with pytest.raises(Problem) as caught:
        run(*args, **words)
    return caught.value.code


def test_a_transferred_step_is_decided_by_the_one_who_got_it_and_nobody_else(
    company: Company, request_: Request
) -> None:
    assert code_of(transfer, request_, company.director, company.manager, reason=" ") == "reason_missing"
    colleague, other = (company.hire(name, "SM", region=company.east) for name in ("Colleague", "Other"))
    transfer(request_, colleague, company.manager)
    assert [step.request.no for step in inbox(colleague)] == [request_.no]
    assert inbox(company.manager) == inbox(other) == []
    for each in (company.manager, other):
        refused("no_authority", request_, "SM", each)
    decide(request_, "SM", colleague)
    assert Decision.objects.get(request=request_).capacity == "assigned"
    moved = Handover.objects.get(step__request=request_)
    assert (moved.verb, moved.from_user, moved.to_user, moved.reason) == (
        "transfer",
        company.manager,
        colleague,
        "On leave.",
    )
    assert Event.objects.get(action="request.transferred").content["after"]["to"] == colleague.pk


def test_a_step_goes_only_to_the_same_or_higher_authority_and_to_nobody_who_must_stay_apart(
    company: Company, request_: Request
) -> None:
    wide = company.hire("Wide Manager", "SM")
    accounts.assign_role(company.rep, "SM", unit=company.unit, valid_from=factories.EVER)
    closed = company.hire("Closed", "SM", region=company.east)
    accounts.set_active(closed, False)
    for to, code in [
        (company.credit_controller, "target_no_authority"),
        (company.other_manager, "target_no_authority"),
        (company.cfo, "target_no_authority"),
        (company.rep, "target_apart"),
        (company.manager, "target_same"),
        (closed, "target_closed"),
        (company.director, "target_needed_later"),
    ]:
        assert code_of(transfer, request_, to, company.manager) == code
    assert code_of(transfer, request_, wide, company.other_manager) == "no_authority"
    company.hire("Second Director", "RD")
    transfer(request_, company.director, company.manager)
    decide(request_, "SM", company.director)
    assert (
        code_of(transfer, request_, company.director, company.people["credit_controller"], role="CC") == "target_apart"
    )


def test_a_step_given_out_comes_back_with_an_opinion_and_the_first_decides(company: Company, request_: Request) -> None:
    step, expert = open_step(request_, "SM"), factories.user("Expert")
    give: dict[str, Any] = {"to": expert, "actor": company.manager, "reason": "Please look at the accounts."}
    services.delegate_step(request_.no, step.pk, idempotency_key="d", **give)
    assert [waiting.pk for waiting in inbox(expert)] == [step.pk]
    assert Request.objects.visible_to(expert).filter(pk=request_.pk).exists()
    refused("opinion_only", request_, "SM", expert)
    back: dict[str, Any] = {"actor": expert, "idempotency_key": uuid4().hex}
    assert code_of(services.hand_back, request_.no, step.pk, opinion="", **back) == "opinion_missing"
    again = {**give, "idempotency_key": "d2"}
    assert code_of(services.delegate_step, request_.no, step.pk, **again) == "already_out"
    services.hand_back(request_.no, step.pk, opinion="Sound.", **back)
    assert (inbox(expert), [waiting.pk for waiting in inbox(company.manager)]) == ([], [step.pk])
    decide(request_, "SM", company.manager)
    assert Decision.objects.get(request=request_).capacity == "own"
    assert list(Handover.objects.values_list("verb", "reason")) == [
        ("delegate", "Please look at the accounts."),
        ("hand_back", "Sound."),
    ]


def test_whoever_gave_it_out_may_call_it_back_or_decide_without_waiting(company: Company, request_: Request) -> None:
    step, expert = open_step(request_, "SM"), factories.user("Expert")
    give: dict[str, Any] = {"to": expert, "actor": company.manager, "reason": "Please look."}
    services.delegate_step(request_.no, step.pk, idempotency_key="d", **give)
    services.hand_back(request_.no, step.pk, actor=company.manager, opinion="", idempotency_key="b")
    assert [waiting.pk for waiting in inbox(company.manager)] == [step.pk]
    services.delegate_step(request_.no, step.pk, idempotency_key="d2", **give)
    decide(request_, "SM", company.manager)


def test_an_opinion_gives_sight_and_binds_nobody(company: Company, request_: Request) -> None:
    expert = factories.user("Expert")
    ask: dict[str, Any] = {"user": expert, "text": "Do you know them?", "idempotency_key": uuid4().hex}
    assert code_of(services.consult, request_.no, actor=company.other_manager, **ask) == "no_authority"
    asked = services.consult(request_.no, actor=company.manager, **ask)
    assert Request.objects.visible_to(expert).filter(pk=request_.pk).exists()
    refused("no_authority", request_, "SM", expert)
    reply: dict[str, Any] = {"text": "Honest people.", "idempotency_key": uuid4().hex}
    with pytest.raises(Http404):
        services.answer_consultation(request_.no, asked.pk, actor=company.director, **reply)
    services.answer_consultation(request_.no, asked.pk, actor=expert, **reply)
    assert Consultation.objects.get().answer == "Honest people."
    later = {**reply, "idempotency_key": uuid4().hex}
    assert code_of(services.answer_consultation, request_.no, asked.pk, actor=expert, **later) == "already_answered"


def test_the_submitter_reminds_but_not_all_the_time(company: Company, request_: Request) -> None:
    assert code_of(services.remind, request_.no, actor=company.director, idempotency_key="r0") == "not_concerned"
    services.remind(request_.no, actor=company.rep, idempotency_key="r1")
    assert code_of(services.remind, request_.no, actor=company.rep, idempotency_key="r2") == "reminded_lately"
    assert Event.objects.filter(action="request.reminded").count() == 1


def test_a_confidential_request_is_not_given_out_to_somebody_who_does_not_see_it(
    company: Company, request_: Request
) -> None:
    Request.objects.filter(pk=request_.pk).update(confidential=True)
    step, stranger = open_step(request_, "SM"), company.hire("Stranger", "REP", region=company.east)
    words = {"actor": company.manager, "reason": "Your view?", "idempotency_key": uuid4().hex}
    assert code_of(services.delegate_step, request_.no, step.pk, to=stranger, **words) == "consult_confidential"
    assert not Request.objects.visible_to(stranger).filter(pk=request_.pk).exists()


def test_whoever_gave_a_confidential_request_out_still_sees_it_and_calls_it_back(
    company: Company, request_: Request
) -> None:
    Request.objects.filter(pk=request_.pk).update(confidential=True)
    step, mine = open_step(request_, "SM"), Request.objects.filter(pk=request_.pk)
    give: dict[str, Any] = {"to": company.auditor, "actor": company.manager, "reason": "Look.", "idempotency_key": "d"}
    services.delegate_step(request_.no, step.pk, **give)
    assert Request.objects.visible_to(company.manager).get() == mine.get()
    assert not Request.objects.visible_to(company.other_manager).exists()
    services.hand_back(request_.no, step.pk, actor=company.manager, opinion="", idempotency_key="b")
    assert [each.pk for each in inbox(company.manager)] == [step.pk]
