from decimal import Decimal

import pytest

from contracts import rules


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("105.30", "壹佰零伍元叁角整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1000.01", "壹仟元零壹分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10203", "壹万零贰佰零叁元整"),
        ("1200000", "壹佰贰拾万元整"),
        ("20000003", "贰仟万零叁元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000500000", "壹拾亿零伍拾万元整"),
        ("1000000000001", "壹万亿零壹元整"),
        ("1234567890123.45", "壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分"),
        ("-3.20", "负叁元贰角整"),
    ],
)
def test_amounts_are_written_in_chinese_capitals(amount: str, words: str) -> None:
    assert rules.chinese_capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1.005", "1e16"])
def test_what_is_not_money_has_no_capitals(amount: str) -> None:
    with pytest.raises(ValueError):
        rules.chinese_capitals(Decimal(amount))


def test_numbers_name_the_kind_the_month_and_the_sequence() -> None:
    assert rules.document_number("decision_notice", "202611", 1) == "DN-202611-0001"
    assert rules.document_number("approval_sheet", "202611", 12345) == "AS-202611-12345"


def test_a_code_survives_being_copied_from_paper() -> None:
    code = rules.new_verify_code()
    assert rules.read_verify_code(rules.spaced(code).lower()) == code
    assert rules.read_verify_code("o1il-0") == "01110"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("上海某某医疗器械有限公司", "上海****公司"),
        ("杭州药房", "杭****房"),
        ("李", "李*"),
        ("Acme Limited", "Ac****ed"),
    ],
)
def test_a_masked_name_shows_only_its_ends(name: str, masked: str) -> None:
    assert rules.masked_name(name) == masked
