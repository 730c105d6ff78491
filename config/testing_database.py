"""Test databases: clones of a migrated template, and a verified audit trail after every test that commits.

* Migrations run once into a template database whose name is a fingerprint of everything that shapes it; every
  run, and every xdist worker, gets a clone of the template (about 0.05 s), so it is never stale.
* A test that commits (``transactional_db``, ``live_server``, ``TransactionTestCase``) cannot be cleaned with
  TRUNCATE: the audit tables refuse it. The database is dropped and cloned again instead, after the trail that
  the test left has been verified: a finding fails the test. A test that damages the trail on purpose says so
  with ``@pytest.mark.damages_audit``.

Loaded by `config.testing` after pytest-django, so that its ``django_db_setup`` gives way to ours.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.testing import ROOT

TEMPLATE_PREFIX = "countersign_template_"
FINGERPRINTED = (
    "*/migrations/*.py",
    "*/*.json",
    "*/data/*",
    "audit/append_only.py",
    "audit/sql.py",
    "config/settings.py",
    "config/testing_database.py",
)

_current: list[pytest.Item] = []
_verified = {"databases": 0, "events": 0}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember whose database is cleaned later."""
    _current[:] = [item]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand an xdist worker's audit figures to the controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["audit_verified"] = dict(_verified)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up the audit figures of the xdist workers."""
    for key, value in getattr(node, "workeroutput", {}).get("audit_verified", {}).items():
        _verified[key] += value


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much audit trail was verified."""
    if _verified["databases"]:
        terminalreporter.write_line(
            f"audit trail verified in {_verified['databases']} databases, {_verified['events']} events"
        )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A test reads English where no reader's language says otherwise, and leaves no language to the next one."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Clone the template for this process; verify its audit trail and drop it at the end."""
    from django.db import connection
    from django.test import TransactionTestCase

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    name = "_".join(filter(None, ["test", connection.settings_dict["NAME"] or "countersign", worker]))
    with django_db_blocker.unblock():
        template = build_template()
        clone(template, name)
    _use_database(name)

    def clean(case: TransactionTestCase) -> None:
        """Replaces Django's flush."""
        try:
            verify_audit_of(_current[0] if _current else None)
        finally:
            clone(template, name)

    flush = "_fixture_teardown"  # a private name that has been stable for as long as Django has had it
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, flush, clean)
        yield
    with django_db_blocker.unblock():
        try:
            verify_audit_of(None)
        finally:
            with maintenance() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _use_database(name: str) -> None:
    """Point Django at the test database; connections end with their request, for live_server's threads."""
    from django.conf import settings
    from django.db import connection

    for known in (settings.DATABASES["default"], connection.settings_dict):
        known["NAME"] = name
        known["CONN_MAX_AGE"] = 0
        known.setdefault("OPTIONS", {}).pop("pool", None)
    # Child processes of a test (manage.py, a Celery worker) must find the same database.
    base = os.environ["DATABASE_URL"]
    head, _, query = base.partition("?")
    os.environ["DATABASE_URL"] = f"{head.rsplit('/', 1)[0]}/{name}{'?' + query if query else ''}"


@contextmanager
def maintenance() -> Iterator[Any]:
    """A cursor on the server's own database, with no connection of ours left to any other."""
    from django.db import connection, connections

    connections.close_all()
    with connection._nodb_cursor() as cursor:
        yield cursor


def clone(template: str, name: str) -> None:
    """Replace database `name` by a fresh clone of `template`."""
    with maintenance() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY wal_log')


def fingerprint() -> str:
    """Digest of everything that shapes the migrated database."""
    from django.conf import settings

    digest = hashlib.sha256(f"{platform.python_version()} {settings.INSTALLED_APPS}".encode())
    for name in shaping_files():
        digest.update(name.encode())
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


def shaping_files() -> list[str]:
    """The files of the fingerprint, none of which is made while tests run: every process must find the same."""
    files = {path for pattern in FINGERPRINTED for path in ROOT.glob(pattern) if path.is_file()}
    names = [str(path.relative_to(ROOT)) for path in [ROOT / "requirements.lock", *sorted(files)]]
    return [name for name in names if not name.startswith((".", "node_modules", "staticfiles", "tests", "bench"))]


def build_template() -> str:
    """Migrate into the template database unless this fingerprint has one; return its name."""
    from django.core.management import call_command

    template = TEMPLATE_PREFIX + fingerprint()
    with maintenance() as cursor:
        cursor.execute("SET lock_timeout = 0")  # another process may be migrating: wait for it
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(hashtext('countersign test template'))")
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [TEMPLATE_PREFIX + "%"])
        existing = {row[0] for row in cursor.fetchall()}
        if template in existing:
            return template
        partial = "countersign_partial"
        if os.environ.get("COUNTERSIGN_TEST_EMBEDDED"):  # the cluster is ours alone: drop what is outdated
            for old in existing:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        cursor.execute(f'DROP DATABASE IF EXISTS "{partial}" WITH (FORCE)')
        cursor.execute(f"CREATE DATABASE \"{partial}\" TEMPLATE template0 ENCODING 'UTF8'")
        with _connected_to(partial):
            call_command("migrate", verbosity=0, interactive=False)
        cursor.execute(f'ALTER DATABASE "{partial}" RENAME TO "{template}"')
    return template


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    """Use one database for a while; the maintenance connection stays open beside it."""
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def verify_audit_of(item: pytest.Item | None) -> None:
    """Fail when the trail in the test database has a finding."""
    if importlib.util.find_spec("audit.verify") is None:
        return
    if item is not None and item.get_closest_marker("damages_audit"):
        return
    from django.db import connection

    connection.close()  # a test may have left it in a broken transaction
    report = importlib.import_module("audit.verify").verify()
    _verified["databases"] += 1
    _verified["events"] += report.events
    if report.findings:
        lines = "\n".join(str(finding) for finding in report.findings)
        pytest.fail(f"The test left an audit trail that does not verify:\n{lines}", pytrace=False)
