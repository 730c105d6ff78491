"""The hash chain of one stream (trust reference 2.2) as pure functions; the database trigger agrees."""

import hashlib
from typing import Final

ORIGIN: Final = "countersign/audit/v1:"


def genesis(stream: str) -> bytes:
    """What the first event of a stream points back to: SHA-256(origin || stream)."""
    return hashlib.sha256((ORIGIN + stream).encode()).digest()


def row_hash(prev_hash: bytes, stream_seq: int, body: str) -> bytes:
    """SHA-256(0x00 || prev_hash || int64be(stream_seq) || body)."""
    return hashlib.sha256(b"\x00" + prev_hash + stream_seq.to_bytes(8, "big") + body.encode()).digest()


def commitment(salt: bytes, value: str) -> str:
    """What the body says about a personal value: SHA-256(salt || value) in hex; nothing without the salt."""
    return hashlib.sha256(salt + value.encode()).hexdigest()
