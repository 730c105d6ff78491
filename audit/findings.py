"""What a check of the trail can say: one finding with its place and a sentence in both languages."""

from dataclasses import asdict, dataclass
from typing import Any

from accounts.language import pick


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written, or not as it must be.

    Args:
        kind: stable class of finding, e.g. ``row_hash``.
        zh, en: one sentence for people.
        stream, seq, event_id: the first bad place, where there is one.
        warning: worth a look, but no proof of tampering.
    """

    kind: str
    zh: str
    en: str
    stream: str = ""
    seq: int | None = None
    event_id: int | None = None
    warning: bool = False

    @property
    def sentence(self) -> str:
        return pick(self.zh, self.en)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
