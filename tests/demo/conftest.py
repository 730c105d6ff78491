"""The demo company, made once for all tests of this folder and rolled back after them."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker makes the company; it takes longer than all tests that look at it."""
    for item in items:
        if item.path.parent.name == "demo":
            item.add_marker(pytest.mark.xdist_group("demo"))


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The seeded database; the value is what the command printed."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr("django.conf.settings.COUNTERSIGN_DATA", tmp_path_factory.mktemp("demo"))
        printed = StringIO()
        call_command("seed_demo", stdout=printed)
        yield printed.getvalue()
        transaction.set_rollback(True)
