"""A request keeps the policy that it was sent under, until the owner of the policy re-routes it with a reason."""

from datetime import date, timedelta

import pytest

from accounts.problems import Problem
from accounts.queries import business_today
from audit.models import Event
from audit.verify import verify
from jobs.executor import run_until_idle
from policies.models import PolicyVersion
from policies.queries import content, version_in_force
from policies.services import activate, draft_version
from tests import factories
from tests.soak.verbs import Cast, scene, step_of
from tests.workflows.factories import ready_application, trading_customer
from workflows import segregation, services
from workflows.kinds.credit import KIND
from workflows.models import Notification, Request, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db: None) -> factories.Company:
    return factories.company()


def sent(company: factories.Company, limit: int = 500_000) -> Request:
    letter = ready_application(company, customer=trading_customer(company), limit=limit)
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=f"send-{letter.pk}")


def next_version(on: date, chain: str = "SM → (RD ∥ CC) → CFO → GM", band: str = "CL-3") -> PolicyVersion:
    """The tables in force with another chain in one band, in force from a day on."""
    changed = content(version_in_force(business_today()))
    chains = next(table for table in changed["tables"] if table["code"] == "CHAIN")
    next(row for row in chains["rows"] if row["code"] == band)["outputs"]["chain"] = chain
    number = PolicyVersion.objects.count() + 1
    return activate(draft_version(number, changed, on, "The GM sees it too.", None), None)


def decide(request: Request, role: str, company: factories.Company) -> None:
    person = {"SM": "manager", "RD": "director", "CC": "credit_controller", "CFO": "cfo", "GM": "general_manager"}[role]
    step = Step.objects.select_related("submission").get(request=request, role=role, status="open")
    services.decide(
        request.no, step.pk, actor=company.people[person], verb="approve",
        content_sha256=step.submission.content_sha256, idempotency_key=f"{role}-{step.pk}",
    )  # fmt: skip


def steps(request: Request) -> dict[str, str]:
    request.refresh_from_db()
    rows = Step.objects.filter(request=request, submission__round=request.round)
    return dict(rows.values_list("role", "status"))


def test_w21_what_is_under_way_keeps_its_version_and_what_is_new_takes_the_new_one(
    company: factories.Company,
) -> None:
    """Reference W21: submitted under one version, the next comes into force, the trail shows both."""
    old = sent(company)
    decide(old, "SM", company)
    next_version(business_today())
    new = sent(company)

    assert [each.submissions.get().policy_number for each in (old, new)] == [1, 2]
    assert (set(steps(old)), set(steps(new))) == ({"SM", "RD", "CC", "CFO"}, {"SM", "RD", "CC", "CFO", "GM"})
    for role in ("RD", "CC", "CFO"):
        decide(old, role, company)
    old.refresh_from_db()
    assert old.state == "approved"
    events = Event.objects.filter(action__in=["request.submitted", "request.decided"]).order_by("pk")
    numbers = {(event.request_no, event.content["policy"]["number"]) for event in events}
    assert numbers == {(old.no, 1), (new.no, 2)}


def test_the_owner_of_the_policy_re_routes_a_request_and_what_was_approved_stands(company: factories.Company) -> None:
    request = sent(company)
    decide(request, "SM", company)
    decide(request, "CC", company)
    before = request.submissions.get()
    next_version(business_today())

    services.reroute(request.no, version=2, reason="The GM asked to see it.", actor=company.cfo, idempotency_key="r")

    assert steps(request) == {"SM": "carried", "CC": "carried", "RD": "open", "CFO": "waiting", "GM": "waiting"}
    after = request.submissions.get(round=2)
    assert (after.policy_number, after.submitted_by, after.editors) == (2, company.rep, before.editors)
    same = {name: before.content[name] for name in before.content if name != "plan_digest"}
    assert {name: after.content[name] for name in after.content if name != "plan_digest"} == same
    event = Event.objects.get(action="request.rerouted")
    assert (event.content["before"]["policy"], event.content["after"]["policy"]) == (1, 2)
    assert event.content["reason"] == "The GM asked to see it."
    run_until_idle()
    said = Notification.objects.filter(what="rerouted", values__text="The GM asked to see it.")
    told = {told.user for told in said}
    assert {company.rep, company.manager, company.credit_controller} <= told
    assert company.cfo not in told
    for role in ("RD", "CFO", "GM"):
        decide(request, role, company)
    request.refresh_from_db()
    assert request.state == "approved"


def test_a_version_that_asks_for_more_in_a_band_asks_again_where_the_facts_are_judged_otherwise(
    company: factories.Company,
) -> None:
    """Nothing that the sales manager judged has changed, so he stands; a shorter chain may also end the wait."""
    request = sent(company)
    decide(request, "SM", company)
    next_version(business_today(), chain="SM → CFO")
    services.reroute(request.no, version=2, reason="Shorter now.", actor=company.cfo, idempotency_key="r")
    assert steps(request) == {"SM": "carried", "CFO": "open"}


def test_re_routing_is_refused_without_right_reason_or_version(company: factories.Company) -> None:
    request = sent(company)
    next_version(business_today() + timedelta(days=3))

    def refused(**values: object) -> str:
        said = {"version": 2, "reason": "Why.", "actor": company.cfo, "idempotency_key": f"k{len(tried)}"} | values
        tried.append(said)
        with pytest.raises(Problem) as problem:
            services.reroute(request.no, **said)  # type: ignore[arg-type]
        return problem.value.code

    tried: list[object] = []
    assert refused(actor=company.manager) == "not_policy_owner"
    assert refused(actor=company.rep) == "not_policy_owner"
    assert refused() == "no_such_version"  # not in force yet
    assert refused(version=1) == "same_version"
    assert refused(reason="  ") == "reason_missing"
    assert steps(request)["SM"] == "open"
    assert list(Event.objects.filter(action="request.rerouted")) == []
    assert not list(verify().findings)


def test_whoever_returned_it_may_decide_it_under_the_other_version_and_that_is_no_breach() -> None:
    cast = Cast.hired()
    made = scene(cast, "middle")
    made.decide(made.step, cast.controllers[0], "return")
    services.reroute(made.request.no, version=1, reason="As before.", actor=cast.officers[0], idempotency_key="again")
    made.decide(step_of(made.request, "CC"), cast.controllers[0], "approve")
    assert segregation.report().findings == verify().findings == []
