"""How figures, days, times and bilingual texts look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from accounts.templatetags import formats

HOSTILE = '"><script>alert(1)</script>'


def test_money_has_thousands_separators_two_decimals_and_its_currency() -> None:
    text = formats.money(Decimal("1240000"), "CNY")
    assert "1,240,000.00" in text
    assert "CNY" in text


def test_large_amounts_are_never_written_with_an_exponent() -> None:
    assert "1,000,000,000,000.00" in formats.money(Decimal("1E+12"))


def test_money_rounds_half_up_as_the_worked_examples_do() -> None:
    assert "0.13" in formats.money(Decimal("0.125"))


@pytest.mark.parametrize("value", [1.5, True])
def test_binary_floats_and_booleans_are_refused_as_amounts(value: object) -> None:
    with pytest.raises(TypeError):
        formats.money(value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "many"])
def test_text_that_is_no_finite_number_is_refused_as_an_amount(value: str) -> None:
    with pytest.raises(ValueError):
        formats.money(value)


def test_a_missing_amount_is_a_dash_that_is_spoken() -> None:
    with translation.override("en"):
        assert "not known" in formats.money(None, "CNY")


def test_zero_is_not_missing() -> None:
    assert "0.00" in formats.money(0, "CNY")


def test_a_currency_cannot_bring_markup_with_it() -> None:
    assert "<script" not in formats.money(1, HOSTILE)


def test_a_percentage_drops_decimals_that_say_nothing() -> None:
    assert ">20%<" in formats.percent(Decimal("20.00"))
    assert ">+7.5%<" in formats.percent("7.50", signed=True)


def test_times_are_shown_in_the_zone_of_the_reader() -> None:
    noon = datetime(2020, 1, 1, 12, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"):
        assert "2020-01-01 20:00" in formats.when(noon)


def test_a_near_time_says_the_distance_and_the_clock() -> None:
    soon = timezone.now() + timedelta(hours=3)
    with translation.override("en"):
        assert "in 3 hours (" in formats.when(soon)


def test_a_day_of_a_moment_is_the_day_of_the_reader() -> None:
    late = datetime(2020, 1, 1, 20, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"):
        assert "2020-01-02" in formats.day(late)


def test_axis_figures_follow_the_habit_of_the_language() -> None:
    with translation.override("zh-hans"):
        assert formats.compact(Decimal(1240000)) == "124万"
    with translation.override("en"):
        assert formats.compact(Decimal(1240000)) == "1.24M"


def test_bilingual_data_is_read_in_the_language_of_the_reader_and_falls_back_to_the_other() -> None:
    data = {"name_zh": "销售经理", "name_en": "Sales manager"}
    with translation.override("zh-hans"):
        assert formats.pick(data, "name") == "销售经理"
    with translation.override("en"):
        assert formats.pick(data, "name") == "Sales manager"
        assert formats.pick({"zh": "总经理", "en": ""}) == "总经理"
