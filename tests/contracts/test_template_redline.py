"""What changed, clause by clause and word by word; what decides between CT-T1 and CT-T2."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.letters.contract import build_contract, library_clauses
from contracts.rules.redline import by_clause, only_layout, words
from contracts.rules.template_check import check_template
from tests.contracts.hostile import DOCUMENT, GOOD, changed


def clauses(data: bytes) -> list[dict[str, Any]]:
    return [clause.to_json() for clause in check_template(data, "zh-hans", library_clauses()).clauses]


BASE = clauses(GOOD)


def test_words_are_compared_by_character_in_chinese_and_by_word_in_english() -> None:
    found = words("账期为 60 日，自开票之日", "账期为 90 日，自收货之日")
    assert [(one.op, one.text) for one in found if one.op != "same"] == [
        ("delete", "60"), ("insert", "90"), ("delete", "开票"), ("insert", "收货"),
    ]  # fmt: skip
    found = words("within thirty days of receipt", "within ten days of receipt")
    assert [(one.op, one.text) for one in found if one.op != "same"] == [("delete", "thirty"), ("insert", "ten")]


@given(st.text("甲乙ab 12{}.", max_size=40), st.text("甲乙ab 12{}.", max_size=40))
def test_nothing_is_lost_in_a_comparison(old: str, new: str) -> None:
    found = words(old, new)
    assert "".join(one.text for one in found if one.op != "insert") == old
    assert "".join(one.text for one in found if one.op != "delete") == new


def test_a_changed_word_changes_its_clause_only() -> None:
    after = clauses(changed(DOCUMENT, "三年内继续有效", "五年内继续有效"))
    found = [one for one in by_clause(BASE, after) if one.state != "same"]
    assert [(one.code, one.state, one.inserted, one.deleted) for one in found] == [("C14", "changed", 1, 1)]
    assert not only_layout(BASE, after)


def test_fonts_sizes_and_spaces_are_layout() -> None:
    styled = changed("word/styles.xml", 'w:val="21"', 'w:val="24"')
    spaced = changed(DOCUMENT, "14.2 双方", "14.2  双方")
    assert only_layout(BASE, clauses(styled))
    assert only_layout(BASE, clauses(spaced))


def test_what_reads_differently_is_not_layout() -> None:
    struck = changed(DOCUMENT, "<w:t>14.1", "<w:rPr><w:strike/></w:rPr><w:t>14.1")
    footer = changed("word/footer1.xml", "{{ contract.no }}", "{{ contract.no }} A")
    field = changed(DOCUMENT, "{{ delivery.lot }}", "{{ delivery.cycle }}")
    for data in (struck, footer, field):
        assert data != GOOD
        assert not only_layout(BASE, clauses(data))


def test_clauses_that_come_go_and_move_are_told() -> None:
    without = [one for one in BASE if one["code"] != "C13"]
    states = {one.code: one.state for one in by_clause(BASE, without)}
    assert states["C13"] == "removed"
    assert {one.code: one.state for one in by_clause(without, BASE)}["C13"] == "added"
    turned = [*BASE[:5], BASE[6], BASE[5], *BASE[7:]]
    moved = {one.code for one in by_clause(BASE, turned) if one.state == "moved"}
    assert moved == {"C05", "C06"}
    assert not only_layout(BASE, turned)


def test_another_language_is_another_text() -> None:
    other = [clause.to_json() for clause in check_template(build_contract("en"), "en", library_clauses()).clauses]
    assert not only_layout(BASE, other)
