"""Workers are killed, the broker forgets or disappears: every job takes effect exactly once."""

import math
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, transaction

from audit.models import Event
from jobs import claims, dispatcher, doorbell, executor
from jobs.models import Job, State
from jobs.services import enqueue
from tests.faults import work  # noqa: F401  (registers the jobs)
from tests.faults.conftest import Programs, forget_everything, until

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def effects() -> Counter[str]:
    """How often each job took effect."""
    return Counter(Event.objects.filter(action="test.took_effect").values_list("object_id", flat=True))


def open_jobs() -> int:
    return Job.objects.filter(kind__startswith="faults.", state__in=[State.PENDING, State.RUNNING]).count()


def test_a_worker_killed_in_the_middle_of_a_job_is_replaced_at_once(celery: Programs, tmp_path: Path) -> None:
    workers = celery.start_workers(2)
    enqueue("faults.slow", "document", {"folder": str(tmp_path)})
    until(lambda: (tmp_path / "started-1").exists() and (tmp_path / "started-1").read_text())
    victim = int((tmp_path / "started-1").read_text())
    assert victim in workers
    os.kill(victim, signal.SIGKILL)
    until((tmp_path / "started-2").exists)  # the broker would have waited for an hour
    (tmp_path / "go").touch()
    until(lambda: not open_jobs())
    assert effects() == {"document": 1}
    assert Job.objects.get(key="document").attempts == 2


def test_a_job_longer_than_its_lease_is_not_given_to_a_second_worker(celery: Programs, tmp_path: Path) -> None:
    celery.start_workers()
    enqueue("faults.slow", "long", {"folder": str(tmp_path)})
    until((tmp_path / "started-1").exists)
    first_lease = Job.objects.get(key="long").lease_until
    assert first_lease
    until(lambda: datetime.now(UTC) > first_lease)
    assert executor.run(Job.objects.get(key="long").pk) is False
    (tmp_path / "go").touch()
    until(lambda: not open_jobs())
    assert effects() == {"long": 1}
    assert Job.objects.get(key="long").attempts == 1


def test_a_broker_that_forgets_everything_loses_no_job_and_poison_stops_nobody(celery: Programs) -> None:
    with transaction.atomic():
        enqueue("faults.poison", "poison", {}, due_at=PAST)
        for number in range(200):
            enqueue("faults.effect", f"n{number}", {}, due_at=PAST)
        for worker in celery.workers:  # nobody may be quicker than FLUSHALL
            worker.send_signal(signal.SIGSTOP)
    assert forget_everything(celery.valkey) >= 200  # the doorbell rang
    for worker in celery.workers:
        worker.send_signal(signal.SIGCONT)
    celery.start_workers()
    until(lambda: not open_jobs())
    assert effects() == {f"n{number}": 1 for number in range(200)}
    assert Job.objects.get(key="poison").state == State.DEAD
    assert Event.objects.filter(action="job.died", object_label="poison").count() == 1


def test_work_goes_on_while_the_broker_is_away_and_is_caught_up_when_it_is_back(celery: Programs) -> None:
    assert celery.valkey.process
    celery.valkey.process.kill()
    celery.valkey.process.wait()
    began = time.monotonic()
    for number in range(20):
        enqueue("faults.effect", f"n{number}", {})
    assert time.monotonic() - began < 1.5  # one attempt, then silence
    assert Job.objects.filter(state=State.PENDING).count() == 20
    celery.valkey.launch()
    celery.start_workers()
    celery.start_beat()
    until(lambda: not open_jobs(), dispatching=False)
    assert effects() == {f"n{number}": 1 for number in range(20)}


@pytest.fixture
def no_doorbell(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of an earlier test hear nothing."""
    monkeypatch.setattr(doorbell, "_silent_until", math.inf)


def test_dispatchers_at_the_same_instant_share_the_jobs(no_doorbell: None) -> None:
    with transaction.atomic():
        for number in range(300):
            enqueue("faults.effect", f"n{number}", {}, due_at=PAST)
    together, told = Barrier(4), [[], [], [], []]  # type: list[list[int]]

    def dispatch(number: int) -> None:
        together.wait()
        for _round in range(5):
            dispatcher.dispatch_due(told[number].append)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(dispatch, range(4)))
    published = [job for each in told for job in each]
    assert len(published) == len(set(published)) == 300


def test_one_job_given_to_eight_workers_takes_effect_once(no_doorbell: None) -> None:
    enqueue("faults.effect", "one", {})
    job, together = Job.objects.get(), Barrier(8)

    def run(_number: int) -> bool:
        together.wait()
        try:
            return executor.run(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(run, range(8))) == 1
    assert effects() == {"one": 1}


def test_a_commit_that_waits_for_a_lock_keeps_its_job(no_doorbell: None) -> None:
    """Somebody else takes a message of a job that is just being committed."""
    enqueue("faults.effect", "one", {})
    job = Job.objects.get()

    def run_meanwhile() -> bool:
        try:
            return executor.run(job.pk)
        finally:
            connection.close()

    held = claims.claim(job.pk)
    assert held
    Job.objects.update(lease_until=PAST)
    with ThreadPoolExecutor(1) as pool, held.commit():
        assert pool.submit(run_meanwhile).result() is False
    job.refresh_from_db()
    assert job.state == State.DONE
