"""Where an action came from: page, API, background job or command; for the first two address and request."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Final


@dataclass(frozen=True)
class Origin:
    """Channel and address of what is going on; goes into every event."""

    channel: str = "command"
    ip: str = ""
    user_agent_hash: str = ""
    request_id: str = ""

    def to_json(self) -> dict[str, str]:
        """The members that say something."""
        return {name: value for name, value in asdict(self).items() if value}


COMMAND: Final = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=COMMAND)


def current() -> Origin:
    """The origin of what runs now; a command unless something else was said."""
    return _current.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[Origin]:
    """Everything recorded inside carries this origin."""
    token = _current.set(origin)
    try:
        yield origin
    finally:
        _current.reset(token)


@contextmanager
def channel(name: str, request_id: str = "") -> Iterator[Origin]:
    """Everything recorded inside came through this channel (``page``, ``api``, ``job``, ``command``)."""
    with coming_from(Origin(channel=name, request_id=request_id or uuid.uuid4().hex)) as origin:
        yield origin
