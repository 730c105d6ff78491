"""Which function does which kind of job. ``<app>/tasks.py`` registers; AppConfig.ready imports it."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.claims import Claim

__all__ = ["Claim", "GiveUpError", "Handler", "Kind", "find", "handler", "periodic"]

Handler = Callable[[Claim], None]
MAX_ATTEMPTS = 5


class GiveUpError(Exception):
    """Raised by a handler when no further attempt can succeed: the job is dead at once."""


@dataclass(frozen=True)
class Kind:
    """A kind of job: who does it, how often it is tried, and how often it comes due by itself."""

    name: str
    run: Handler
    max_attempts: int
    every_seconds: int | None


_kinds: dict[str, Kind] = {}


def handler(
    kind: str, *, max_attempts: int = MAX_ATTEMPTS, every_seconds: int | None = None
) -> Callable[[Handler], Handler]:
    """Register the decorated function for a kind of job.

    Args:
        max_attempts: claims after which the job is dead (a killed worker counts).
        every_seconds: the dispatcher enqueues the kind by itself once in every such period.

    Raises:
        ValueError: when the kind already has another handler.
    """

    def register(func: Handler) -> Handler:
        known = _kinds.get(kind)
        if known and (known.run.__module__, known.run.__qualname__) != (func.__module__, func.__qualname__):
            raise ValueError(f"job kind {kind!r} already has a handler")
        _kinds[kind] = Kind(kind, func, max_attempts, every_seconds)
        return func

    return register


def find(kind: str) -> Kind:
    """The registered kind; LookupError when no app has registered it."""
    try:
        return _kinds[kind]
    except KeyError:
        raise LookupError(f"no handler is registered for jobs of kind {kind!r}") from None


def periodic() -> list[Kind]:
    """Kinds that come due by themselves."""
    return [kind for kind in _kinds.values() if kind.every_seconds]
