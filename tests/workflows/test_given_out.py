"""A step that is out for an opinion stays with those who gave it out: their authority, their clock, their sight."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from audit.clock import db_now
from jobs.executor import run_until_idle
from tests import factories
from tests.factories import Company
from tests.workflows.acting import policy_with, say, step_at, submitted
from workflows import services
from workflows.models import Decision, Notification, Request, Step
from workflows.pools import move_orphaned_steps
from workflows.sla import sweep

pytestmark = pytest.mark.django_db


def late(step: Step) -> None:
    """Move the step's clock back, as if the time had passed."""
    past = db_now() - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(next_at=past, due_at=past)


def given_out(request: Request, key: str, actor: User, to: User | None = None) -> User:
    """Give a step out for an opinion; whoever is to give it."""
    expert = to or factories.user("Expert")
    words: dict[str, Any] = {"to": expert, "actor": actor, "reason": "Look.", "idempotency_key": uuid4().hex}
    services.delegate_step(request.no, step_at(request, key).pk, **words)
    return expert


def told(user: User) -> list[str]:
    run_until_idle()
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("what", flat=True))


def test_a_superior_grants_an_escalated_step_that_is_out_with_his_own_authority(company: Company) -> None:
    """500,000 is above what credit control may grant, and within what the CFO may."""
    policy_with(CL3="SM → CC")
    request = submitted(company)
    say(request, "SM", company.manager)
    late(step_at(request, "CC"))
    sweep()
    given_out(request, "CC", company.cfo)
    say(request, "CC", company.cfo)
    request.refresh_from_db()
    assert request.state == "approved"
    assert Decision.objects.get(request=request, role="CC").capacity == "escalated"


def test_whoever_was_to_give_an_opinion_is_released_when_time_settles_the_step(company: Company) -> None:
    policy_with(CL3="(CC ∥ SM?) → CFO", CL4="(CC ∥ SM?) → CFO")  # three of one group are more than one
    given_back, lapsed, waited_for = (submitted(company) for _number in range(3))
    out = [
        (given_back, "CC", company.credit_controller, "returned"),
        (lapsed, "SM", company.manager, "lapsed"),
        (waited_for, "SM", company.manager, "not_needed"),
    ]
    experts = [given_out(request, key, actor) for request, key, actor, _status in out]
    run_until_idle()
    for request, key, _actor, _status in out:
        late(step_at(request, key))
    services.give_back(given_back.no, step_at(given_back, "CC").pk)
    services.lapse(lapsed.no, step_at(lapsed, "SM").pk)
    say(waited_for, "CC", company.credit_controller, "return")
    services.end_waiting_return(waited_for.no, 1, "CC")
    for expert, (request, key, _actor, status) in zip(experts, out, strict=True):
        step = step_at(request, key)
        assert (step.status, told(expert)) == (status, ["delegated", "released"])
        assert step.queue_key.split(":")[0] == step.role, "it is in its own pool again"


def test_whoever_has_had_his_say_is_not_asked_for_an_opinion_any_more_and_hears_so(company: Company) -> None:
    request = submitted(company)
    say(request, "SM", company.manager)
    expert = given_out(request, "RD", company.director, company.credit_controller)
    say(request, "CC", expert)
    assert move_orphaned_steps() == 1
    assert step_at(request, "RD").queue_key.startswith("RD:")
    assert [what for what in told(expert) if what in ("delegated", "released")] == ["delegated", "released"]


def test_after_a_transfer_the_old_pool_no_longer_sees_a_confidential_request_that_once_was_given_out(
    company: Company,
) -> None:
    colleague, other = (company.hire(name, "SM", region=company.east) for name in ("Colleague", "Other"))
    request = submitted(company)
    given_out(request, "SM", company.manager, colleague)
    step = step_at(request, "SM")
    services.hand_back(request.no, step.pk, actor=colleague, opinion="Sound.", idempotency_key="b")
    words: dict[str, Any] = {"to": colleague, "actor": company.manager, "reason": "On leave.", "idempotency_key": "t"}
    services.transfer(request.no, step.pk, **words)
    Request.objects.filter(pk=request.pk).update(confidential=True)
    assert Request.objects.visible_to(colleague).exists()
    assert not Request.objects.visible_to(other).exists()
    expert = given_out(request, "SM", colleague, company.auditor)
    assert [Request.objects.visible_to(user).exists() for user in (colleague, expert, other)] == [True, True, False]


def test_a_deputy_who_gave_a_confidential_request_out_still_sees_it_and_calls_it_back(company: Company) -> None:
    deputy, request = company.hire("Deputy", "SM", region=company.west), submitted(company)
    now = db_now()
    period: dict[str, Any] = {"valid_from": now - timedelta(hours=1), "valid_to": now + timedelta(days=3)}
    services.delegate(company.manager, deputy, actor=company.manager, idempotency_key="d", **period)
    Request.objects.filter(pk=request.pk).update(confidential=True)
    given_out(request, "SM", deputy, company.auditor)
    assert Request.objects.visible_to(deputy).exists()
    assert not Request.objects.visible_to(company.other_manager).exists()
    step = step_at(request, "SM")
    services.hand_back(request.no, step.pk, actor=deputy, opinion="", idempotency_key="b")
    assert step_at(request, "SM").queue_key.startswith("SM:")


def test_an_escalated_step_that_is_out_climbs_further_and_not_to_the_same_superior_again(company: Company) -> None:
    request = submitted(company, limit=300_000)  # CL-2: SM, CC, FM
    late(step_at(request, "SM"))
    sweep()
    given_out(request, "SM", company.director)
    late(step_at(request, "SM"))
    sweep()
    step = step_at(request, "SM")
    assert (step.queue_key.split(":")[0], step.escalated) == ("CFO", 2)
