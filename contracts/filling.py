"""From a published template to the paper of one contract: deviating clauses replaced, values chosen and checked."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.oxml.ns import qn
from lxml import etree

from contracts.models import TemplateVersion
from contracts.pipeline import package
from contracts.pipeline.package import parse_xml
from contracts.pipeline.wordml import Element, Word, local, tag, value
from contracts.rules import fields
from contracts.rules.clause_text import clause_code, normal
from jobs import storage

# The values of replaced clauses in the context, by clause code.
REPLACED: Final = "replaced"
XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


class FillError(ValueError):
    """The template can't be filled with these values; `path` names the field or the clause."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True)
class Filled:
    """A Word template of one contract and the data that it prints."""

    template: bytes
    context: dict[str, Any]


def fill(
    version: TemplateVersion, values: Mapping[str, Any], replaced: Mapping[str, Sequence[str]] | None = None
) -> Filled:
    """Prepare the paper of a contract.

    Args:
        values: finished texts, nested as in rules.fields; what the template does not print is left out.
        replaced: the lines of deviating clauses by code; they are data and never read as marks.

    Raises:
        FillError: a printed field has no text, or the template has no such clause.
    """
    deviations = {code: [normal(line) for line in lines if normal(line)] for code, lines in (replaced or {}).items()}
    for code, lines in deviations.items():
        if code not in {clause["code"] for clause in version.clauses}:
            raise FillError(code, "the template has no such clause")
        if not lines:
            raise FillError(code, "a clause cannot be replaced by nothing")
    paths = printed(version, deviations)
    missing = fields.problems(values, paths)
    if missing:
        raise FillError(missing[0], "no text")
    context = fields.only(values, paths)
    template = storage.get(version.sha256)
    if deviations:
        context[REPLACED] = {code: [{"line": line} for line in lines] for code, lines in deviations.items()}
        template = replace_clauses(template, list(deviations))
    return Filled(template, context)


def printed(version: TemplateVersion, replaced: Mapping[str, object]) -> set[str]:
    """The fields that the paper prints when these clauses are replaced; those of the document itself are not ours."""
    kept = {path for clause in version.clauses if clause["code"] not in replaced for path in clause["fields"]}
    return {path for path in kept if path.split(".")[0] != fields.IDENTITY}


def replace_clauses(docx: bytes, codes: Sequence[str]) -> bytes:
    """The template with the text of some clauses exchanged for a loop over `replaced.<code>`; headings stay."""
    word = Word.open(docx)
    root = word.xml("word/document.xml")
    body = root.find(tag("body"))
    assert body is not None  # noqa: S101 - the check of templates has seen it
    current = ""
    first_text: dict[str, Element] = {}
    for child in list(body):
        style = value(child.find(tag("pPr")), "pStyle") if local(child) == "p" else None
        code = clause_code(value(word.styles[style], "name") or style) if style and style in word.styles else None
        if code is not None:
            current = code
            if code in codes:
                first_text[code] = child
        elif current in codes and local(child) in ("p", "tbl"):
            body.remove(child)
    for code, heading in first_text.items():
        for paragraph in reversed(_loop(code, word)):
            heading.addnext(paragraph)
    word.parts["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return package.write(word.parts)


def _loop(code: str, word: Word) -> list[Element]:
    marks = (f"{{%p for row in {REPLACED}.{code} %}}", "{{ row.line }}", "{%p endfor %}")
    style = "ClauseText" if "ClauseText" in word.styles else word.default_styles.get("paragraph", "Normal")
    return [_paragraph(mark, style) for mark in marks]


def _paragraph(text: str, style: str) -> Element:
    paragraph = parse_xml(f'<w:p xmlns:w="{qn("w:p")[1:].split("}")[0]}"><w:pPr/><w:r><w:t/></w:r></w:p>')
    properties, run = paragraph[0], paragraph[1]
    etree.SubElement(properties, tag("pStyle")).set(tag("val"), style)
    run[0].text = text
    run[0].set(XML_SPACE, "preserve")
    return copy.deepcopy(paragraph)
