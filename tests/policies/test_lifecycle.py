"""A policy version from its draft to the end of its time: states, periods, emergencies, and the shipped editions."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from accounts.roles import Role
from audit.models import Event
from policies.models import PolicyVersion, TableRow
from policies.queries import content, version_in_force
from policies.rules.pack import build_pack
from policies.rules.raises import raised
from policies.rules.structure import structure
from policies.seed import default_content, default_pack
from policies.services import (
    activate,
    activate_due,
    back_to_draft,
    check_version,
    draft_version,
    load_shipped,
    open_draft,
    schedule,
    start_draft,
    touched,
)
from policies.services.shipped import PINNED_BY
from policies.services.timeline import begin_emergency
from tests import factories
from tests.default_policy import default_policy

START = date(2025, 1, 1)
TODAY = business_today()


def day(number: int) -> date:
    """So many days from today."""
    return TODAY + timedelta(days=number)


@pytest.fixture
def maker(db: None) -> User:
    company = factories.company()
    company.hire("Quality", Role.QA)
    default_policy(START)
    return company.hire("Sales Operations", Role.SO)


def edited(draft: PolicyVersion, maker: User, bound: str) -> PolicyVersion:
    """The draft with another bound in the first escalator."""
    locked = open_draft(draft.number, maker)
    TableRow.objects.filter(table__version=locked, code="ES-1").update(cells={"over_formula_pct": f"> {bound}"})
    return touched(locked, maker)


def agreed(maker: User, bound: str) -> PolicyVersion:
    """A checked version in review, as a request leaves it for its scheduling."""
    version = edited(start_draft(maker, change_note=f"From {bound} %"), maker, bound)
    version, findings = check_version(version.number, maker)
    assert not any(finding.blocking for finding in findings)
    PolicyVersion.objects.filter(pk=version.pk).update(state="in_review")
    version.refresh_from_db()
    return version


def states() -> dict[int, str]:
    return dict(PolicyVersion.objects.values_list("number", "state"))


def timeline() -> list[tuple[int, date, date | None]]:
    rows = PolicyVersion.objects.dated().order_by("effective_from")
    return [(each.number, each.effective_from, each.effective_to) for each in rows]


def refused(change: object) -> None:
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        change()  # type: ignore[operator]


@pytest.mark.django_db
def test_a_draft_is_checked_and_may_go_back_and_its_tables_stand_still_meanwhile(maker: User) -> None:
    draft = edited(start_draft(maker, change_note="Tighter"), maker, "10")
    assert (draft.state, draft.revision, draft.based_on.number if draft.based_on else 0) == ("draft", 1, 1)
    check_version(draft.number, maker)
    assert states()[2] == "checked"
    rows = TableRow.objects.filter(table__version=draft)
    refused(lambda: rows.update(cells={}))
    refused(lambda: PolicyVersion.objects.filter(pk=draft.pk).update(digest="0" * 64))
    refused(lambda: PolicyVersion.objects.filter(pk=draft.pk).update(state="active"))
    with pytest.raises(Problem) as problem:
        open_draft(2, maker)
    assert problem.value.code == "policy_not_draft"
    back_to_draft(2, maker, "One more row.")
    assert edited(draft, maker, "11").revision == 3
    actions = Event.objects.filter(object_id="2").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["policy.draft_started", "policy.version_checked", "policy.version_reopened"]


@pytest.mark.django_db
def test_two_people_on_one_draft_do_not_overwrite_each_other(maker: User) -> None:
    draft = start_draft(maker)
    edited(draft, maker, "10")
    with pytest.raises(Problem) as problem:
        open_draft(draft.number, maker, revision=0)
    assert (problem.value.code, problem.value.extra) == ("policy_stale", {"revision": 1})


@pytest.mark.django_db
def test_a_draft_with_a_gap_is_not_checked(maker: User) -> None:
    draft = start_draft(maker)
    TableRow.objects.filter(table__version=draft, code="CL-3").update(cells={"exposure_unsecured_group": "> 900000"})
    touched(open_draft(draft.number, maker), maker)
    _version, findings = check_version(draft.number, maker)
    assert any(finding.blocking for finding in findings)
    assert states()[draft.number] == "draft"


@pytest.mark.django_db
def test_who_does_not_make_policy_drafts_nothing(maker: User) -> None:
    with pytest.raises(Problem) as problem:
        start_draft(factories.company().director)
    assert problem.value.status == 403


@pytest.mark.django_db
def test_a_scheduled_version_takes_over_on_its_day_also_after_an_outage(maker: User) -> None:
    schedule(agreed(maker, "10"), day(10), maker)
    assert states() == {1: "active", 2: "scheduled"}
    assert [version_in_force(day(n)).number for n in (9, 10, 500)] == [1, 2, 2]
    assert activate_due(day(9)) == []
    assert activate_due(day(40)) == [2]  # thirty days late: in force since its day all the same
    assert activate_due(day(40)) == []
    assert states() == {1: "retired", 2: "active"}
    told = Event.objects.filter(action__in=["policy.version_activated", "policy.version_retired"])
    assert sorted(told.values_list("action", "object_id")) == [
        ("policy.version_activated", "1"), ("policy.version_activated", "2"), ("policy.version_retired", "1"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_versions_for_several_days_follow_each_other_without_a_hole(maker: User) -> None:
    schedule(agreed(maker, "10"), day(20), maker)
    schedule(agreed(maker, "11"), day(10), maker)
    assert timeline() == [(1, START, day(10)), (3, day(10), day(20)), (2, day(20), None)]
    with pytest.raises(IntegrityError), transaction.atomic():
        schedule(agreed(maker, "12"), day(10), maker)


@pytest.mark.django_db
def test_an_emergency_holds_thirty_days_and_then_the_tables_of_before_are_in_force_again(maker: User) -> None:
    begin_emergency(agreed(maker, "10"), maker, request_no="PL-202611-0001")
    assert timeline() == [(1, START, TODAY), (2, TODAY, day(30)), (3, day(30), None)]
    assert states() == {1: "retired", 2: "active", 3: "scheduled"}
    back = version_in_force(day(30))
    assert content(back) == content(PolicyVersion.objects.get(number=1))
    begin_emergency(agreed(maker, "12"), maker, request_no="PL-202611-0002")
    # The second of a day begins tomorrow, and neither outlives the sunset of the first.
    assert timeline() == [(1, START, TODAY), (2, TODAY, day(1)), (4, day(1), day(30)), (3, day(30), None)]


@pytest.mark.django_db
def test_what_was_agreed_for_a_later_day_ends_an_emergency(maker: User) -> None:
    schedule(agreed(maker, "10"), day(12), maker)
    begin_emergency(agreed(maker, "11"), maker, request_no="PL-202611-0001")
    assert timeline() == [(1, START, TODAY), (3, TODAY, day(12)), (2, day(12), None)]


@pytest.mark.django_db
def test_an_emergency_that_finds_today_and_tomorrow_taken_is_returned(maker: User) -> None:
    begin_emergency(agreed(maker, "10"), maker, request_no="PL-202611-0001")
    schedule(agreed(maker, "11"), day(1), maker)
    with pytest.raises(Problem) as problem:
        begin_emergency(agreed(maker, "12"), maker, request_no="PL-202611-0002")
    assert (problem.value.code, problem.value.status) == ("policy_day_taken", 409)


@pytest.mark.django_db
def test_an_ordinary_version_within_the_thirty_days_replaces_the_coming_back(maker: User) -> None:
    begin_emergency(agreed(maker, "10"), maker, request_no="PL-202611-0001")
    schedule(agreed(maker, "11"), day(30), maker)
    assert timeline() == [(1, START, TODAY), (2, TODAY, day(30)), (4, day(30), None)]
    assert states()[3] == "superseded"
    refused(lambda: PolicyVersion.objects.filter(number=3).update(state="scheduled"))


@pytest.fixture
def older(db: None) -> PolicyVersion:
    """Version 1 as an older edition of the product shipped it: without rules for policy changes."""
    tables = [table for table in default_content()["tables"] if not table["code"].startswith("PL")]
    for table in tables:
        table["rows"] = [row for row in table["rows"] if not row["code"].startswith(("PL-", "policy-"))]
    return activate(draft_version(1, {"tables": tables}, START, "older", None), None)


def test_an_older_edition_is_followed_by_the_shipped_tables_and_stays_as_it_was(older: PolicyVersion) -> None:
    before = content(older)
    for _ in range(2):
        call_command("load_policies")
    assert timeline() == [(1, START, TODAY), (2, TODAY, None)]
    assert version_in_force(TODAY).digest == default_pack().digest
    assert content(older) == before


def test_while_requests_are_under_way_the_shipped_tables_follow_from_tomorrow(
    older: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PINNED_BY, "requests say under which version they are"
    monkeypatch.setattr("policies.services.shipped.PINNED_BY", [lambda number: number == 1])
    load_shipped()
    assert timeline() == [(1, START, day(1)), (2, day(1), None)]


def test_the_owners_own_version_is_not_replaced_by_the_shipped_one(older: PolicyVersion) -> None:
    company = factories.company()
    company.hire("Quality", Role.QA)
    maker = company.hire("Sales Operations", Role.SO)
    schedule(agreed(maker, "10"), day(1), maker)
    assert load_shipped().number == 2
    assert states() == {1: "active", 2: "scheduled"}


def test_authority_rises_with_a_ceiling_and_with_the_last_word() -> None:
    changed = default_content()
    tables = {table["code"]: {row["code"]: row for row in table["rows"]} for table in changed["tables"]}
    tables["AUTH"]["credit-FM"]["outputs"]["ceiling"] = "400000"
    tables["AUTH"]["credit-CFO"]["outputs"]["ceiling"] = "900000"
    tables["AUTH"]["credit-GM"]["outputs"]["ceiling"] = ""
    tables["CHAIN"]["CL-5"]["outputs"]["chain"] = "SM → (RD ∥ CC ∥ LG) → CFO → GM"
    found = raised(default_pack(), build_pack(2, changed))
    assert {role: [reason.en for reason in reasons] for role, reasons in found.items()} == {
        "FM": ["the authority of the finance manager (unsecured exposure of the group) rises from 300,000 to 400,000"],
        "GM": [
            "the authority of the GM (unsecured exposure of the group) rises from 3,000,000 to no limit",
            "in band CL-5 the GM decides last; so far the chairman did",
        ],
    }
    assert raised(build_pack(2, changed), build_pack(2, changed)) == {}


def test_authority_rises_for_whoever_decides_alone_what_two_decided_and_for_the_new_owner_of_the_policy() -> None:
    changed = default_content()
    tables = {table["code"]: {row["code"]: row for row in table["rows"]} for table in changed["tables"]}
    tables["CHAIN"]["TE-2"]["outputs"]["chain"] = "SM → RD"
    tables["PARAM"]["policy_owner"]["outputs"]["value"] = "FM"
    found = raised(default_pack(), build_pack(2, changed))
    assert {role: [reason.en for reason in reasons] for role, reasons in found.items()} == {
        "RD": [
            "in band TE-2 the regional director decides last; so far the credit controller and the regional director did"
        ],
        "FM": [
            "the finance manager becomes the owner of the policy (so far the CFO) and may override, void and re-route"
        ],
    }


@pytest.mark.parametrize(
    ("old", "new", "rises"),
    [
        ("RD[all]", "RD", True), ("RD[2/3]", "RD", True), ("RD[all]", "RD[2/3]", True), ("RD[2/3]", "RD[1/3]", True),
        ("RD[all]", "RD[seq]", False), ("RD[1/3]", "RD[2/3]", False), ("RD", "RD[all]", False), ("RD[seq]", "RD[seq]", False),
    ],
)  # fmt: skip
def test_authority_rises_where_fewer_of_a_role_are_enough(old: str, new: str, rises: bool) -> None:
    contents = [default_content(), default_content()]
    for content_, chain in zip(contents, (old, new), strict=True):
        chains = next(table for table in content_["tables"] if table["code"] == "CHAIN")
        next(row for row in chains["rows"] if row["code"] == "SP-2")["outputs"]["chain"] = f"SM → {chain}"
    assert set(raised(build_pack(1, contents[0]), build_pack(2, contents[1]))) == ({"RD"} if rises else set())


@pytest.mark.parametrize(
    ("code", "value", "finding"),
    [
        ("policy_owner", "NOBODY", "dangling"), ("policy_owner", "", "dangling"), ("reminder_share", "1.1", "out_of_bounds"),
        ("reminder_share", "NaN", "out_of_bounds"), ("escalations", "-1", "out_of_bounds"),
        ("delegation_hops", "1.5", "out_of_bounds"), ("bulk_cap", "-5", "out_of_bounds"),
        ("green_channel_share", "half", "out_of_bounds"),
    ],
)  # fmt: skip
def test_a_parameter_of_approvals_that_makes_no_sense_is_found_at_its_row(code: str, value: str, finding: str) -> None:
    changed = default_content()
    assert not [each for each in structure(changed) if each.blocking]
    parameters = next(table for table in changed["tables"] if table["code"] == "PARAM")
    next(row for row in parameters["rows"] if row["code"] == code)["outputs"]["value"] = value
    (found,) = [each for each in structure(changed) if each.blocking]
    assert (found.code, found.table, found.rows, found.field) == (finding, "PARAM", (code,), "out.value")
