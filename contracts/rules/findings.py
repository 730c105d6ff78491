"""What a check of a template found: at which place, how bad, and what to do about it, in both languages."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

# The words of all findings, by code: severity, what is wrong, how to mend it.
WORDS: Final[Mapping[str, Mapping[str, str]]] = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "findings.json").read_text(encoding="utf-8")
)
ERROR, NOTICE = "error", "notice"
# A file that is wrong everywhere is not explained a thousand times.
MOST: Final = 60
MOST_ALIKE: Final = 8


@dataclass(frozen=True)
class Place:
    """Where something stands: words for people in both languages, the text there, the clause."""

    zh: str
    en: str
    excerpt: str = ""
    clause: str = ""


FILE: Final = Place("整个文件", "The file")


@dataclass(frozen=True)
class Finding:
    """One thing found; an error forbids the use of the file, a notice is for the reader."""

    code: str
    severity: str
    place_zh: str
    place_en: str
    excerpt: str
    clause: str
    zh: str
    en: str
    cure_zh: str
    cure_en: str

    def to_json(self) -> dict[str, str]:
        """As plain data."""
        return asdict(self)


def finding(code: str, place: Place = FILE, **values: object) -> Finding:
    """A finding with its words; `values` fill the {names} in them."""
    words = WORDS[code]
    texts = [_filled(words[name], values) for name in ("zh", "en", "cure_zh", "cure_en")]
    return Finding(code, words["severity"], place.zh, place.en, _short(place.excerpt), place.clause, *texts)


def listed(found: list[Finding]) -> list[Finding]:
    """Errors first, otherwise in the order of the document; repetitions beyond a measure are left out."""
    seen: dict[str, int] = {}
    kept = []
    for one in sorted(dict.fromkeys(found), key=lambda one: one.severity != ERROR):
        seen[one.code] = seen.get(one.code, 0) + 1
        if seen[one.code] <= MOST_ALIKE:
            kept.append(one)
    return kept[:MOST]


def _filled(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", _short(str(value)))
    return text


def _short(text: str) -> str:
    """One line of visible characters: what an uploaded file says is shown, never trusted."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= 120 else line[:119] + "…"
