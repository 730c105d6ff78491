"""Temporary limits, decreases, freezes and closings from the form to their effect, and back when not ratified."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from audit.models import Event
from contracts.models import Document
from credit import services as credit
from credit.models import CreditApplication, CreditLine, LineMeasure
from credit.queries import line_in_force
from customers.models import Customer
from jobs.models import Job
from tests import factories
from tests.authz.world import HOLDERS
from tests.credit.factories import uscc
from tests.workflows.acting import policy_with
from tests.workflows.factories import PDF, ready_application, trading_customer
from workflows import letters, services
from workflows.kinds.credit import KIND, Granted
from workflows.models import Request, Step, Submission
from workflows.preview import preview

pytestmark = pytest.mark.django_db


def held(company: factories.Company, stars: int = 2, limit: int = 500_000, **fields) -> Customer:
    """A customer with a complete file and a trade limit in force since yesterday."""
    whole = {"legal_rep": "Wang Min", "segment": "channel", "founded_on": date(2010, 3, 1), "uscc": uscc()}
    customer = trading_customer(company, tier=stars, **whole, **fields)
    application = ready_application(company, customer=customer, limit=limit)
    start = business_today() - timedelta(days=1)
    terms = Granted(Decimal(limit), 30, start, start + timedelta(days=300))
    credit.grant_line(application, terms=terms, request_no=f"CR-{customer.pk}", policy_number=1, actor=company.cfo)
    return customer


def asks(customer: Customer, actor: User, req_type: str, **fields) -> CreditApplication:
    values = {"req_type": req_type, "reason_text": "Because of what we heard."} | fields
    application = credit.save_draft(customer, values, actor)
    if req_type == "temporary":
        credit.add_attachment(application, "contract", "contract.pdf", PDF, actor)
    return application


def sent(customer: Customer, actor: User, req_type: str, **fields) -> Request:
    application = asks(customer, actor, req_type, **fields)
    return services.submit(KIND, application.pk, actor=actor, idempotency_key=f"sent {application.pk}")


def temporary(days: int = 30, share: int | Decimal = 20, **fields) -> dict:
    today = business_today()
    end = today + timedelta(days=days - 1)
    return {"req_limit": Decimal(5_000 * share), "valid_from": today, "valid_to": end, "reason_code": "season"} | fields


def decide(company: factories.Company, request: Request, role: str, verb: str = "approve", reason: str = "") -> None:
    step = Step.objects.get(request=request, role=role, status="open")
    services.decide(
        request.no, step.pk, actor=company.people[HOLDERS[role]], verb=verb, reason=reason,
        content_sha256=Submission.objects.get(pk=step.submission_id).content_sha256, idempotency_key=f"d {step.pk}",
    )  # fmt: skip
    request.refresh_from_db()


def state(customer: Customer):
    return line_in_force(customer, "trade", business_today())


def open_roles(request: Request) -> set[str]:
    return set(Step.objects.filter(request=request, status="open").values_list("role", flat=True))


@pytest.mark.parametrize(
    ("days", "share", "path"),
    [
        (30, 20, ["SM", "CC"]),
        (30, Decimal("20.002"), ["SM", "RD", "CC", "FM"]),
        (31, 20, ["SM", "RD", "CC", "FM"]),
        (60, 50, ["SM", "RD", "CC", "FM"]),
        (60, 51, ["SM", "RD", "CC", "CFO", "GM"]),
    ],
)
def test_a_temporary_limit_goes_along_its_own_path(company, days, share, path) -> None:
    application = asks(held(company), company.rep, "temporary", **temporary(days, share))
    shown = preview(KIND, application, company.rep)
    assert [step.plan.role for step in shown.steps] == path
    assert shown.blocks == ()


def test_a_temporary_limit_stands_beside_the_trade_limit_and_ends_by_itself(company) -> None:
    customer = held(company)
    request = sent(customer, company.rep, "temporary", **temporary())
    decide(company, request, "SM")
    decide(company, request, "CC")
    today = business_today()
    line = line_in_force(customer, "temporary", today).line
    assert (line.amount, line.term_days, state(customer).line.amount) == (100_000, 30, 500_000)
    job = Job.objects.get(kind="credit.expire_line", payload={"line": line.pk})
    midnight = job.due_at.astimezone(ZoneInfo(company.unit.time_zone))
    assert (midnight.date(), midnight.hour) == (today + timedelta(days=30), 0)
    third = asks(customer, company.rep, "temporary", **temporary(10, 10))
    shown = preview(KIND, third, company.rep)
    assert shown.assessment.facts["temporary_in_12m"] == 1
    assert shown.assessment.facts["temporary_share_pct"] == 30, "with the 20 % of this month"


def test_what_a_temporary_limit_does_not_ask_for_is_not_asked_for(company) -> None:
    application = asks(held(company), company.rep, "temporary", req_term=90, settlement="bill", **temporary())
    assert (application.req_term, application.settlement) == (30, "")


def test_credit_control_freezes_at_once(company) -> None:
    customer = held(company)
    request = sent(customer, company.credit_controller, "freeze")
    request.refresh_from_db()
    assert (request.state, Step.objects.filter(request=request).count()) == ("approved", 0)
    assert state(customer).frozen
    assert Event.objects.filter(action="credit.line_frozen", request_no=request.no).count() == 1


def test_a_rep_asks_and_credit_control_decides(company) -> None:
    customer = held(company)
    request = sent(customer, company.rep, "freeze")
    assert (open_roles(request), state(customer).frozen) == ({"CC"}, False)
    decide(company, request, "CC")
    assert state(customer).frozen


def test_nobody_else_sends_what_credit_control_wrote(company) -> None:
    application = asks(held(company), company.credit_controller, "freeze")
    with pytest.raises(Problem) as problem:
        services.submit(KIND, application.pk, actor=company.rep, idempotency_key="mine")
    assert problem.value.status == 403


def test_a_freeze_of_an_important_customer_is_ratified_within_three_days(company) -> None:
    customer = held(company, stars=3)
    request = sent(customer, company.credit_controller, "freeze")
    assert (open_roles(request), state(customer).frozen) == ({"RD", "FM"}, True)
    assert {step.sla_hours for step in Step.objects.filter(request=request, status="open")} == {24}
    decide(company, request, "RD")
    decide(company, request, "FM")
    assert (request.state, open_roles(request), state(customer).frozen) == ("approved", set(), True)


def lapse(request: Request, role: str) -> None:
    step = Step.objects.get(request=request, role=role)
    Step.objects.filter(pk=step.pk).update(due_at=step.opened_at - timedelta(hours=1))
    services.lapse(request.no, step.pk)
    request.refresh_from_db()


def test_without_an_answer_in_time_the_cfo_decides_and_the_freeze_stays_meanwhile(company) -> None:
    customer = held(company, stars=4)
    request = sent(customer, company.credit_controller, "freeze")
    decide(company, request, "RD")
    lapse(request, "FM")
    assert (open_roles(request), state(customer).frozen) == ({"CFO"}, True)
    decide(company, request, "CFO")
    assert (request.state, state(customer).frozen) == ("approved", True)


@pytest.mark.parametrize("measure", ["freeze", "decrease", "close"])
def test_what_the_cfo_refuses_to_ratify_is_undone(company, measure) -> None:
    customer = held(company, stars=3, key_account=True)
    before = state(customer).line
    more = {"req_limit": Decimal(200_000)} if measure == "decrease" else {}
    request = sent(customer, company.credit_controller, measure, **more)
    now = state(customer)
    assert {"freeze": now.frozen, "decrease": now.line and now.line.amount == 200_000, "close": not now.line}[measure]
    decide(company, request, "FM", "reject", "They have paid.")
    assert open_roles(request) == {"CFO"}
    decide(company, request, "CFO", "reject", "They have paid.")
    after = state(customer)
    assert (request.state, after.frozen, after.line.amount) == ("rejected", False, 500_000)
    assert (after.line.valid_to, after.line.term_days) == (before.valid_to, before.term_days)
    assert not LineMeasure.objects.filter(lifted_at__isnull=True).exists()


def test_what_nobody_ratifies_in_time_is_undone_in_nobodys_name(company) -> None:
    policy_with(**{"CL0-R-own": "⇒ CFO"})  # no appeal
    customer = held(company, stars=3)
    request = sent(customer, company.credit_controller, "freeze")
    assert state(customer).frozen
    lapse(request, "CFO")
    assert (request.state, state(customer).frozen) == ("rejected", False)
    lifted = LineMeasure.objects.get(request_no=request.no)
    assert (lifted.lifted_at is not None, lifted.lifted_by) == (True, None)
    assert [event.actor_name for event in Event.objects.filter(action="credit.line_unfrozen")] == ["system"]


def test_a_decrease_replaces_the_line_and_keeps_its_term_and_its_end(company) -> None:
    customer = held(company)
    before = state(customer).line
    sent(customer, company.credit_controller, "decrease", req_limit=Decimal(300_000))
    after = state(customer).line
    assert (after.amount, after.term_days, after.valid_to) == (300_000, before.term_days, before.valid_to)
    assert after.supersedes == before


def test_a_decrease_does_not_set_a_frozen_line_free(company) -> None:
    customer = held(company)
    frozen = sent(customer, company.credit_controller, "freeze")
    sent(customer, company.credit_controller, "decrease", req_limit=Decimal(300_000))
    assert (state(customer).frozen, state(customer).line.amount) == (True, 300_000)
    assert Event.objects.filter(action="credit.line_frozen", request_no=frozen.no).count() == 2
    other = ready_application(company, customer=customer, req_type="unfreeze", limit=300_000)
    request = services.submit(KIND, other.pk, actor=company.rep, idempotency_key="unfreeze")
    while step := Step.objects.filter(request=request, status="open").first():
        decide(company, request, step.role)
    assert not state(customer).frozen
    assert not LineMeasure.objects.filter(measure="freeze", lifted_at__isnull=True).exists()


def test_what_was_frozen_is_frozen_when_a_closing_is_undone(company) -> None:
    customer = held(company, stars=3)
    request = sent(customer, company.credit_controller, "freeze")
    decide(company, request, "RD")
    decide(company, request, "FM")
    closing = sent(customer, company.credit_controller, "close")
    decide(company, closing, "FM", "reject", "They have paid.")
    decide(company, closing, "CFO", "reject", "They have paid.")
    assert (state(customer).state, state(customer).frozen) == ("amount", True)


def test_a_decrease_goes_down(company) -> None:
    application = asks(held(company), company.credit_controller, "decrease", req_limit=Decimal(500_000))
    shown = preview(KIND, application, company.credit_controller)
    assert any("less than the limit in force" in block for block in shown.blocks)


def test_closing_ends_every_line(company) -> None:
    customer = held(company)
    sent(customer, company.credit_controller, "close")
    assert state(customer).state == "not_set"
    assert CreditLine.objects.get().end_reason == "revoked"


def test_unfreezing_is_an_ordinary_request_and_frees_every_line(company) -> None:
    customer = held(company)
    sent(customer, company.credit_controller, "freeze")
    other = ready_application(company, customer=customer, req_type="renewal")
    assert any("frozen" in block for block in preview(KIND, other, company.rep).blocks)
    credit.save_draft(customer, {"req_type": "unfreeze", "req_limit": Decimal(400_000)}, company.rep, other)
    request = services.submit(KIND, other.pk, actor=company.rep, idempotency_key="unfreeze")
    assert [step.role for step in Step.objects.filter(request=request).order_by("stage", "id")][:1] == ["SM"]
    assert state(customer).frozen, "until everybody has agreed"
    while step := Step.objects.filter(request=request, status="open").first():
        decide(company, request, step.role)
    assert (state(customer).frozen, state(customer).line.amount) == (False, 400_000)
    assert Event.objects.filter(action="credit.line_unfrozen", request_no=request.no).count() == 1


def notices(request: Request) -> int:
    return Document.objects.filter(request_no=request.no, kind="decision_notice").count()


def test_the_notice_follows_although_it_was_ratified_before_the_job_ran(company) -> None:
    request = sent(held(company, stars=3), company.credit_controller, "freeze")
    decide(company, request, "RD")
    decide(company, request, "FM")
    letters.order(request.pk)
    letters.order(request.pk)
    assert notices(request) == 2, "one in each language"


def test_a_freeze_that_credit_control_refuses_has_its_notice(company) -> None:
    request = sent(held(company, stars=3), company.rep, "freeze")
    decide(company, request, "CC", "reject", "They have paid.")
    letters.order(request.pk)
    assert notices(request) == 2


def test_a_request_under_way_stands_in_nobodys_way_to_freeze_or_to_close(company) -> None:
    customer = held(company)
    renewal = ready_application(company, customer=customer, req_type="renewal", limit=450_000)
    under_way = services.submit(KIND, renewal.pk, actor=company.rep, idempotency_key="renewal")
    decrease = asks(customer, company.credit_controller, "decrease", req_limit=Decimal(300_000))
    assert preview(KIND, decrease, company.credit_controller).blocks
    freeze = sent(customer, company.credit_controller, "freeze")
    assert (freeze.state, state(customer).frozen) == ("approved", True)
    while step := Step.objects.filter(request=under_way, status="open").first():
        decide(company, under_way, step.role)
    assert (state(customer).line.amount, state(customer).frozen) == (450_000, True)
    assert sent(customer, company.credit_controller, "close").state == "approved"


def test_a_second_freeze_waits_for_the_first_one(company) -> None:
    customer = held(company)
    sent(customer, company.rep, "freeze")
    second = asks(customer, company.credit_controller, "freeze")
    assert any("open for the customer" in block for block in preview(KIND, second, company.credit_controller).blocks)
