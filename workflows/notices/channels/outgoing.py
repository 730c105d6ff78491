"""What every channel is given, and the two ways in which it may fail."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message to one person.

    Args:
        to: the address or name by which the channel knows the person.
        subject: one line without amounts; short channels send it and the address, nothing else.
        text, html: the whole message, for mail.
        url: where the reader goes on.
        message_id: the same in every attempt, so that a receiver can tell a repetition.
        thread: what all messages about one request share.
    """

    to: str
    subject: str
    text: str
    url: str
    message_id: str
    html: str = ""
    thread: str = ""


class Channel(Protocol):
    """One way out."""

    def send(self, message: Outgoing) -> str:
        """Hand the message over; return the receiver's id for it, or ours.

        Raises:
            UnavailableError: try again later (time-out, 5xx, rate limit).
            RefusedError: trying again cannot help (unknown person, wrong signature).
        """


class UnavailableError(Exception):
    """The receiver cannot take the message now."""


class RefusedError(Exception):
    """The receiver will never take this message."""
