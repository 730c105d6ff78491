"""A policy version on the submissions of the past: counted once, kept, and taken up where it was stopped."""

import copy
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils.html import escape

from accounts.problems import Problem
from accounts.queries import business_today
from accounts.services import issue_token
from audit.clock import db_now
from audit.models import Event
from jobs import executor
from jobs.claims import LostLeaseError
from jobs.models import Job, State
from policies import replays
from policies.models import PolicyReplay, PolicyVersion
from policies.seed import default_content
from policies.services import draft_version
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company
from tests.policies.facts import limit
from tests.workflows import histories
from workflows import replaying

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    default_policy()
    made = factories.company()
    made.people["operations"] = made.hire("Operations", "SO")
    return made


def changed(**chains: str) -> dict[str, Any]:
    """The tables in force with other chains."""
    content = copy.deepcopy(default_content())
    rows = next(table for table in content["tables"] if table["code"] == "CHAIN")["rows"]
    for row in rows:
        if row["code"].replace("-", "_") in chains:
            row["outputs"]["chain"] = chains[row["code"].replace("-", "_")]
    return content


def draft(company: Company, number: int = 2, **chains: str) -> PolicyVersion:
    tomorrow = business_today() + timedelta(days=1)
    return draft_version(
        number, changed(**chains or {"CL_2": "SM → CC"}), tomorrow, "less for CL-2", company.operations
    )


def begin(company: Company, version: PolicyVersion, key: str = "k1", months: int = 12) -> PolicyReplay:
    return replaying.start(version, months, actor=company.operations, idempotency_key=key)


def finished(replay: PolicyReplay) -> PolicyReplay:
    executor.run_until_idle()
    replay.refresh_from_db()
    return replay


def two_applications() -> list[tuple[str, dict[str, Any]]]:
    return [("credit", limit(250_000)), ("credit", limit(2_000_000))]


def test_a_replay_counts_what_the_draft_would_have_asked_and_says_so(company: Company) -> None:
    histories.add(company, two_applications())
    replay = finished(begin(company, draft(company)))
    assert (replay.state, replay.done, replay.total) == ("done", 2, 2)
    assert replay.result["kinds"]["credit"]["changes"] == {"shorter": 1, "same": 1}
    assert replay.result["roles"]["FM"] == {"before": 1, "after": 0}
    lines = replays.summary_lines(replay)
    assert [line.en for line in lines[1:]] == [
        "The path changes for 1 (50.0%): fewer approvals 1.",
        "Share that needs nobody: 0.0% before, 0.0% after.",
        "Decisions: 8 before, 7 after (FM -1).",
        "Credit asked for (CNY): 250,000 with less approval (0 of it with none), 0 with more.",
    ]
    assert all(line.zh and line.en for line in lines)
    started, ended = Event.objects.filter(object_type="policy_replay").order_by("pk")
    assert (started.action, started.actor_id) == ("policy.replay_started", company.operations.pk)
    assert (ended.action, ended.actor_id) == ("policy.replay_finished", None)  # the job says so, nobody else
    assert ended.content["after"]["changed"] == 1


def test_only_the_period_and_its_last_round_release_anything(company: Company) -> None:
    histories.add(company, [("credit", limit(250_000))], at=db_now() - timedelta(days=400))
    (recent,) = histories.add(company, [("credit", limit(250_000))])
    replaced = recent.submissions.get()
    replaced.pk, replaced.round = None, 2
    replaced.save()
    recent.round = 2
    recent.save()
    credit = finished(begin(company, draft(company))).result["kinds"]["credit"]
    assert (credit["read"], credit["changes"], credit["released"]) == (2, {"shorter": 2}, {"CNY": "250000"})


def test_without_any_submission_it_is_finished_at_once(company: Company) -> None:
    replay = finished(begin(company, draft(company)))
    assert (replay.state, replay.total) == ("done", 0)
    assert len(replays.summary_lines(replay)) == 1


def test_two_clicks_and_two_people_begin_one_replay(company: Company) -> None:
    version = draft(company)
    first = begin(company, version)
    assert begin(company, version).pk == first.pk
    again = replaying.start(version, 12, actor=company.credit_controller, idempotency_key="other")
    assert again.pk == first.pk
    assert Job.objects.filter(kind=replaying.JOB).count() == 1


def test_a_replay_counts_for_the_tables_that_it_read_and_no_others(company: Company) -> None:
    version = draft(company)
    replay = finished(begin(company, version))
    assert replays.current(version) == replay
    version.digest = "0" * 64
    assert replays.current(version) is None


def test_a_draft_that_was_edited_meanwhile_fails_the_replay_with_the_reason(company: Company) -> None:
    from policies import queries

    histories.add(company, two_applications())
    version = draft(company)
    replay = begin(company, version)
    row = version.tables.get(code="CHAIN").rows.get(code="CL-2")
    row.outputs = {**row.outputs, "chain": "CC"}
    row.save()
    queries._pack.cache_clear()
    replay = finished(replay)
    assert (replay.state, replay.problem) == ("failed", "The tables of policy version 2 do not match its digest.")
    assert Event.objects.filter(action="policy.replay_failed").count() == 1


@pytest.mark.parametrize(
    ("person", "months", "code"),
    [("rep", 12, "replay_not_allowed"), ("cfo", 12, "replay_not_allowed"), ("operations", 5, "replay_months")],
)
def test_who_may_not_or_asks_for_nonsense_is_refused(company: Company, person: str, months: int, code: str) -> None:
    version = draft(company)
    with pytest.raises(Problem) as raised:
        replaying.start(version, months, actor=getattr(company, person), idempotency_key="k")
    assert raised.value.code == code
    assert not PolicyReplay.objects.exists()


def test_the_version_in_force_has_nothing_to_be_compared_with(company: Company) -> None:
    with pytest.raises(Problem) as raised:
        begin(company, PolicyVersion.objects.get(number=1))
    assert raised.value.code == "replay_in_force"


def test_a_finished_replay_is_never_changed(company: Company) -> None:
    replay = finished(begin(company, draft(company)))
    with pytest.raises(IntegrityError, match="never changed"):
        PolicyReplay.objects.filter(pk=replay.pk).update(result={})


def test_a_worker_that_lost_its_lease_counts_nothing_twice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the third part; the next attempt goes on there and the sum is that of one that was never stopped."""
    histories.add(company, histories.some(50))
    whole = finished(begin(company, draft(company), key="whole")).result
    monkeypatch.setattr(replaying, "PART", 10)
    keep, parts = replaying._keep, []

    def killed_once(*args: Any) -> None:
        parts.append(1)
        if len(parts) == 3:
            raise LostLeaseError("killed")
        keep(*args)

    monkeypatch.setattr(replaying, "_keep", killed_once)
    replay = begin(company, draft(company, 3), key="stopped")
    executor.run_until_idle()
    replay.refresh_from_db()
    assert (replay.state, replay.done) == ("running", 20)
    Job.objects.filter(state="running").update(lease_until="2026-01-01T00:00Z")
    assert finished(replay).result == whole
    assert (replay.state, replay.done) == ("done", 50)


def test_a_very_long_replay_is_handed_on_from_job_to_job(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    histories.add(company, histories.some(30))
    monkeypatch.setattr(replaying, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(replaying, "PART", 10)
    replay = finished(begin(company, draft(company)))
    assert (replay.state, replay.done) == ("done", 30)
    assert Job.objects.filter(kind=replaying.JOB).count() == 4


def test_a_replay_whose_job_was_given_up_can_be_taken_up_once(company: Company) -> None:
    replay = begin(company, draft(company))
    Job.objects.filter(kind=replaying.JOB).update(state=State.DEAD)
    assert replaying.given_up(replay)
    assert not replaying.resume(replay, actor=company.rep)
    assert replaying.resume(replay, actor=company.operations)
    assert not replaying.resume(replay, actor=company.operations)
    assert finished(replay).state == "done"


def test_only_who_makes_or_decides_policy_sees_replays(company: Company) -> None:
    begin(company, draft(company))
    seen = {name for name, person in company.people.items() if PolicyReplay.objects.visible_to(person).exists()}
    assert seen == {
        "operations", "credit_controller", "director", "finance_manager", "lawyer", "cfo", "general_manager",
        "chairman", "auditor",
    }  # fmt: skip


def test_the_measure_of_money_is_the_fact_of_the_kind(company: Company) -> None:
    small = {"extra_points": Decimal(1), "below_target": Decimal(0), "below_floor": Decimal(0), "grade": "A"}
    money = {"concession": Decimal(15_000), "concession_own": Decimal(9_000), "new_customer": False}
    histories.add(company, [("special_price", {**histories.price_facts(random.Random(1)), **small, **money})])
    result = finished(begin(company, draft(company, SP_1=""))).result["kinds"]["special_price"]
    assert (result["changes"], result["automatic_amount"]) == ({"automatic": 1}, {"CNY": "9000"})


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_progress_then_what_changes(company: Company, client: Client, language: str) -> None:
    shown = histories.add(company, two_applications())[0]
    company.operations.language = language
    company.operations.save(update_fields=["language"])
    client.force_login(company.operations)
    version = draft(company)
    assert client.get("/policies/2/replays/").status_code == 200
    begun = client.post("/policies/2/replays/start/", {"months": "12", "idempotency_key": "k"})
    replay = version.replays.get()
    here = f"/policies/2/replays/{replay.pk}/"
    assert begun.headers["Location"] == here
    waiting = client.get(f"{here}progress/")
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    executor.run_until_idle()
    assert client.get(f"{here}progress/").headers["HX-Refresh"] == "true"
    text = client.get(here).content.decode()
    replay.refresh_from_db()
    for line in replays.summary_lines(replay):
        assert escape(line.en if language == "en" else line.zh) in text
    assert f"/requests/{shown.no}/" in text
    assert "SM → CC → FM" in text


def test_examples_are_only_those_that_the_reader_may_see(company: Company, client: Client) -> None:
    (hidden,) = histories.add(company, two_applications()[:1])
    hidden.confidential = True
    hidden.save()
    replay = finished(begin(company, draft(company)))
    for person, sees in (("auditor", True), ("lawyer", False)):
        client.force_login(company.people[person])
        assert (hidden.no in client.get(f"/policies/2/replays/{replay.pk}/").content.decode()) is sees


def test_who_only_reads_cannot_start_and_who_sells_sees_nothing(company: Company, client: Client) -> None:
    replay = begin(company, draft(company))
    form = {"months": "12", "idempotency_key": "k"}
    for person, reading in (("cfo", 200), ("rep", 403), ("manager", 403)):
        client.force_login(company.people[person])
        assert client.get(f"/policies/2/replays/{replay.pk}/").status_code == reading
        assert client.post("/policies/2/replays/start/", form).status_code == 403
    client.force_login(company.operations)
    assert client.get(f"/policies/1/replays/{replay.pk}/").status_code == 404
    refused = client.post("/policies/1/replays/start/", form)
    assert refused.status_code == 422
    assert "nothing to compare" in refused.content.decode()


def test_the_api_starts_follows_and_reads_a_replay(company: Company, client: Client) -> None:
    histories.add(company, two_applications())
    draft(company)
    token = {
        "HTTP_AUTHORIZATION": f"Bearer {issue_token(company.operations, name='test')}",
        "HTTP_IDEMPOTENCY_KEY": "a",
    }

    def post(body: dict[str, Any]) -> Any:
        return client.post("/api/v1/policies/2/replays", body, content_type="application/json", **token)

    first, again = post({"months": 12}), post({"months": 12})
    assert (first.status_code, first.json()) == (201, again.json())
    assert post({"months": 24}).status_code == 409
    executor.run_until_idle()
    there = f"/api/v1/policies/2/replays/{first.json()['id']}"
    read = client.get(there, **token).json()
    assert (read["state"], read["judged"], read["changes"]["shorter"]) == ("done", 2, 1)
    assert read["decisions"] == {"before": 8, "after": 7}
    assert read["kinds"][0]["released"] == {"CNY": "250000.00"}
    assert [row["before"] for row in read["examples"]] == ["SM → CC → FM"]
    assert client.get("/api/v1/policies/2/replays", **token).json()["items"][0]["id"] == read["id"]
