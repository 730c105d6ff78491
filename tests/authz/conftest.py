"""One world for a whole module, because it takes seconds to make; each test sees it untouched."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.authz.world import World, build


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction that leaves nothing, and that counts as none for code that asks for a new one."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]  # as django.test.TestCase does
    with atomic:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), rolled_back():
        patch.setattr("django.conf.settings.COUNTERSIGN_DATA", tmp_path_factory.mktemp("data"))
        yield build()


@pytest.fixture
def world(made: World, django_db_blocker: Any) -> Iterator[World]:
    cache.clear()
    with django_db_blocker.unblock(), rolled_back():
        yield made
