"""A change of the policy is itself a request: PL-1, PL-2, and nobody approves a rule that raises his own limit."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from accounts.roles import Role
from audit.models import Event
from jobs.executor import run_until_idle
from policies.models import PolicyChange, PolicyVersion, TableRow
from policies.queries import content as content_of
from policies.queries import version_in_force
from policies.services import (
    activate_due,
    begin_change,
    draft_version,
    open_draft,
    save_change,
    schedule,
    start_draft,
    touched,
)
from policies.services.drafts import next_number
from tests import factories
from tests.default_policy import default_policy
from tests.workflows.factories import ready_application, trading_customer
from workflows import replaying, services
from workflows.kinds.credit import KIND as CREDIT
from workflows.kinds.policy import KIND, shortened
from workflows.kinds.policy_notice import policy_notice
from workflows.letters.case import read_case
from workflows.models import Request, Step
from workflows.preview import preview

pytestmark = pytest.mark.django_db
START = date(2025, 1, 1)


def with_policy() -> factories.Company:
    made = factories.company()
    default_policy(START)
    made.hire("Quality", Role.QA)
    made.people["maker"] = made.hire("Sales Operations", Role.SO)
    return made


@pytest.fixture
def company(db: None) -> factories.Company:
    return with_policy()


def change(
    maker: User, code: str = "ES-1", table: str = "ES", cells: dict[str, str] | None = None, **outputs: str
) -> PolicyVersion:
    """A draft in which one row says something else."""
    draft = start_draft(maker, change_note="Tighter for those who ask for more than the formula gives.")
    with_row(draft, maker, table, code, cells or ({} if outputs else {"over_formula_pct": "> 10"}), outputs)
    return draft


def with_row(
    draft: PolicyVersion, maker: User, table: str, code: str, cells: dict[str, str], outputs: dict[str, str]
) -> None:
    locked = open_draft(draft.number, maker)
    row = TableRow.objects.get(table__version=locked, table__code=table, code=code)
    row.cells, row.outputs = row.cells | cells, row.outputs | outputs
    row.save()
    touched(locked, maker)
    draft.refresh_from_db()


def sent(draft: PolicyVersion, maker: User, **values: Any) -> Request:
    """The version asked for."""
    letter = save_change(begin_change(draft.number, maker), values, maker)
    return services.submit(KIND, letter.pk, actor=maker, idempotency_key=f"send-{letter.pk}-{letter.version.revision}")


def decide(company: factories.Company, request: Request, role: str, verb: str = "approve", who: str = "") -> None:
    names = {
        "RD": "director",
        "FM": "finance_manager",
        "LG": "lawyer",
        "CFO": "cfo",
        "GM": "general_manager",
        "CH": "chairman",
    }
    step = Step.objects.select_related("submission").get(request=request, role=role, status="open")
    services.decide(
        request.no, step.pk, actor=company.people[who or names[role]], verb=verb, reason="" if verb == "approve" else "No.",
        content_sha256=step.submission.content_sha256, idempotency_key=f"{role}-{verb}-{step.pk}",
    )  # fmt: skip


def approve_all(company: factories.Company, request: Request) -> None:
    while step := Step.objects.filter(request=request, status="open").first():
        decide(company, request, step.role)
    request.refresh_from_db()


def test_a_new_version_is_countersigned_scheduled_and_in_force_on_its_day(company: factories.Company) -> None:
    today = business_today()
    request = sent(change(company.maker), company.maker, effective_from=today + timedelta(days=10))
    draft = PolicyVersion.objects.get(number=2)
    assert (request.no[:3], draft.state) == ("PL-", "in_review")
    assert sorted(Step.objects.filter(request=request, stage=1).values_list("role", flat=True)) == ["FM", "LG", "RD"]

    approve_all(company, request)

    draft.refresh_from_db()
    assert (request.state, draft.state) == ("approved", "scheduled")
    assert version_in_force(today + timedelta(days=9)).number == 1
    assert version_in_force(today + timedelta(days=10)).number == 2
    assert activate_due(today + timedelta(days=10)) == [2]
    assert activate_due(today + timedelta(days=11)) == []
    states = dict(PolicyVersion.objects.values_list("number", "state"))
    assert states == {1: "retired", 2: "active"}
    event = Event.objects.get(action="policy.version_scheduled", object_id="2")
    assert event.content["extra"] == {"ended": [1], "request": request.no}


def test_returned_withdrawn_and_rejected_versions_are_drafts_again(company: factories.Company) -> None:
    draft = change(company.maker)
    request = sent(draft, company.maker)
    services.withdraw(request.no, actor=company.maker, reason="A slip.", idempotency_key="w")
    draft.refresh_from_db()
    assert draft.state == "draft"
    with_row(draft, company.maker, "ES", "ES-1", {"over_formula_pct": "> 15"}, {})

    again = sent(draft, company.maker)
    for role in ("RD", "FM"):
        decide(company, again, role)
    decide(company, again, "LG", "return")
    draft.refresh_from_db()
    assert draft.state == "draft"
    with_row(draft, company.maker, "ES", "ES-1", {"over_formula_pct": "> 12"}, {})
    services.resubmit(again.no, actor=company.maker, idempotency_key="again")
    for role in ("RD", "FM"):
        decide(company, again, role)
    decide(company, again, "LG", "reject")
    draft.refresh_from_db()
    again.refresh_from_db()
    assert (again.state, draft.state) == ("rejected", "draft")
    assert PolicyChange.objects.filter(version=draft, discarded_at__isnull=True).count() == 0
    assert sent(draft, company.maker).state == "in_review"


def test_an_emergency_is_in_force_at_once_and_the_policy_of_before_comes_back(company: factories.Company) -> None:
    today = business_today()
    request = sent(change(company.maker), company.maker, emergency=True)
    assert list(Step.objects.filter(request=request).values_list("role", flat=True)) == ["CFO", "GM"]

    approve_all(company, request)
    assert version_in_force(today).number == 2
    assert version_in_force(today + timedelta(days=29)).number == 2
    back = version_in_force(today + timedelta(days=30))
    assert (back.number, back.digest, back.restores.number) == (3, version_in_force(START).digest, 1)


def test_the_notice_of_an_emergency_says_that_it_is_in_force_at_once(company: factories.Company) -> None:
    request = sent(change(company.maker), company.maker, emergency=True)
    approve_all(company, request)
    said = policy_notice(read_case(request.pk))
    assert (said.boxes[1].value, said.facts[0][1][:11]) == ("in force at once, for thirty days", "Tighter for")
    assert said.terms[1][2] == str(business_today())


def test_the_notice_of_an_emergency_names_the_day_after_where_a_version_came_back_today(
    company: factories.Company,
) -> None:
    today = business_today()
    before = version_in_force(today)
    back = draft_version(next_number(), content_of(before), today, "The emergency has run out.", None, based_on=before)
    back.restores = before
    back.save(update_fields=["restores"])
    schedule(back, today, None)
    request = sent(change(company.maker), company.maker, emergency=True)
    approve_all(company, request)
    said, tomorrow = policy_notice(read_case(request.pk)), str(today + timedelta(days=1))
    assert said.boxes[1].value == f"in force from {tomorrow}, for thirty days"
    assert said.terms[1][2] == tomorrow


def test_an_ordinary_change_confirms_an_emergency_and_its_sunset_falls_away(company: factories.Company) -> None:
    today = business_today()
    approve_all(company, sent(change(company.maker), company.maker, emergency=True))
    confirming = start_draft(company.maker, change_note="Confirmed, a little wider.")
    with_row(confirming, company.maker, "ES", "ES-1", {"over_formula_pct": "> 12"}, {})
    request = sent(confirming, company.maker, effective_from=today + timedelta(days=20))
    approve_all(company, request)
    assert dict(PolicyVersion.objects.values_list("number", "state")) == {
        1: "retired", 2: "active", 3: "superseded", 4: "scheduled",
    }  # fmt: skip
    assert version_in_force(today + timedelta(days=19)).number == 2
    assert version_in_force(today + timedelta(days=400)).number == 4


def test_nobody_decides_about_a_version_that_raises_his_own_limit(company: factories.Company) -> None:
    """The finance manager's ceiling rises: he is out, and whoever else holds the role; the CFO sits for him."""
    other = company.hire("Second Finance Manager", Role.FM)
    draft = change(company.maker, table="AUTH", code="credit-FM", ceiling="400000")
    letter = begin_change(draft.number, company.maker)
    shown = preview(KIND, KIND.lock(letter.pk), company.maker)
    assert shown.barred >= {company.finance_manager.person_id, other.person_id}
    assert [each.en for each in shown.plan.notices] == [
        "Roles whose authority rises: 1; whoever holds one of them does not decide about it."
    ]
    seats = {step.plan.role: step for step in shown.steps}
    assert seats["FM"].skipped  # the CFO would sit for him, and sits higher already
    assert shown.submittable


def test_a_version_that_raises_the_cfo_goes_to_the_chairman(company: factories.Company) -> None:
    draft = change(company.maker, table="AUTH", code="credit-CFO", ceiling="2000000")
    request = sent(draft, company.maker)
    assert list(Step.objects.filter(request=request, stage__gt=1).values_list("role", flat=True)) == ["GM", "CH"]
    approve_all(company, request)
    assert request.state == "approved"


def test_whoever_gets_the_role_later_is_barred_too(company: factories.Company) -> None:
    request = sent(change(company.maker, table="AUTH", code="credit-CFO", ceiling="2000000"), company.maker)
    accounts.assign_role(company.lawyer, Role.CFO, unit=company.unit, valid_from=factories.EVER)
    with pytest.raises(Problem) as refused:
        decide(company, request, "LG")
    assert refused.value.code == "raises_own_limit"


def test_a_change_is_stopped_for_each_of_its_reasons(company: factories.Company) -> None:
    today = business_today()
    draft = start_draft(company.maker)
    letter = save_change(begin_change(draft.number, company.maker), {"effective_from": today}, company.maker)
    codes = {each.code for each in (*blocks(letter, company.maker),)}
    assert codes == {"PL-NOTE", "PL-BL-SAME", "PL-BL-SOON"}

    with_row(draft, company.maker, "CL", "CL-3", {"exposure_unsecured_group": "> 900000"}, {})
    assert "PL-BL-CHECK" in {each.code for each in blocks(letter, company.maker)}

    seller = company.hire("Half A Seller", Role.SO)
    accounts.assign_role(seller, Role.RD, unit=company.unit, valid_from=factories.EVER)
    theirs = begin_change(start_draft(seller).number, seller)
    assert "PL-BL-SALES" in {each.code for each in blocks(theirs, seller)}

    sent(change(company.maker), company.maker)
    assert "PL-BL-REVIEW" in {each.code for each in blocks(letter, company.maker)}


def blocks(letter: PolicyChange, maker: User) -> list[Any]:
    shown = preview(KIND, KIND.lock(letter.pk), maker)
    return [*shown.assessment.blocks, *shown.plan.blocks]


def test_what_was_drawn_up_from_another_version_is_not_put_in_force(company: factories.Company) -> None:
    """An emergency came between: who decides last is told, and nothing that was approved meanwhile is lost."""
    request = sent(change(company.maker), company.maker, effective_from=business_today() + timedelta(days=5))
    approve_all(
        company, sent(change(company.maker, code="ES-2", cells={"increase_pct": "> 40"}), company.maker, emergency=True)
    )
    with pytest.raises(Problem) as refused:
        approve_all(company, request)
    assert refused.value.code == "policy_base_changed"
    decide(company, request, "GM", "return")
    request.refresh_from_db()
    assert request.state == "returned"


def test_what_it_would_have_meant_for_earlier_requests_is_attached(company: factories.Company) -> None:
    earlier = ready_application(company, customer=trading_customer(company))
    services.submit(CREDIT, earlier.pk, actor=company.rep, idempotency_key="earlier")
    draft = change(company.maker)
    letter = begin_change(draft.number, company.maker)
    assert [each.code for each in blocks(letter, company.maker)] == ["PL-BL-REPLAY"]

    replaying.start(draft, 3, actor=company.maker, idempotency_key="replay")
    run_until_idle()
    shown = preview(KIND, KIND.lock(letter.pk), company.maker)
    assert shown.submittable
    assert shown.content["evaluation"]["replay"]["months"] == 3
    with_row(draft, company.maker, "ES", "ES-1", {"over_formula_pct": "> 12"}, {})  # other tables than were replayed
    assert [each.code for each in blocks(letter, company.maker)] == ["PL-BL-REPLAY"]


@pytest.mark.parametrize(
    ("note", "title"),
    [
        ("", ""),
        ("  Limits of the north \n\nIn detail: …", "Limits of the north"),
        ("x" * 60 + ".", "x" * 60),
        ("Raise the limits of the regional directors in the north and, as the auditors asked, of nobody else",
         "Raise the limits of the regional directors in the north and…"),
        ("词" * 61, "词" * 60 + "…"),
        ("y" * 80, "y" * 60 + "…"),
    ],
)  # fmt: skip
def test_the_title_says_as_much_of_the_note_as_fits_into_a_sentence(note: str, title: str) -> None:
    assert shortened(note) == title
