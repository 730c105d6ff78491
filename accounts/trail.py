"""How changes to people and roles reach the audit trail, although audit is the layer above.

`audit` plugs its `record` in when it starts. Without it nothing here can be changed: fail closed.
"""

from collections.abc import Callable
from typing import Any

_record: list[Callable[..., Any]] = []


def plug(record: Callable[..., Any]) -> None:
    """Called once by the audit app."""
    _record[:] = [record]


def record(action: str, **facts: Any) -> None:
    """Write an event; arguments as in `audit.services.record`."""
    if not _record:
        raise RuntimeError("the audit trail is not there, so nothing may change")
    _record[0](action, **facts)
