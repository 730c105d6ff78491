"""The database of the bench: an embedded PostgreSQL with fsync on, a company, and many waiting steps."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.embedded import Postgres, Valkey

# As on a small server; everything that makes a commit safe stays on.
OPTIONS = ["shared_buffers=256MB", "max_wal_size=4GB", "work_mem=16MB", "synchronous_commit=on", "fsync=on"]


@contextmanager
def database() -> Iterator[None]:
    """Start a new server, migrate, and delete everything at the end; Django is set up inside."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-bench-"))
    server, broker = Postgres(folder / "pg", options=OPTIONS), Valkey()
    try:
        server.start()
        broker.start()
        os.environ["BROKER_URL"] = broker.url()
        _create(server)
        os.environ["DATABASE_URL"] = server.url("bench")
        os.environ["COUNTERSIGN_DATA"] = str(folder / "data")
        os.environ["LOG_LEVEL"] = "WARNING"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        _set_up()
        yield
    finally:
        broker.stop()
        server.stop()
        server.destroy()
        shutil.rmtree(folder, ignore_errors=True)


def _create(server: Postgres) -> None:
    import psycopg

    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")


def _set_up() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import translation

    translation.activate("en")
    call_command("migrate", verbosity=0)


def company() -> Any:
    """The tests' company as unit `medical`, with customers for the waiting steps."""
    from tests import factories

    made = factories.company(code="medical")
    for number in range(50):
        factories.customer(made, code=f"Q{number}")
    return made


def vacuum() -> None:
    """Let the planner know what is there, and the visibility map be complete."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
