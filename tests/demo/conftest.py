"""The demo, prepared once from nothing as its first start does: looked at while it rests, run at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import pytest
from django.db import connections, transaction

from config.embedded import DATABASE_USER, Postgres
from tests.demo.program import prepare


@pytest.fixture(scope="session")
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's folder with its database, and what was printed: the logins."""
    if hasattr(request.config, "workerinput"):  # a second process that makes it costs more than all tests together
        (tmp_path_factory.getbasetemp().parent / "the-only-demo").mkdir()
    home = tmp_path_factory.mktemp("demo")
    return home, prepare(home)


@pytest.fixture(scope="module")
def demo(prepared: tuple[Path, str], django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Django looks at the demo's own database; what a test writes is rolled back."""
    home, _logins = prepared
    server = Postgres(home / "postgres")
    server.start()
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            django_db_blocker.unblock(),
            connected_to(server.url(DATABASE_USER)),
        ):
            patch.setattr("django.conf.settings.COUNTERSIGN_DATA", home / "data")
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
    finally:
        server.stop()


@contextmanager
def connected_to(address: str) -> Iterator[None]:
    """Use another server for a while."""
    connection = connections["default"]
    connection.close()
    usual, other = connection.settings_dict, environ.Env.db_url_config(address)
    connection.settings_dict = {**usual, **other, "OPTIONS": {**usual["OPTIONS"], **other["OPTIONS"]}}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual
