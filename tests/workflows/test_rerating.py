"""The re-rating of all customers: looked at first, started once, done once, taken up after a crash."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from accounts.queries import business_today
from audit.models import Event
from customers.models import RatingOutcome, RatingResult, RatingRun, RatingScope, TierChange
from jobs import executor
from jobs.models import Job, State
from tests import factories
from tests.default_policy import default_policy
from tests.workflows.factories import trading_customer
from workflows import rerating, rerating_run
from workflows.models import Request

pytestmark = pytest.mark.django_db


def make_company():
    default_policy()
    made = factories.company()
    made.people["seller_free"] = made.hire("Operations", "SO")
    return made


@pytest.fixture
def company():
    return make_company()


def rated_customers(company, count=3, **fields):
    """Customers with two good years, whose stars are far from what they earn."""
    return [trading_customer(company, tier=1, **fields) for _ in range(count)]


def begin(company, scope=RatingScope.ALL, key="k1", **changes):
    return rerating_run.start(company.seller_free, scope, changes.get("effective_on", business_today()), key)


def test_the_preview_says_who_would_move_and_stores_nothing(company, client):
    moving = rated_customers(company, 2)
    factories.customer(company, tier=3)
    shown = rerating.preview(company.seller_free, RatingScope.ALL)
    assert (shown.total, shown.moving) == (3, 2)
    assert {rated.customer.pk for rated in shown.moves} == {each.pk for each in moving}
    assert shown.before == {1: 2, 3: 1}
    assert sum(shown.after.values()) == 3
    client.force_login(company.seller_free)
    text = client.get("/ratings/?scope=all").content.decode()
    assert moving[0].name in text
    assert "Start and propose 2 changes" in text
    assert not RatingRun.objects.exists()
    assert not TierChange.objects.exists()


def test_a_run_proposes_every_change_as_a_request_of_whoever_started_it(company):
    moving = rated_customers(company, 2)
    still = factories.customer(company, tier=3)
    expected = {
        rated.customer.pk: rated.evaluation.star for rated in rerating.preview(company.seller_free, "all").moves
    }
    run = begin(company)
    executor.run_until_idle()
    run.refresh_from_db()
    assert run.finished_at
    assert RatingResult.objects.filter(run=run).count() == 3
    assert RatingResult.objects.get(run=run, customer=still).outcome == RatingOutcome.KEPT
    for customer in moving:
        result = RatingResult.objects.get(run=run, customer=customer)
        request = Request.objects.get(no=result.request_no)
        letter = TierChange.objects.get(pk=request.letter_id)
        assert (result.problems, result.outcome) == ([], RatingOutcome.PROPOSED)
        assert (request.kind, request.submitter, request.customer) == ("tier_change", company.seller_free, customer)
        assert (letter.source, letter.proposed_tier, letter.submitted) == ("rerating", expected[customer.pk], True)
    events = Event.objects.filter(stream=f"rerating:{run.pk}").order_by("pk")
    assert [event.action for event in events] == ["rerating.started", "rerating.finished"]


def test_nobody_is_proposed_twice_and_a_second_run_respects_what_is_under_way(company):
    rated_customers(company, 2)
    begin(company)
    executor.run_until_idle()
    again = begin(company, key="k2")
    executor.run_until_idle()
    assert Request.objects.count() == 2
    assert set(RatingResult.objects.filter(run=again).values_list("outcome", flat=True)) == {RatingOutcome.OPEN}


def test_a_double_click_and_a_second_form_start_one_run(company, client):
    rated_customers(company, 1)
    client.force_login(company.seller_free)
    form = {"scope": "all", "effective_on": business_today().isoformat(), "idempotency_key": "one"}
    pages = [client.post("/ratings/start/", sent) for sent in (form, form, {**form, "idempotency_key": "two"})]
    run = RatingRun.objects.get()
    assert {page.headers["Location"] for page in pages} == {f"/ratings/{run.pk}/"}
    assert Job.objects.filter(kind=rerating_run.JOB).count() == 1


def test_what_cannot_be_proposed_is_said_and_leaves_nothing_behind(company):
    rated_customers(company, 1)
    for name in ("director", "credit_controller", "manager", "general_manager", "cfo"):
        company.people[name].is_active = False
        company.people[name].save(update_fields=["is_active"])
    begin(company)
    executor.run_until_idle()
    result = RatingResult.objects.get()
    assert result.outcome == RatingOutcome.REFUSED
    assert result.problems
    assert not TierChange.objects.exists()
    assert not Request.objects.exists()


def test_only_sales_operations_and_credit_control_see_and_start_it(company, client):
    rated_customers(company, 1)
    run = begin(company)
    for person in (company.rep, company.manager, company.auditor, company.general_manager):
        client.force_login(person)
        for address in ("/ratings/", f"/ratings/{run.pk}/", f"/ratings/{run.pk}/progress/"):
            assert client.get(address).status_code == 403
        assert client.post("/ratings/start/", {"scope": "all"}).status_code == 403
    client.force_login(company.credit_controller)
    assert client.get("/ratings/").status_code == 200
    assert client.get(f"/ratings/{run.pk}/").status_code == 404


def test_a_past_day_is_refused_with_a_sentence(company, client):
    rated_customers(company, 1)
    client.force_login(company.seller_free)
    past = (business_today() - timedelta(days=1)).isoformat()
    page = client.post("/ratings/start/", {"scope": "all", "effective_on": past, "idempotency_key": "x"})
    assert page.status_code == 422
    assert "The effective date is in the past" in page.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_the_progress_and_reloads_itself_until_it_is_done(company, client, language):
    rated_customers(company, 2)
    company.seller_free.language = language
    company.seller_free.save(update_fields=["language"])
    run = begin(company)
    client.force_login(company.seller_free)
    waiting = client.get(f"/ratings/{run.pk}/progress/")
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert "HX-Refresh" not in waiting.headers
    executor.run_until_idle()
    done = client.get(f"/ratings/{run.pk}/progress/")
    assert done.headers["HX-Refresh"] == "true"
    page = client.get(f"/ratings/{run.pk}/?outcome=proposed").content.decode()
    for number in Request.objects.values_list("no", flat=True):
        assert number in page
    assert '<progress class="w-100" max="2" value="2"' in page


def test_a_run_whose_job_was_given_up_can_be_taken_up(company, client):
    rated_customers(company, 1)
    run = begin(company)
    Job.objects.filter(kind=rerating_run.JOB).update(state=State.DEAD)
    client.force_login(company.seller_free)
    assert "Continue" in client.get(f"/ratings/{run.pk}/").content.decode()
    for _click in range(2):
        client.post(f"/ratings/{run.pk}/continue/")
    assert Job.objects.filter(kind=rerating_run.JOB, state=State.PENDING).count() == 1
    executor.run_until_idle()
    run.refresh_from_db()
    assert run.finished_at


def test_the_preview_of_very_many_customers_is_prepared_by_a_job_and_proposes_nothing(company, client, monkeypatch):
    rated_customers(company, 2)
    monkeypatch.setattr("workflows.views.rerating.AT_ONCE", 1)
    client.force_login(company.seller_free)
    assert "2 customers are too many to wait for" in client.get("/ratings/?scope=all").content.decode()
    form = {"scope": "all", "trial": "1", "effective_on": business_today().isoformat(), "idempotency_key": "t"}
    assert client.post("/ratings/start/", form).status_code == 302
    executor.run_until_idle()
    run = RatingRun.objects.get()
    text = client.get(f"/ratings/{run.pk}/").content.decode()
    assert "2 of 2 customers rated, 2 changes would be proposed." in text
    assert "Start and propose 2 changes" in text
    assert set(RatingResult.objects.values_list("outcome", flat=True)) == {RatingOutcome.WOULD}
    assert not TierChange.objects.exists()
    begin(company, key="real")
    executor.run_until_idle()
    assert Request.objects.count() == 2


def test_whoever_is_locked_by_somebody_else_is_rated_by_the_next_job(company, monkeypatch):
    rated_customers(company, 2)
    settle, refused = rerating_run._settle, []

    def locked_once(run, rated):
        if not refused:
            refused.append(rated.customer.pk)
            raise OperationalError("canceling statement due to lock timeout")
        settle(run, rated)

    monkeypatch.setattr(rerating_run, "_settle", locked_once)
    monkeypatch.setattr(rerating_run, "LOCKED_PAUSE", timedelta(microseconds=1))
    run = begin(company)
    executor.run_until_idle()
    run.refresh_from_db()
    assert run.finished_at
    assert RatingResult.objects.filter(run=run, outcome=RatingOutcome.PROPOSED).count() == 2


def test_a_long_run_is_handed_on_from_job_to_job(company, monkeypatch):
    rated_customers(company, 3)
    monkeypatch.setattr(rerating_run, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(rerating_run, "PART", 1)
    run = begin(company)
    executor.run_until_idle()
    run.refresh_from_db()
    assert run.finished_at
    assert Job.objects.filter(kind=rerating_run.JOB).count() == 4
    assert Request.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_no_customer_out_and_none_twice() -> None:
    """SIGKILL while proposals are being made; the lease runs out, another worker does the rest."""
    company = make_company()
    customers = rated_customers(company, 12)
    run = begin(company)
    environment = {**os.environ, "COUNTERSIGN_DATA": str(settings.COUNTERSIGN_DATA), "DATABASE_URL": _database_url()}
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "run_jobs", "--until-idle"], env=environment, cwd=settings.BASE_DIR
    )
    try:
        _wait_for(lambda: RatingResult.objects.filter(run=run).count() >= 2)
    finally:
        worker.kill()
        worker.wait()
    run.refresh_from_db()
    done = RatingResult.objects.filter(run=run).count()
    assert run.finished_at is None
    assert 2 <= done < len(customers)
    assert Request.objects.count() == done
    Job.objects.filter(state="running").update(lease_until="2026-01-01T00:00Z")
    executor.run_until_idle()
    run.refresh_from_db()
    assert run.finished_at
    assert RatingResult.objects.filter(run=run).count() == len(customers)
    assert sorted(Request.objects.values_list("customer", flat=True)) == sorted(each.pk for each in customers)
    assert Job.objects.get(kind=rerating_run.JOB).attempts == 2


def _database_url() -> str:
    """The server of this run, with this worker's test database."""
    return re.sub(r"/[^/?]+(\?|$)", rf"/{connection.settings_dict['NAME']}\1", os.environ["DATABASE_URL"], count=1)


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 180  # only a test that fails, or a very busy machine, waits so long
    while not condition():
        assert time.monotonic() < deadline, "the worker never took the job"
        time.sleep(0.01)
