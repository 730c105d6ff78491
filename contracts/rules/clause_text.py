"""The text of a contract template by clause, normalised so that layout makes no difference and words do."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Header, footer and pictures: text outside the clauses that is compared like one.
FRAME: Final = "FRAME"
_STYLE = re.compile(r"clause[ _-]?(\d{2})", re.I)
_CONTROL = re.compile(r"^\{%.*%\}$")
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass
class ClauseText:
    """One clause as it stands in a file: its heading, its lines in order, the fields it prints.

    A line is a paragraph, or a table row with its cells joined by " | ".
    """

    code: str
    title: str
    lines: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    """The lines outside tables."""
    fields: list[str] = field(default_factory=list)

    @property
    def position(self) -> int:
        """Its place in the contract; the frame comes last."""
        return int(self.code[1:]) if self.code != FRAME else 99

    @property
    def sha256(self) -> str:
        """Over heading and lines: equal for two files that say the same."""
        return hashlib.sha256("\n".join([self.title, *self.lines]).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """As plain data, the form in which a version keeps it."""
        kept = {name: getattr(self, name) for name in ("code", "title", "lines", "prose", "fields")}
        return {**kept, "position": self.position, "sha256": self.sha256}


def clause_code(style_name: str) -> str | None:
    """The clause that a heading with this paragraph style begins: "Clause 09" is C09."""
    match = _STYLE.fullmatch(style_name.strip())
    return f"C{match[1]}" if match else None


def normal(text: str) -> str:
    """Without differences that nobody reads: runs of white space are one space."""
    return " ".join(text.split())


def digest(clauses: Iterable[Mapping[str, Any]]) -> str:
    """Over all clauses in the order of the document, their words and their fields."""
    pieces = (f"{one['code']} {one['sha256']} {' '.join(sorted(one['fields']))}" for one in clauses)
    return hashlib.sha256("\n".join(pieces).encode()).hexdigest()


def prose(lines: Iterable[str], language: str) -> str:
    """The paragraphs of a clause in one language ("zh-hans" or "en"), as the library keeps them.

    Marks that stand alone are left out; in a bilingual clause paragraphs with Chinese characters are the Chinese ones.
    """
    wanted = [line for line in lines if line and not _CONTROL.match(line)]
    return "\n".join(line for line in wanted if bool(_CJK.search(line)) == (language == "zh-hans"))


def library_texts(clause: Mapping[str, Any], language: str) -> dict[str, str]:
    """What a clause of a file says in each language that the file has: {"zh": …, "en": …}."""
    if language != "bilingual":
        kept = "\n".join(line for line in clause["prose"] if line and not _CONTROL.match(line))
        return {"zh" if language == "zh-hans" else "en": kept}
    return {"zh": prose(clause["prose"], "zh-hans"), "en": prose(clause["prose"], "en")}
