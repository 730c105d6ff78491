"""A job that was asked for happens once in effect, whatever dies in between."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from audit.models import Event
from jobs import claims, dispatcher, executor, registry
from jobs.claims import Claim, LostLeaseError
from jobs.models import Job, State
from jobs.registry import GiveUpError
from jobs.services import enqueue

PAST = datetime(2026, 1, 1, tzinfo=UTC)
done: list[str] = []


@registry.handler("test.note")
def note(claim: Claim) -> None:
    with claim.commit():
        done.append(claim.key)


@registry.handler("test.poison", max_attempts=2)
def poison(claim: Claim) -> None:
    raise RuntimeError("line one\nDETAIL: secret row")


@registry.handler("test.hopeless")
def hopeless(claim: Claim) -> None:
    raise GiveUpError("the template is gone")


@pytest.fixture(autouse=True)
def nothing_done(db: None) -> None:
    done.clear()


def make_due() -> None:
    Job.objects.update(due_at=PAST)


def lose_worker(job: Job) -> Claim:
    """A worker takes the job and is never heard of again."""
    held = claims.claim(job.pk)
    assert held
    Job.objects.filter(pk=job.pk).update(lease_until=PAST)
    return held


def test_a_job_runs_once(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        enqueue("test.note", "a", {"n": 1})
    enqueue("test.note", "a", {"n": 2})
    assert executor.run_until_idle() == 1
    assert done == ["a"]
    assert Job.objects.get().payload == {"n": 1}
    assert executor.run(Job.objects.get().pk) is False


def test_a_job_of_a_rolled_back_change_does_not_exist() -> None:
    with transaction.atomic():
        enqueue("test.note", "a", {})
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_job_waits_until_it_is_due() -> None:
    enqueue("test.note", "later", {}, due_at=datetime.now(UTC) + timedelta(hours=1))
    assert executor.run_until_idle() == 0
    make_due()
    assert executor.run_until_idle() == 1


def test_a_job_nobody_can_do_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(LookupError):
        enqueue("test.unheard_of", "a", {})


def test_a_failing_job_is_tried_again_later_and_then_dies_with_an_event() -> None:
    enqueue("test.poison", "bad", {})
    enqueue("test.note", "good", {})
    executor.run_until_idle()
    job = Job.objects.get(key="bad")
    assert job.state == State.PENDING
    assert job.last_error == "RuntimeError: line one"
    assert job.due_at > datetime.now(UTC)
    make_due()
    executor.run_until_idle()
    job.refresh_from_db()
    assert job.state == State.DEAD
    assert Event.objects.get(action="job.died").object_label == "bad"
    assert done == ["good"]


def test_a_job_that_cannot_succeed_dies_at_once() -> None:
    enqueue("test.hopeless", "x", {})
    executor.run_until_idle()
    assert Job.objects.get().state == State.DEAD


def test_a_lost_worker_is_replaced_when_its_lease_ends_and_its_late_result_is_thrown_away() -> None:
    enqueue("test.note", "a", {})
    job = Job.objects.get()
    lost = lose_worker(job)
    assert executor.run_until_idle() == 1
    with pytest.raises(LostLeaseError):
        lost.heartbeat()
    with pytest.raises(LostLeaseError), lost.commit():
        done.append("late")
    assert done == ["a"]


def test_a_job_under_a_living_lease_cannot_be_taken() -> None:
    enqueue("test.note", "a", {})
    job = Job.objects.get()
    held = claims.claim(job.pk)
    assert held
    assert claims.claim(job.pk) is None
    held.heartbeat()
    held.progress(1, 3)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (1, 3)


def test_a_job_that_kills_its_worker_every_time_ends_as_dead() -> None:
    enqueue("test.note", "killer", {})
    job = Job.objects.get()
    for _attempt in range(registry.MAX_ATTEMPTS):
        lose_worker(job)
    executor.run_until_idle()
    job.refresh_from_db()
    assert job.state == State.DEAD
    assert done == []


def test_effects_of_a_failing_commit_are_rolled_back_with_the_state() -> None:
    enqueue("test.note", "a", {})
    job = Job.objects.get()
    held = claims.claim(job.pk)
    assert held
    with held.commit():
        enqueue("test.note", "next", {})
        transaction.set_rollback(True)
    assert not Job.objects.filter(key="next").exists()
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_the_dispatcher_publishes_waiting_and_abandoned_jobs_in_one_statement(
    django_assert_num_queries,
) -> None:
    for number in range(50):
        enqueue("test.note", f"n{number}", {}, due_at=PAST)
    lose_worker(Job.objects.get(key="n7"))
    enqueue("test.note", "future", {}, due_at=datetime.now(UTC) + timedelta(hours=1))
    told: list[int] = []
    with django_assert_num_queries(1):
        assert dispatcher.dispatch_due(told.append) == 50
    assert len(set(told)) == 50
    assert dispatcher.dispatch_due(told.append) == 0


def test_a_broker_that_fails_leaves_the_jobs_to_be_published_again() -> None:
    enqueue("test.note", "a", {}, due_at=PAST)

    def broken(job_id: int) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        dispatcher.dispatch_due(broken)
    told: list[int] = []
    assert dispatcher.dispatch_due(told.append) == 1


def test_a_periodic_kind_gets_one_job_a_period(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "_next_periodic", 0.0)
    dispatcher.enqueue_periodic()
    monkeypatch.setattr(dispatcher, "_next_periodic", 0.0)
    dispatcher.enqueue_periodic()
    assert Job.objects.filter(kind="audit.verify").count() == 1


def test_idle_dispatching_reads_the_indexes_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM jobs_job WHERE state = 'pending' AND due_at <= clock_timestamp()")
        assert "job_due" in str(cursor.fetchall())
