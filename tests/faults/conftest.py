"""A real broker and real workers, which the tests kill."""

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

from config.embedded import Valkey, die_with_parent
from jobs import dispatcher, doorbell

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 25.0
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def broker(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """A broker of our own, which this process publishes to."""
    valkey = Valkey()
    valkey.start()
    settings.JOBS_LEASE_SECONDS = 1.5
    monkeypatch.setitem(os.environ, "BROKER_URL", valkey.url())
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    before = current_app.conf.broker_url
    _publish_to(valkey.url())
    yield valkey
    _publish_to(before)
    valkey.stop()


def _publish_to(address: str) -> None:
    current_app.conf.broker_url = address
    current_app._after_fork()  # forget open connections


@pytest.fixture
def start(broker: Valkey, tmp_path: Path) -> Iterator[Start]:
    """Start `celery worker` or `celery beat`; whatever is left is killed at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def run(program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "celery", "-q", "-A", "config.celery", program, *options]
        with (tmp_path / f"{program}-{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.settings"},
            )  # fmt: skip
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def worker(start: Start) -> Callable[[], subprocess.Popen[bytes]]:
    """Start a worker that knows the jobs of the fault tests."""
    return lambda: start("worker", "-P", "solo", "--without-gossip", "--without-mingle", "-I", "tests.faults.work")


def until(condition: Callable[[], object], *, dispatching: bool = True) -> None:
    """Be the dispatcher until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        if dispatching:
            dispatcher.dispatch_due(doorbell.publish)
        time.sleep(0.05)
