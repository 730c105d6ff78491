"""A refusal that every channel shows the same way: a page as a message, the API as RFC 9457 problem details."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Problem(Exception):
    """Something that was asked for and is refused, with the reason in the user's language.

    Args:
        code: stable machine name, e.g. ``step_closed``.
        status: HTTP status (400, 403, 404, 409, 413, 422, 428).
        title: one sentence for people.
        errors: one entry per field: ``{"field": ..., "message": ...}``.
        extra: further members of the problem document.
    """

    code: str
    status: int
    title: str
    errors: list[dict[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.title)

    def __str__(self) -> str:
        return str(self.title)
