"""Checking one event after the other against its stream: position, links, hash, form, projections, time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit import canonical, chain
from audit.findings import Finding

CLOCK_TOLERANCE: Final = timedelta(seconds=2)
# Position in the row -> where the body has it. `at` is compared as an instant.
_PROJECTIONS: Final = {
    6: ("action",),
    8: ("actor", "id"),
    9: ("actor", "name"),
    10: ("object", "type"),
    11: ("object", "id"),
    12: ("object", "label"),
    13: ("request_no",),
    14: ("customer", "id"),
    15: ("customer", "label"),
}
_SENTENCES: Final = {
    "sequence_gap": ("该流在此处之前缺少事件或序号重复。", "Events before this one are missing or doubled."),
    "prev_hash": ("事件没有接续前一事件的哈希。", "The event does not continue from the one before it."),
    "row_hash": ("事件内容与其哈希不符。", "The text of the event does not have its hash."),
    "unreadable": ("事件内容无法读取。", "The text of the event cannot be read."),
    "not_canonical": ("事件内容不是规范格式。", "The text of the event is not in canonical form."),
    "wrong_stream": ("事件属于另一个流。", "The event belongs to another stream."),
    "projection": ("显示的列与事件内容不一致。", "A column shows something else than the text of the event."),
    "time_backwards": (
        "事件时间早于同一流中的前一事件。",
        "The event is earlier than the one before it in the stream.",
    ),
}


@dataclass
class StreamChecker:
    """Remembers the end of the stream it is in; rows come ordered by stream and position."""

    stream: str | None = None
    seq: int = 0
    last_hash: bytes = b""
    last_at: datetime | None = None

    def check(self, row: tuple[Any, ...]) -> Iterator[Finding]:
        """Yield what is wrong with the next row."""
        event_id, stream, seq, body, prev_hash, row_hash = row[:6]
        if stream != self.stream:
            self.stream, self.seq, self.last_hash, self.last_at = stream, 0, chain.genesis(stream), None
        for kind in self._links(seq, body, bytes(prev_hash), bytes(row_hash)):
            yield _finding(kind, stream, seq, event_id)
        for kind in self._content(row, stream, body):
            yield _finding(kind, stream, seq, event_id, warning=kind == "time_backwards")
        self.seq, self.last_hash = seq, bytes(row_hash)

    def _links(self, seq: int, body: str, prev_hash: bytes, row_hash: bytes) -> Iterator[str]:
        if seq != self.seq + 1:
            yield "sequence_gap"
        elif prev_hash != self.last_hash:  # after a gap the link cannot fit
            yield "prev_hash"
        if chain.row_hash(prev_hash, seq, body) != row_hash:
            yield "row_hash"

    def _content(self, row: tuple[Any, ...], stream: str, body: str) -> Iterator[str]:
        try:
            content = canonical.loads(body)
        except canonical.NotCanonicalError:
            content = _any_json(body)
            if content is None:
                yield "unreadable"
                return
            yield "not_canonical"
        if content.get("stream") != stream:
            yield "wrong_stream"
        if not _projections_agree(row, content):
            yield "projection"
        at = row[7]
        if self.last_at is not None and at is not None and at < self.last_at - CLOCK_TOLERANCE:
            yield "time_backwards"
        self.last_at = at or self.last_at


def committed(refs: str | None, name: str, salt: bytes, value: str) -> bool:
    """Whether the event's references contain this value's commitment."""
    wanted = {"field": name, "sha256": chain.commitment(salt, value)}
    return wanted in (json.loads(refs) if refs else [])


def _finding(kind: str, stream: str, seq: int, event_id: int, *, warning: bool = False) -> Finding:
    zh, en = _SENTENCES[kind]
    return Finding(kind, zh, en, stream, seq, event_id, warning)


def _any_json(body: str) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _projections_agree(row: tuple[Any, ...], content: dict[str, Any]) -> bool:
    at = row[7]
    if at is None or f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" != content.get("at"):
        return False
    return all(row[position] == _at_path(content, path) for position, path in _PROJECTIONS.items())


def _at_path(content: dict[str, Any], path: tuple[str, ...]) -> Any:
    """The value as the database projects it: numbers may be missing, texts are then empty."""
    value: Any = content
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if path[-1] == "id" and path[0] in ("actor", "customer"):
        return value
    return "" if value is None else str(value)
