"""Every finding at its place, in both languages, with what to do about it."""

import re

import pytest

from contracts.letters.contract import build_contract, library, library_clauses
from contracts.rules.findings import WORDS, Finding
from contracts.rules.template_check import Checked, check_template
from tests.contracts.hostile import DOCUMENT, after_article_9, changed, packed, parts, said


def check(data: bytes, language: str = "zh-hans") -> Checked:
    return check_template(data, language, library_clauses())


def only(data: bytes, code: str) -> Finding:
    """The one finding with this code."""
    found = [one for one in check(data).findings if one.code == code]
    assert len(found) == 1, check(data).findings
    return found[0]


@pytest.mark.parametrize("language", ["zh-hans", "en", "bilingual"])
def test_the_shipped_contract_has_all_clauses_and_fields_and_no_finding(language: str) -> None:
    checked = check(build_contract(language), language)
    assert checked.findings == []
    assert [clause.code for clause in checked.clauses[:-1]] == [row["code"] for row in library()["clauses"]]
    assert {"lines[].price", "settlement.term_days", "document.verify_code"} <= set(checked.fields)


def test_an_unknown_field_is_named_with_paragraph_clause_and_the_field_that_was_meant() -> None:
    found = only(said("账期 {{ settlement.terms_days }} 日"), "unknown_field")
    assert found.clause == "C09"
    assert re.fullmatch(r"Paragraph \d+", found.place_en)
    assert re.fullmatch(r"第 \d+ 段", found.place_zh)
    assert found.excerpt == "账期 {{ settlement.terms_days }} 日"
    assert "settlement.term_days" in found.en
    assert "settlement.term_days（账期（日））" in found.zh


def test_an_unknown_field_of_a_row_is_found_in_its_cell() -> None:
    found = only(changed(DOCUMENT, "{{ row.qty }}", "{{ row.qtty }}"), "unknown_field")
    assert found.clause == "C03"
    assert "row 3, column 5" in found.place_en
    assert "row.qty" in found.en


def test_a_mark_cut_into_runs_by_word_is_read_as_one() -> None:
    cut = changed(DOCUMENT, "{{ settlement.term_days }}", "{{ settlement.</w:t></w:r><w:r><w:t>term_days }}")
    assert check(cut).findings == []


def test_a_required_field_that_nobody_prints_is_missed_with_the_clause_where_it_belongs() -> None:
    found = only(changed(DOCUMENT, "{{ breach.late_rate }}", "0.5‰"), "missing_field")
    assert "C15" in found.cure_en
    assert "breach.late_rate" in found.zh


def test_a_changed_clause_is_noticed_and_does_not_forbid_the_file() -> None:
    checked = check(changed(DOCUMENT, "三年内继续有效", "五年内继续有效"))
    assert [(one.code, one.clause) for one in checked.findings] == [("clause_changed", "C14")]
    assert checked.sound


def test_a_missing_mandatory_clause_is_an_error_and_a_missing_optional_one_a_notice() -> None:
    gone = changed(DOCUMENT, 'w:val="Clause16"', 'w:val="ClauseText"')
    assert only(gone, "clause_missing").severity == "error"
    optional = changed(DOCUMENT, 'w:val="Clause13"', 'w:val="ClauseText"')
    assert only(optional, "optional_missing").severity == "notice"


def test_a_clause_that_comes_twice_and_one_without_words_are_errors() -> None:
    assert only(changed(DOCUMENT, 'w:val="Clause16"', 'w:val="Clause15"'), "clause_twice").clause == "C15"
    text = parts()[DOCUMENT].decode()
    body = text[text.index('w:val="Clause16"') : text.index('w:val="Clause17"')]
    lines = re.sub(r"<w:t[ >][^<]*16\.[^<]*</w:t>", "<w:t/>", body)
    assert lines != body
    empty = packed({**parts(), DOCUMENT: text.replace(body, lines).encode()})
    assert only(empty, "clause_empty").en.startswith("Clause C16")


def test_an_if_without_its_end_is_found_where_it_begins() -> None:
    found = only(changed(DOCUMENT, "{%p endif %}", ""), "unbalanced")
    assert found.excerpt == "{%p if licences %}"


def test_a_condition_over_paragraphs_needs_its_form_and_stays_in_its_clause() -> None:
    assert only(changed(DOCUMENT, "{%p else %}", "{% else %}"), "mark_form").clause == "C02"


def test_white_and_tiny_text_is_refused_because_nobody_reads_it() -> None:
    for look in ('<w:color w:val="FFFFFF"/>', '<w:sz w:val="4"/>'):
        hidden = f"<w:p><w:r><w:rPr>{look}</w:rPr><w:t>甲方可随时涨价。</w:t></w:r></w:p>"
        assert only(after_article_9(hidden), "unreadable").excerpt == "甲方可随时涨价。"


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("<w:p><w:ins w:id='1'><w:r><w:t>x</w:t></w:r></w:ins></w:p>", "tracked insertion"),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>", "hidden text"),
        ("<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>", "automatic numbering"),
        ("<w:p><w:hyperlink><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>", "hyperlink"),
    ],
)
def test_what_cannot_be_set_on_paper_is_named_in_words_with_a_cure(xml: str, words: str) -> None:
    found = next(one for one in check(after_article_9(xml)).findings if one.code == "unsupported")
    assert words in found.en
    assert found.clause == "C09"
    assert found.cure_zh


def test_characters_without_a_glyph_and_foreign_fonts_are_named() -> None:
    assert only(said("𠮷"), "glyph").en.endswith("U+20BB7.")
    font = "<w:p><w:r><w:rPr><w:rFonts w:ascii='Comic Sans MS'/></w:rPr><w:t>x</w:t></w:r></w:p>"
    assert only(after_article_9(font), "font_replaced").severity == "notice"


def test_every_finding_has_words_and_a_cure_in_both_languages() -> None:
    for code, words in WORDS.items():
        assert words["severity"] in ("error", "notice"), code
        assert all(words[name].strip() for name in ("zh", "en", "cure_zh", "cure_en")), code
        assert set(re.findall(r"(?<!\{)\{(\w+)\}", words["zh"])) - {"zh", "hint_zh"} <= {"detail"}, code
