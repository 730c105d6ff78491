"""The report over the trail finds each breach that is planted straight in the database, and none where all is well."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from accounts import services as accounts
from accounts.models import RoleAssignment, User
from audit.clock import db_now
from audit.models import Event
from audit.services import record
from tests import factories
from tests.authz.world import browser
from tests.factories import Company
from tests.workflows.acting import decide, open_step, policy_with, submitted
from tests.workflows.test_delegation import given, stand_in
from workflows import services
from workflows.models import Request, Step, Submission
from workflows.rules.separation import Again, Given, Happened, People, Said, Sent, breaches
from workflows.segregation import Report, report
from workflows.sla import sweep
from workflows.trail import about, policy_of

pytestmark = pytest.mark.django_db


def planted(request: Request, actor: User | None, **said: Any) -> None:
    """A decision in the trail that no service would have let through."""
    submission = Submission.objects.filter(request=request).latest("round")
    after = {"step": "RD", "verb": "approve", "role": "RD", "status": "approved", **said.pop("after", {})}
    with transaction.atomic():
        facts = {**about(request), "policy": policy_of(submission), "after": after, "at": db_now(), **said}
        record("request.decided", actor=actor, **facts)


def rules_of(found: Report) -> list[str]:
    return [each.rule for each in found.findings]


def test_an_ordinary_trail_with_every_verb_shows_no_breach(company: Company) -> None:
    deputy = stand_in(company)
    request, other = submitted(company), submitted(company)
    given(company.manager, deputy)
    decide(request, "SM", deputy)
    second = company.hire("Second Director", "RD")
    services.transfer(
        request.no, open_step(request, "RD").pk, to=second, actor=company.director, reason="Busy.", idempotency_key="t"
    )
    decide(request, "RD", second)
    decide(request, "CC", company.credit_controller)
    owner = company.hire("Second CFO", "CFO")
    services.override(
        other.no,
        open_step(other, "SM").pk,
        actor=owner,
        verb="approve",
        content_sha256=Submission.objects.get(request=other).content_sha256,
        reason="Ill.",
        idempotency_key="o",
    )
    found = report()
    assert (found.findings, found.decisions) == ([], 4)
    out = StringIO()
    call_command("check_segregation", stdout=out)
    assert "4 decisions" in out.getvalue()
    assert "No breach was found" in browser(company.auditor).get(reverse("workflows:segregation")).content.decode()
    assert browser(company.manager).get(reverse("workflows:segregation")).status_code == 403


def test_each_planted_breach_is_found_with_its_persons_and_events(company: Company) -> None:
    request = submitted(company)
    decide(request, "SM", company.manager)
    stranger, twin = factories.user("Stranger"), factories.user("Twin", person=company.manager.person)
    planted(request, company.rep, after={"capacity": "override"}, reason="")
    planted(request, twin, after={"step": "CC", "role": "CC"})
    planted(request, stranger, after={"step": "X"}, on_behalf_of=company.director)
    planted(request, stranger, after={"step": "Y", "capacity": "assigned"})
    planted(request, None, after={"step": "Z"})
    services.transfer(
        request.no,
        open_step(request, "RD").pk,
        to=company.hire("Second", "RD"),
        actor=company.director,
        reason="Busy.",
        idempotency_key="t",
    )
    held = RoleAssignment.objects.get(user=company.other_rep)
    RoleAssignment.objects.create(user=company.other_rep, role="CFO", unit=held.unit, valid_from=held.valid_from)
    found = report()
    by_rule: dict[str, Any] = {}
    for each in found.findings:
        by_rule.setdefault(each.rule, each)
    assert set(by_rule) == {"S1", "S2", "S3", "S5", "S6", "S7", "S8"}
    assert by_rule["S1"].persons == (company.rep.person_id,)
    assert by_rule["S2"].persons == (company.manager.person_id,)
    assert by_rule["S6"].persons == (company.other_rep.person_id,)
    assert len(by_rule["S2"].events) == 2
    with pytest.raises(SystemExit):
        call_command("check_segregation", stdout=StringIO())
    page = browser(company.auditor).get(reverse("workflows:segregation")).content.decode()
    assert request.no in page


def test_a_delegation_that_had_ended_is_found(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)
    made = given(company.manager, deputy)
    services.end_delegation(made.pk, actor=company.manager, idempotency_key="e")
    planted(request, deputy, after={"step": "SM", "role": "SM", "capacity": "delegate"}, on_behalf_of=company.manager)
    assert rules_of(report()) == ["S3"]


def test_the_maker_of_a_policy_and_a_transfer_to_the_submitter_are_found(company: Company) -> None:
    request = submitted(company)
    for action, facts in [
        ("request.resubmitted", {"extra": {"kind": "policy", "editors": [company.director.person_id]}}),
        ("request.transferred", {"after": {"step": "CC", "to": company.rep.pk}}),
    ]:
        with transaction.atomic():
            record(
                action,
                stream=f"request:{request.no}",
                actor=company.rep if "resubmitted" in action else company.manager,
                object_type="request",
                object_id=str(request.pk),
                request_no=request.no,
                at=db_now(),
                **facts,  # type: ignore[arg-type]
            )
    planted(request, company.director)
    assert rules_of(report()) == ["S7", "S4"]


def test_two_who_approve_everything_of_each_other_are_named(company: Company) -> None:
    def happen(no: str, submitter: User, decider: User) -> None:
        for action, actor, after in [
            ("request.submitted", submitter, {}),
            ("request.decided", decider, {"step": "SM", "verb": "approve", "role": "SM"}),
        ]:
            with transaction.atomic():
                record(
                    action,
                    stream=f"request:{no}",
                    actor=actor,
                    object_type="request",
                    object_id=no,
                    request_no=no,
                    after=after,
                    at=db_now(),
                )

    for number in range(5):
        happen(f"A-{number}", company.manager, company.other_manager)
        happen(f"B-{number}", company.other_manager, company.manager)
    pair = report().pairs[0]
    assert {pair.one, pair.two} == {company.manager.person_id, company.other_manager.person_id}
    assert pair.approvals == 10


def test_a_delegation_given_afterwards_makes_nothing_right_that_was_decided_before(company: Company) -> None:
    request, deputy = submitted(company), stand_in(company)
    said = {"step": "SM", "role": "SM", "capacity": "delegate"}
    planted(request, deputy, on_behalf_of=company.manager, after=said)
    given(company.manager, deputy)  # from an hour ago
    assert rules_of(report()) == ["S3"]


def test_a_superior_or_a_principal_who_never_had_the_role_is_found(company: Company) -> None:
    request, deputy = submitted(company), stand_in(company, role="RD")
    given(company.director, deputy)
    planted(request, company.lawyer, after={"step": "SM", "role": "SM", "capacity": "escalated", "pool": "RD:1:*"})
    assert [(each.rule, each.persons) for each in report().findings] == [("S5", (company.lawyer.person_id,))]
    planted(request, deputy, on_behalf_of=company.director, after={"step": "CC", "role": "CC", "capacity": "delegate"})
    assert rules_of(report()) == ["S5", "S5"]


def test_what_was_escalated_or_delegated_rightly_is_no_breach(company: Company) -> None:
    request, other, deputy = submitted(company, limit=300_000), submitted(company), stand_in(company, role="RD")
    step = open_step(request, "SM")
    past = db_now() - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(next_at=past, due_at=past)
    sweep()  # to the director
    given(company.director, deputy)
    decide(request, "SM", deputy)
    decide(other, "SM", company.manager)
    assert Event.objects.filter(action="request.decided").earliest("pk").content["after"]["pool"].startswith("RD:")
    assert report().findings == []


def test_who_approved_in_an_earlier_round_and_decides_again_beside_it_is_found(company: Company) -> None:
    request = submitted(company)
    for role, actor in [("SM", company.manager), ("CC", company.credit_controller), ("RD", company.director)]:
        decide(request, role, actor)
    decide(request, "CFO", company.cfo, "return", reason="Which hospitals?")
    services.resubmit(request.no, actor=company.rep, idempotency_key="again")
    assert report().findings == []
    planted(request, company.director, after={"step": "CFO", "capacity": "override"}, reason="Ill.")
    assert rules_of(report())[0] == "S2"


@pytest.mark.parametrize("by_delegate", [False, True])
def test_a_seat_of_a_panel_that_a_superior_takes_is_his(company: Company, by_delegate: bool) -> None:
    """Nobody is director: a CFO has the seat by name, and he or whoever acts for him decides it rightly."""
    policy_with(CL3="SM → RD[all] → CFO")
    company.hire("Second CFO", "CFO")
    accounts.end_role(RoleAssignment.objects.get(user=company.director))
    request = submitted(company)
    decide(request, "SM", company.manager)
    seat = open_step(request, "RD")
    assert seat.assignee is not None
    decider = stand_in(company, role="CFO") if by_delegate else seat.assignee
    if by_delegate:
        given(seat.assignee, decider)
    decide(request, "RD", decider)
    assert report().findings == []
    planted(request, company.lawyer, after={"step": "RD", "capacity": "assigned"})
    assert rules_of(report()) == ["S7"], "the seat has one name on it"


def test_a_step_that_was_asked_again_belongs_to_whom_it_was_given_last() -> None:
    people = People({}, held=lambda *_: False, delegated=lambda *_: False)
    said = Said(5, "A", db_now(), "SM~2", "approve", "SM", "assigned", 9, 0, True, "CFO")
    happened: list[Happened] = [Given(1, "A", "SM", 7, 8), Again("A", frozenset({"SM"})), said]
    assert [each.rule for each in breaches(happened, people)] == ["S7"]
    happened.insert(2, Given(4, "A", "SM~2", 8, 9))
    assert breaches(happened, people) == []


@pytest.mark.parametrize(("kind", "rule"), [("policy", "S4"), ("credit", "S1")])
def test_whoever_wrote_what_his_carried_approval_stands_for_breaks_the_rule_of_its_kind(kind: str, rule: str) -> None:
    people = People({7: 7, 8: 8}, held=lambda *_: True, delegated=lambda *_: False)
    sent = Sent(1, "A", kind, 1, frozenset(), frozenset())
    said = Said(2, "A", db_now(), "RD", "approve", "RD", "own", 7, 0, False, "CFO")
    again = Sent(3, "A", kind, 1, frozenset({7}), frozenset(), frozenset({"RD"}))
    assert [(each.rule, each.persons) for each in breaches([sent, said, again], people)] == [(rule, (7,))]
    late = Said(4, "A", db_now(), "CC", "approve", "CC", "own", 8, 0, False, "CFO")
    written = Sent(1, "A", kind, 1, frozenset({8}), frozenset())
    assert [each.rule for each in breaches([written, late], people)] == [rule]
