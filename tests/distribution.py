"""How several processes share the tests (`--dist loadgroup`): by the file, the slowest first.

What a module makes once (a world, Celery workers) is made by one process only, and so is the demo. The mark
`xdist_group` cannot say this: pytest-xdist 3.8 hangs it on node ids in a way that pytest 9 does not look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/demo/",)  # one process makes the demo, looks at it and runs it
# What takes long begins first, so that nobody is left alone with it at the end.
SLOWEST = (
    "tests/demo/",
    "tests/recipe/",
    "tests/soak/",
    "tests/redteam/",
    "tests/properties/test_machine.py",
    "tests/faults/",
    "tests/journeys/",
    "tests/authz/",
    "tests/workflows/",
)


def unit(nodeid: str) -> str:
    """What the test with this id is run together with."""
    together = (folder for folder in TOGETHER if nodeid.startswith(folder))
    return next(together, nodeid.partition("::")[0])


def rank(nodeid: str) -> int:
    """Place in the queue, smallest first."""
    places = (place for place, prefix in enumerate(SLOWEST) if nodeid.startswith(prefix))
    return next(places, len(SLOWEST))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Units are given away in the order in which their tests are collected."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (rank(item.nodeid), unit(item.nodeid)))


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Take the place of xdist's own."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):
        """A process gets a whole unit at a time."""

        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    config.option.loadscopereorder = False
    return ByUnit(config, log)
