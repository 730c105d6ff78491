"""Ways out of the house. Each sends one message to one person, or says why not."""

from workflows.notices.channels.outgoing import Channel, Outgoing, RefusedError, UnavailableError
from workflows.notices.channels.registry import address_of, channel_of, configured

__all__ = [
    "Channel",
    "Outgoing",
    "RefusedError",
    "UnavailableError",
    "address_of",
    "channel_of",
    "configured",
]
