"""The standard sales contract as a Word template, made from the clause library so that both always agree.

`manage.py build_letters` writes it in three versions to templates/letters/; a company edits the .docx in Word
and uploads it as a new version. A heading's style names its clause; everything up to the next heading belongs to it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from docx.document import Document

from contracts.letters.contract_styles import MARK, TEXT, TEXT_EN, add_styled, add_styles, heading_style
from contracts.letters.contract_tables import TABLES, add_footer
from contracts.letters.contract_words import article
from contracts.letters.paper import new_paper, save
from contracts.rules.template_check import LibraryClause

LIBRARY = Path(__file__).resolve().parents[1] / "data" / "clauses.json"


@cache
def library() -> dict[str, Any]:
    """The shipped clause library: code and title of the contract, its clauses with blocks in both languages."""
    found: dict[str, Any] = json.loads(LIBRARY.read_text(encoding="utf-8"))
    return found


def build_contract(language: str) -> bytes:
    """Return the .docx of the standard sales contract: "zh-hans", "en" or "bilingual"."""
    found = library()
    paper = new_paper("en" if language == "en" else "zh-hans", "{{ contract.no }}")
    paper.core_properties.author = "{{ company.name }}"
    add_styles(paper, [clause["code"] for clause in found["clauses"]], language)
    for clause in found["clauses"]:
        add_styled(paper, heading(clause, language), heading_style(clause["code"]))
        for block in clause["blocks"]:
            _add_block(paper, block, language)
    add_footer(paper, language)
    return save(paper)


def heading(clause: dict[str, Any], language: str) -> str:
    """What stands above the clause; the cover has the title of the contract."""
    zh, en = str(clause["title_zh"]), str(clause["title_en"])
    if clause["position"] == 0:
        return {"zh-hans": zh, "en": en, "bilingual": f"{zh}　{en}"}[language]
    return article(clause["position"], zh, en, language)


def text(clause: dict[str, Any], language: str) -> str:
    """The paragraphs of a clause in one language, as the library keeps them."""
    column = 2 if language == "en" else 1
    return "\n".join(block[column] for block in clause["blocks"] if block[0] == "p")


@cache
def library_clauses() -> tuple[LibraryClause, ...]:
    """The shipped clauses as the check of a template wants them."""
    return tuple(
        LibraryClause(
            clause["code"],
            clause["title_zh"],
            clause["title_en"],
            clause["need"] != "optional",
            text(clause, "zh-hans"),
            text(clause, "en"),
        )
        for clause in library()["clauses"]
    )


def _add_block(paper: Document, block: list[str], language: str) -> None:
    kind, *rest = block
    if kind == "p":
        chinese, english = rest
        if language != "en":
            add_styled(paper, chinese, TEXT)
        if language != "zh-hans":
            add_styled(paper, english, TEXT_EN if language == "bilingual" else TEXT)
    elif kind == "table":
        TABLES[rest[0]](paper, language)
    else:
        mark = {"if": f"if {rest[0]}" if rest else "", "else": "else", "end": "endif"}[kind]
        add_styled(paper, f"{{%p {mark} %}}", MARK)
