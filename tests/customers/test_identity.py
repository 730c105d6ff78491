"""Codes and names of customers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.names import hidden_characters, skeleton, sort_key
from customers.rules.uscc import ALPHABET, check_character, is_uscc


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216", "91110000802100433B"])
def test_real_credit_codes_are_accepted(code):
    assert is_uscc(code)


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y44", "91350100M000100Y4", "91350100m000100y43", "９1350100M000100Y43",
             "91350100M000100I43", "913501O0M000100Y43"],
)  # fmt: skip
def test_wrong_credit_codes_are_refused(code):
    assert not is_uscc(code)


@given(st.text("0123456789", min_size=6, max_size=6), st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 17),
       st.sampled_from(ALPHABET))  # fmt: skip
def test_one_wrong_character_never_passes(region, body, place, other):
    first = "91" + region + body
    code = first + check_character(first)
    assert is_uscc(code)
    wrong = code[:place] + other + code[place + 1 :]
    assert is_uscc(wrong) == (wrong == code)


def test_customers_are_found_and_sorted_by_pinyin_and_initials():
    assert sort_key("华康医药") == "huakangyiyao hkyy"
    assert sort_key("安泰ABC商贸") < sort_key("百顺药房")
    assert sort_key("（）") == ""


@pytest.mark.parametrize(
    "name", ["АВС Medical", "ＡＢＣ　Ｍedical", "abc-medical", "ABC\u200bMedical", "ÁBC Medical", "ABC Med\u0456cal"]
)
def test_names_that_look_the_same_have_one_skeleton(name):
    assert skeleton(name) == skeleton("ABC Medical")


def test_different_names_keep_different_skeletons():
    assert skeleton("华康医药") != skeleton("华唐医药")
    assert skeleton("ABC Medical") != skeleton("ABD Medical")


@pytest.mark.parametrize("char", ["\u200b", "\u202e", "\x00", "\u2066", "\ufeff", "\n", "\ue000", "\u3164"])
def test_characters_that_nobody_sees_are_reported(char):
    assert hidden_characters(f"华康{char}医药") == [f"U+{ord(char):04X}"]


def test_ordinary_names_have_nothing_hidden():
    assert hidden_characters("Ünïcode 公司（上海）𠮷 №1 – “x”") == []
