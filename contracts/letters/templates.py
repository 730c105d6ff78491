"""Where the Word templates are and which engine each one's layout was approved with."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "letters"
SUFFIX = {"zh-hans": "zh", "en": "en"}
# One engine a template; to set one with LibreOffice, name it here after both results were looked at.
ENGINES = {
    "decision_notice_zh": "typst",
    "decision_notice_en": "typst",
    "approval_sheet_zh": "typst",
    "approval_sheet_en": "typst",
}


@dataclass(frozen=True)
class Template:
    """A Word template: its bytes, their hash and its engine."""

    name: str
    data: bytes
    engine: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def template_path(kind: str, language: str) -> Path:
    """The file of a letter in a language. Raises KeyError for a language without letters."""
    return FOLDER / f"{kind}_{SUFFIX[language]}.docx"


def load(kind: str, language: str) -> Template:
    """The template as it is on disk now."""
    path = template_path(kind, language)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: Path, changed: int) -> Template:
    return Template(path.stem, path.read_bytes(), ENGINES[path.stem])
