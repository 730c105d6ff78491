"""The paragraph styles of a contract in Word. The style of a heading says which clause begins there."""

from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from contracts.letters.paper import GREY, INK, NAVY, SANS, SERIF

TEXT, TEXT_EN, MARK = "ClauseText", "ClauseTextEnglish", "TemplateMark"


def heading_style(code: str) -> str:
    """The style of the heading of a clause: "Clause09" (named "Clause 09" in Word) for C09."""
    return f"Clause{code[1:]}"


def add_styles(paper: Document, codes: list[str], language: str) -> None:
    """Give the paper the styles of a contract and one heading style for each clause."""
    serif, sans = _fonts(SERIF), _fonts(SANS)
    size, line = (19, 1.35) if language == "en" else (21, 1.45)
    _add(paper, TEXT, "Clause text", _run(serif, size, INK), _paragraph(0, 60, line, justified=True))
    _add(paper, TEXT_EN, "Clause text English", _run(serif, 18, "3E4C59"), _paragraph(0, 110, 1.3, justified=True))
    _add(paper, MARK, "Template mark", _run(sans, 14, GREY), _paragraph(0, 0, 1.0))
    _add(
        paper,
        "ClauseHeading",
        "Clause heading",
        f"<w:rPr>{sans}<w:b/><w:color w:val='{NAVY}'/><w:sz w:val='22'/></w:rPr>",
        "<w:pPr><w:keepNext/><w:spacing w:before='220' w:after='80' w:line='290' w:lineRule='auto'/></w:pPr>",
    )
    title = (
        f"<w:rPr>{serif}<w:b/><w:color w:val='{NAVY}'/><w:spacing w:val='60'/><w:sz w:val='44'/></w:rPr>",
        "<w:pPr><w:spacing w:before='60' w:after='200' w:line='290' w:lineRule='auto'/><w:jc w:val='center'/></w:pPr>",
    )
    for code in codes:
        own = title if code == "C00" else ("", "")
        _add(paper, heading_style(code), f"Clause {code[1:]}", *own, parent="ClauseHeading")


def add_styled(paper: Document, text: str, style: str) -> Any:
    """Add a paragraph that looks as its style says."""
    paragraph = paper.add_paragraph()
    properties = paragraph._p.get_or_add_pPr()
    properties.insert(0, parse_xml(f"<w:pStyle {nsdecls('w')} w:val='{style}'/>"))
    paragraph.add_run(text)
    return paragraph


def _add(paper: Document, identifier: str, name: str, run: str, paragraph: str, parent: str = "Normal") -> None:
    style = parse_xml(
        f"<w:style {nsdecls('w')} w:type='paragraph' w:customStyle='1' w:styleId='{identifier}'>"
        f"<w:name w:val='{name}'/><w:basedOn w:val='{parent}'/><w:qFormat/>{paragraph}{run}</w:style>"
    )
    paper.styles.element.append(style)
    assert style.get(qn("w:styleId")) == identifier  # noqa: S101 - a style without an id would be lost


def _fonts(pair: tuple[str, str]) -> str:
    latin, chinese = pair
    return f"<w:rFonts w:ascii='{latin}' w:hAnsi='{latin}' w:eastAsia='{chinese}' w:cs='{latin}'/>"


def _run(fonts: str, half_points: int, colour: str) -> str:
    return f"<w:rPr>{fonts}<w:color w:val='{colour}'/><w:sz w:val='{half_points}'/></w:rPr>"


def _paragraph(before: int, after: int, line: float, *, justified: bool = False) -> str:
    spacing = f"<w:spacing w:before='{before}' w:after='{after}' w:line='{round(line * 240)}' w:lineRule='auto'/>"
    return f"<w:pPr>{spacing}{'<w:jc w:val=' + repr('both') + '/>' if justified else ''}</w:pPr>"
