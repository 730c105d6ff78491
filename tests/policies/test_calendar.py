"""Working hours: lunch, weekends, Chinese holidays and make-up Saturdays, year end, clock changes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from policies.rules.calendar import add_working_hours, business_date, is_working_day, working_hours_between

SHANGHAI = "Asia/Shanghai"


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def after(start, hours, calendar="CN", zone=SHANGHAI):
    return (
        add_working_hours(at(start, zone), hours, zone, calendar).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    )


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-10 09:00", 3, "2026-03-10 12:00"),
        ("2026-03-10 09:00", 4, "2026-03-10 14:00"),
        ("2026-03-10 09:00", 8, "2026-03-10 18:00"),
        ("2026-03-10 12:30", 1, "2026-03-10 14:00"),
        ("2026-03-10 17:00", 2, "2026-03-11 10:00"),
        ("2026-03-10 20:00", 1, "2026-03-11 10:00"),
        ("2026-03-13 17:00", 8, "2026-03-16 17:00"),
        ("2026-03-14 03:00", 1, "2026-03-16 10:00"),
        ("2026-03-10 09:00", 16, "2026-03-11 18:00"),
    ],
)
def test_hours_run_only_while_people_work(start, hours, end):
    assert after(start, hours) == end


def test_a_make_up_saturday_is_a_working_day_in_china_only():
    # 2025: National Day holiday, 28 September (Sunday) and 11 October (Saturday) are worked
    assert is_working_day(date(2025, 10, 11), "CN")
    assert is_working_day(date(2025, 9, 28), "CN")
    assert not is_working_day(date(2025, 10, 11), "")
    assert after("2025-10-10 17:00", 2) == "2025-10-11 10:00"


def test_a_deadline_jumps_over_the_national_day_holiday():
    assert not is_working_day(date(2025, 10, 1), "CN")
    assert after("2025-09-30 17:00", 2) == "2025-10-09 10:00"


def test_a_deadline_jumps_over_new_year():
    assert not is_working_day(date(2026, 1, 1), "CN")
    assert after("2025-12-31 17:00", 9) == "2026-01-04 18:00"  # 1-3 January free, Sunday the 4th is worked


def test_without_a_calendar_only_weekends_are_free():
    assert after("2025-12-31 17:00", 2, calendar="") == "2026-01-01 10:00"


def test_a_clock_change_neither_makes_nor_loses_an_hour():
    berlin = "Europe/Berlin"
    assert after("2026-03-27 17:00", 2, "DE", berlin) == "2026-03-30 10:00"
    assert working_hours_between(at("2026-03-27 09:00", berlin), at("2026-03-30 18:00", berlin), berlin, "DE") == 16


def test_the_hours_between_two_moments_are_what_was_added():
    start = at("2026-04-03 11:15")
    for hours in (0, 1, 8, 16, 40, Decimal("2.5")):
        assert working_hours_between(start, add_working_hours(start, hours, SHANGHAI, "CN"), SHANGHAI, "CN") == hours


def test_a_deadline_that_has_passed_has_negative_hours_left():
    assert working_hours_between(at("2026-03-11 10:00"), at("2026-03-10 17:00"), SHANGHAI, "CN") == -2


def test_nonsense_is_refused():
    start = at("2026-03-10 09:00")
    with pytest.raises(ValueError):
        add_working_hours(start, -1, SHANGHAI, "CN")
    with pytest.raises(ValueError):
        add_working_hours(start.replace(tzinfo=None), 1, SHANGHAI, "CN")
    with pytest.raises(ValueError):
        is_working_day(date(2026, 3, 10), "ATLANTIS")


def test_the_business_date_is_that_of_the_place():
    assert business_date(datetime(2026, 3, 10, 17, 0, tzinfo=UTC), SHANGHAI) == date(2026, 3, 11)
