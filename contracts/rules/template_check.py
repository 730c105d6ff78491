"""Checking a contract template: the package, its marks and fields, its clauses, and whether it can be set and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from contracts.pipeline.package import PackageError
from contracts.pipeline.pictures import named_pictures
from contracts.pipeline.wordml import Word
from contracts.rules.clause_text import FRAME, ClauseText, library_texts
from contracts.rules.fields import FIELDS, QR
from contracts.rules.findings import ERROR, FILE, Finding, Place, finding, listed
from contracts.rules.template_check_marks import read_marks
from contracts.rules.template_check_package import scan
from contracts.rules.template_check_text import Reading, read_text


@dataclass(frozen=True)
class LibraryClause:
    """What the check needs to know of a clause: whether a template must have it and what it says today."""

    code: str
    title_zh: str
    title_en: str
    mandatory: bool
    text_zh: str
    text_en: str


@dataclass
class Checked:
    """The outcome: findings in order of weight, the text by clause, the fields that are printed."""

    findings: list[Finding]
    clauses: list[ClauseText] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was found that forbids the use of the file."""
        return not any(one.severity == ERROR for one in self.findings)


def check_template(data: bytes, language: str, library: Sequence[LibraryClause]) -> Checked:
    """Check an uploaded .docx. Never raises for a bad file: it says what is wrong and where.

    Args:
        language: of the template, "zh-hans", "en" or "bilingual".
        library: the clauses that its texts are compared with.
    """
    found, parts = scan(data)
    if not parts or any(one.severity == ERROR for one in found):
        return Checked(listed(found))
    try:
        word = Word.open(data)
        reading = read_text(word)
        names = named_pictures(parts)
    except (PackageError, etree.XMLSyntaxError, ValueError, RecursionError) as error:
        return Checked(listed([*found, finding("bad_part", detail=str(error))]))
    found += reading.findings
    uses = _marks(word, reading, found)
    if QR not in names:
        found.append(finding("missing_qr"))
    found += _missing_fields(uses, library)
    found += _clauses(reading.clauses, language, library)
    return Checked(listed(found), reading.clauses, sorted(uses))


def _marks(word: Word, reading: Reading, found: list[Finding]) -> set[str]:
    """Read the marks of each part on its own; each clause is told the fields that it prints."""
    body = [(line.text, line.place) for line in reading.lines if line.place.clause != FRAME]
    frame = [(line.text, line.place) for line in reading.lines if line.place.clause == FRAME]
    core = Place("文件属性", "Document properties", "", FRAME)
    texts = word.xml("docProps/core.xml").itertext() if "docProps/core.xml" in word.parts else ()
    properties = [(str(text), core) for text in texts]
    uses: set[str] = set()
    by_clause: dict[str, set[str]] = {}
    for lines in (body, frame, properties):
        marks = read_marks(lines)
        found += marks.findings
        for path, code in marks.uses:
            uses.add(path)
            by_clause.setdefault(code, set()).add(path)
    for clause in reading.clauses:
        clause.fields = sorted(by_clause.get(clause.code, ()))
    return uses


def _missing_fields(uses: set[str], library: Sequence[LibraryClause]) -> list[Finding]:
    codes = {clause.code for clause in library}
    return [
        finding("missing_field", detail=one.path, zh=one.zh, en=one.en, clause=one.clause)
        for one in FIELDS.values()
        if one.required and one.path not in uses and one.clause in codes
    ]


def _clauses(clauses: list[ClauseText], language: str, library: Sequence[LibraryClause]) -> list[Finding]:
    known = {clause.code: clause for clause in library}
    present = [clause for clause in clauses if clause.code != FRAME]
    if not present:
        return [finding("no_clauses")]
    found: list[Finding] = []
    seen: set[str] = set()
    for clause in present:
        place = Place(f"条款 {clause.code}", f"Clause {clause.code}", clause.title, clause.code)
        if clause.code not in known:
            found.append(finding("unknown_clause", place, detail=clause.code))
            continue
        if clause.code in seen:
            found.append(finding("clause_twice", place, detail=clause.code))
        seen.add(clause.code)
        found += _against_library(clause, known[clause.code], language, place)
    for ours in library:
        if ours.code not in seen:
            code = "clause_missing" if ours.mandatory else "optional_missing"
            found.append(finding(code, FILE, **_names(ours), number=ours.code[1:]))
    return found


def _against_library(clause: ClauseText, ours: LibraryClause, language: str, place: Place) -> list[Finding]:
    if not clause.lines:
        return [finding("clause_empty", place, **_names(ours))]
    said = library_texts(clause.to_json(), language)
    wanted = {"zh": ours.text_zh, "en": ours.text_en}
    differs = any(text != wanted[key] for key, text in said.items())
    return [finding("clause_changed", place, **_names(ours))] if differs else []


def _names(clause: LibraryClause) -> dict[str, str]:
    return {"detail": clause.code, "zh": clause.title_zh, "en": clause.title_en}


def from_json(rows: Sequence[Mapping[str, Any]]) -> list[LibraryClause]:
    """The clauses as the limited process gets them."""
    return [LibraryClause(**row) for row in rows]
