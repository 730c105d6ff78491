"""What time does to a step: reminder, escalation, giving back; set-based, never an approval (W18, 1C timeout)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from audit.models import Event
from audit.verify import verify
from jobs.executor import run_until_idle
from jobs.models import Job
from policies.rules.calendar import add_working_hours, working_hours_between
from policies.seed import default_pack
from tests import factories
from tests.factories import Company
from tests.workflows.acting import directors, policy_with, say, submitted
from tests.workflows.factories import trading_customer
from workflows import services, sla
from workflows.models import Decision, Handover, Notification, Request, Step
from workflows.rules.sla import next_rung

STEPS = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["approve", "endorse", "comment", "ratify", "appeal"]),
        "overdue": st.booleans(),
        "reminded": st.booleans(),
        "escalated": st.integers(0, 5),
        "escalations": st.integers(0, 4),
        "above": st.booleans(),
    }
)


@given(STEPS)
def test_the_ladder_always_ends_and_never_approves(step: dict[str, Any]) -> None:
    rung = next_rung(**step)
    assert rung in {"remind", "escalate", "urge", "end", "rest"}
    if rung in ("escalate", "urge"):
        assert step["overdue"]
        assert step["escalated"] < step["escalations"]
    if step["mode"] in {"approve", "endorse"} and step["overdue"]:
        assert rung in {"escalate", "urge", "end"}, "an overdue approval never rests"


def test_the_green_channel_halves_the_hours_of_a_key_account_and_asks_nobody_less(company: Company) -> None:
    pack = default_pack()
    plain, key = factories.customer(company, tier=3), factories.customer(company, tier=3, key_account=True)
    best = factories.customer(company, tier=4)
    hours = [sla.hours_of(pack, 16, each) for each in (None, plain, key, best)]
    assert hours == [16, 16, 8, 8]


@pytest.fixture
def company(db: None) -> Company:
    return factories.company()


def open_step(request: Request) -> Step:
    return Step.objects.get(request=request, status="open")


def late(step: Step, *, due: bool = True) -> None:
    """Move the step's clock back, as if the time had passed."""
    past = datetime.now(UTC) - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(next_at=past, **({"due_at": past} if due else {}))


def notified(request: Request) -> list[str]:
    jobs = Job.objects.filter(kind="workflows.notify", key__startswith=f"sla:{request.pk}:").order_by("pk")
    return [event["what"] for job in jobs for event in job.payload["events"]]


def test_people_are_reminded_when_half_of_their_hours_are_over(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    unit = request.unit
    assert step.opened_at is not None
    assert step.next_at is not None
    half = working_hours_between(step.opened_at, step.next_at, unit.time_zone, unit.holiday_calendar)
    assert half * 2 == step.sla_hours
    late(step, due=False)
    assert sla.sweep() == 1
    step.refresh_from_db()
    assert (step.reminded_at is not None, step.next_at, step.escalated) == (True, step.due_at, 0)
    assert notified(request) == ["due_soon"]
    assert sla.sweep() == 0, "once is enough"


def test_w18_an_overdue_step_climbs_to_the_superior_then_further_and_then_goes_back(company: Company) -> None:
    request = submitted(company, limit=300_000)  # CL-2: SM, CC, FM
    step = open_step(request)
    late(step)
    sla.sweep()
    step.refresh_from_db()
    assert (step.queue_key.split(":")[0], step.escalated, step.status) == ("RD", 1, "open")
    assert step.next_at is not None
    assert step.next_at > datetime.now(UTC), "the superior has the hours of the step for himself"
    late(step)
    sla.sweep()
    step.refresh_from_db()
    assert (step.queue_key.split(":")[0], step.escalated) == ("CFO", 2)
    late(step)
    sla.sweep()
    ended = Job.objects.get(kind="workflows.overdue")
    services.give_back(ended.payload["no"], ended.payload["step"])
    request.refresh_from_db()
    assert request.state == "returned"
    assert not Decision.objects.exists(), "time decides nothing"
    assert Handover.objects.filter(step=step, verb="escalate").count() == 2
    assert [event.actor_name for event in Event.objects.filter(action="request.deadline")] == ["system"] * 3
    assert verify().findings == []
    services.resubmit(request.no, actor=company.rep, idempotency_key=uuid4().hex)
    assert open_step(request).role == "SM"


def test_the_superior_may_decide_what_was_escalated_to_him_and_it_is_written_down(company: Company) -> None:
    request = submitted(company, limit=300_000)
    step = open_step(request)
    late(step)
    sla.sweep()
    director: User = company.director
    sha = request.submissions.get().content_sha256
    said = services.decide(
        request.no, step.pk, actor=director, verb="approve", content_sha256=sha, idempotency_key=uuid4().hex
    )
    assert said.capacity == "escalated"


def test_nobody_is_escalated_to_who_has_to_decide_the_request_anyway(company: Company) -> None:
    request = submitted(company, limit=500_000)  # CL-3 asks RD and CFO for themselves
    step = open_step(request)
    late(step)
    sla.sweep()
    step.refresh_from_db()
    assert (step.queue_key.split(":")[0], step.escalated) == ("SM", 1)
    assert notified(request) == ["overdue"]


def test_a_step_that_was_decided_meanwhile_is_not_given_back(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    services.give_back(request.no, step.pk)
    request.refresh_from_db()
    assert request.state == "in_review", "it is not due"


def test_a_question_stops_the_clock(company: Company) -> None:
    request = submitted(company)
    step = open_step(request)
    late(step)
    Step.objects.filter(pk=step.pk).update(paused_at=datetime.now(UTC))
    assert sla.sweep() == 0


def test_the_sweep_costs_as_many_statements_for_twelve_steps_as_for_one(company: Company) -> None:
    def cost(steps: list[Step]) -> int:
        for step in steps:
            late(step)
        with CaptureQueriesContext(connection) as seen:
            assert sla.sweep() == len(steps)
        return len(seen)

    requests = [submitted(company, customer=trading_customer(company)) for _ in range(13)]
    steps = [open_step(request) for request in requests]
    assert cost(steps[:1]) == cost(steps[1:])


def test_a_clock_change_neither_makes_nor_loses_a_working_hour() -> None:
    """Berlin, the last Sunday of October 2026: Friday 17:00 and three hours are Monday 11:00, in local time."""
    friday = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)  # 17:00 in summer time
    due = add_working_hours(friday, 3, "Europe/Berlin", "DE")
    assert due == datetime(2026, 10, 26, 10, 0, tzinfo=UTC)  # 11:00 in winter time


def test_nothing_is_escalated_to_somebody_who_has_had_his_say(company: Company) -> None:
    """One person decides once: the step would lie with a superior who is refused."""
    request = submitted(company, limit=300_000)  # CL-2: SM, CC, FM
    words = {"where": "before", "reason": "Knows the case", "idempotency_key": "add"}
    services.add_approver(request.no, open_step(request).pk, actor=company.manager, user=company.director, **words)
    say(request, "+1", company.director)
    late(open_step(request))
    sla.sweep()
    step = open_step(request)
    assert (step.key, step.queue_key.split(":")[0], step.escalated) == ("SM", "CFO", 1)


def test_a_comment_does_not_lapse_while_the_submitter_has_been_asked(company: Company) -> None:
    """The clock stands: the time that was set for it when it opened is not its end."""
    policy_with(CL3="SM? → RD → CFO")
    request = submitted(company)
    step = open_step(request)
    asked = services.ask_submitter(request.no, step.pk, actor=company.manager, text="Which?", idempotency_key="ask")
    late(step)
    services.lapse(request.no, step.pk)
    step.refresh_from_db()
    assert step.status == "open"
    services.answer_question(request.no, asked.pk, actor=company.rep, text="No. 3.", idempotency_key="answer")
    late(step)
    services.lapse(request.no, step.pk)
    step.refresh_from_db()
    assert step.status == "lapsed"


def test_of_a_vote_each_of_the_others_is_reminded_once_and_nobody_who_has_voted(company: Company) -> None:
    policy_with(CL3="SM → RD[3/4] → CFO")
    sue, *others = directors(company, "Jo", "Bill", "Ann")
    request = submitted(company)
    say(request, "SM", company.manager)
    say(request, "RD", sue)
    run_until_idle()
    for step in Step.objects.filter(request=request, status="open"):
        late(step, due=False)
    assert sla.sweep() == 3
    run_until_idle()
    reminded = Notification.objects.filter(request=request, what="due_soon").values_list("user", flat=True)
    assert sorted(reminded) == sorted(user.pk for user in others)
    services.remind(request.no, actor=company.rep, idempotency_key="r")
    run_until_idle()
    assert Notification.objects.filter(request=request, what="reminded").count() == len(others)


def test_what_is_escalated_while_it_is_out_for_an_opinion_releases_whoever_was_to_give_it(company: Company) -> None:
    request, expert = submitted(company, limit=300_000), factories.user("Expert")
    step = open_step(request)
    words: dict[str, Any] = {"to": expert, "actor": company.manager, "reason": "Look.", "idempotency_key": "d"}
    services.delegate_step(request.no, step.pk, **words)
    late(step)
    sla.sweep()
    assert notified(request) == ["escalated", "released"]
    run_until_idle()
    assert Notification.objects.filter(user=expert, what="released").count() == 1
    assert Notification.objects.filter(user=company.director, what="escalated").count() == 1
