"""The list of things that can be recorded; each app registers its own, anything else is refused."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from accounts.language import pick

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_labels: dict[str, tuple[str, str]] = {}


class UnknownActionError(LookupError):
    """Somebody tried to record an action that no app has registered."""


def register(action: str, zh: str, en: str) -> None:
    """Add an action (``app.past_participle``) with what it is called in Chinese and in English.

    Raises:
        ValueError: for a name of another form, or a name that already means something else.
    """
    if not _NAME.fullmatch(action):
        raise ValueError(f"{action!r} is not of the form app.past_participle")
    if _labels.setdefault(action, (zh, en)) != (zh, en):
        raise ValueError(f"{action!r} is already registered as {_labels[action]}")


def known(action: str) -> None:
    """Raise UnknownActionError unless the action is registered."""
    if action not in _labels:
        raise UnknownActionError(f"{action!r} is not registered; add it to <app>/audit_actions.py")


def label(action: str) -> str:
    """The action in the reader's language; its bare name when a later release no longer knows it."""
    return pick(*_labels[action]) if action in _labels else action


def everything() -> Mapping[str, tuple[str, str]]:
    """All registered actions with (zh, en)."""
    return MappingProxyType(_labels)


def of_kind(kind: str) -> list[str]:
    """The registered actions whose name starts with ``<kind>.``."""
    return [action for action in _labels if action.partition(".")[0] == kind]


def kinds() -> list[str]:
    """The first parts of all registered actions, e.g. ``credit``."""
    return sorted({action.partition(".")[0] for action in _labels})
