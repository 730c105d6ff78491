"""A real broker and real workers, which the tests kill. Workers start slowly, so survivors serve the next test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from kombu import Connection

from config.embedded import Valkey, die_with_parent
from jobs import dispatcher, doorbell

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # only a test that fails waits so long
WORKER = ("worker", "-P", "solo", "--without-gossip", "--without-mingle", "-I", "tests.faults.work")


class Programs:
    """Celery processes on one broker and on the test database."""

    def __init__(self, logs: Path) -> None:
        self.valkey = Valkey()
        self.logs = logs
        self.workers: list[subprocess.Popen[bytes]] = []
        self.others: list[subprocess.Popen[bytes]] = []

    def start_workers(self, wanted: int = 1) -> list[int]:
        """Start workers until so many are alive; return their process ids."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < wanted:
            self.workers.append(self._celery(*WORKER))
        return [worker.pid for worker in self.workers]

    def start_beat(self) -> None:
        """Start the clock that makes a worker dispatch every second."""
        schedule = self.logs / "schedule"
        self.others.append(self._celery("beat", "--pidfile=", "--schedule", str(schedule)))

    def stop(self, processes: list[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.kill()
            process.wait()
        processes.clear()

    def _celery(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "celery", "-q", "-A", "config.celery", *options]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "BROKER_URL": self.valkey.url(),
        }
        with (self.logs / f"{options[0]}-{time.monotonic_ns()}.log").open("wb") as log:
            return subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True, env=environment,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )  # fmt: skip


@pytest.fixture(scope="module")
def programs(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """The broker, and workers that outlive the tests which do not kill them."""
    running = Programs(tmp_path_factory.mktemp("celery"))
    running.valkey.start()
    before = current_app.conf.broker_url
    _publish_to(running.valkey.url())
    yield running
    _publish_to(before)
    running.stop(running.workers)
    running.valkey.stop()


@pytest.fixture
def celery(
    programs: Programs, transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Programs]:
    """An empty broker, to which this process publishes; beat ends with the test."""
    settings.JOBS_LEASE_SECONDS = 1.5
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    forget_everything(programs.valkey)
    yield programs
    programs.stop(programs.others)


def _publish_to(address: str) -> None:
    current_app.conf.broker_url = address
    current_app._after_fork()  # forget open connections


def forget_everything(valkey: Valkey) -> int:
    """FLUSHALL; return how many messages were waiting."""
    with Connection(valkey.url()) as link:
        client = link.default_channel.client
        waiting: int = client.llen("celery")
        client.flushall()
    return waiting


def until(condition: Callable[[], object], *, dispatching: bool = True) -> None:
    """Be the dispatcher until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        if dispatching:
            dispatcher.dispatch_due(doorbell.publish)
        time.sleep(0.05)
