"""Working time: Monday to Friday 09:00–12:00 and 13:00–18:00 without public holidays, with make-up
working days.

In China some Saturdays and Sundays are working days in exchange for a longer holiday; the `holidays`
package knows
them. Local times are converted to UTC before they are compared, so a clock change never makes or loses
an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import holidays

HOURS_PER_DAY = 8
_SHIFTS = ((time(9), time(12)), (time(13), time(18)))
_MICROSECONDS_PER_HOUR = 3_600_000_000
_LONGEST = timedelta(days=3660)


@cache
def _holidays(calendar: str) -> holidays.HolidayBase | None:
    """Public holidays of a country code such as CN; the empty code knows weekends only. Raises ValueError."""
    if not calendar:
        return None
    try:
        return holidays.country_holidays(calendar)
    except NotImplementedError as error:
        raise ValueError(f"Unknown holiday calendar {calendar!r}.") from error


@cache
def is_working_day(day: date, calendar: str) -> bool:
    """True for a day on which people work: no weekend or holiday, or a make-up day. Raises ValueError."""
    public = _holidays(calendar)
    return day.weekday() < 5 if public is None else bool(public.is_working_day(day))


def business_date(moment: datetime, zone: str) -> date:
    """The calendar date of `moment` where the business is. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("A point in time needs a time zone.")
    return moment.astimezone(ZoneInfo(zone)).date()


def add_working_hours(start: datetime, hours: int | Decimal, zone: str, calendar: str) -> datetime:
    """The moment (UTC) at which `hours` of working time after `start` are over; work starts with the
    next shift.

    Raises ValueError for negative hours, a naive start, or an unknown calendar.
    """
    if hours < 0:
        raise ValueError("Working hours cannot be negative.")
    left = timedelta(microseconds=int(Decimal(hours) * _MICROSECONDS_PER_HOUR))
    moment = start.astimezone(UTC)
    if not left:
        return moment
    for opens, closes in _shifts(business_date(start, zone), zone, calendar):
        begin = max(moment, opens)
        if closes - begin >= left:
            return begin + left
        if closes > begin:
            left -= closes - begin
    raise ValueError("No working day within ten years.")


def working_hours_between(start: datetime, end: datetime, zone: str, calendar: str) -> Decimal:
    """Working hours from `start` to `end`, negative when `end` is earlier. Raises ValueError as above."""
    if end < start:
        return -working_hours_between(end, start, zone, calendar)
    total = timedelta()
    for opens, closes in _shifts(business_date(start, zone), zone, calendar):
        if opens >= end:
            break
        total += max(timedelta(), min(closes, end) - max(opens, start))
    return Decimal(total // timedelta(microseconds=1)) / _MICROSECONDS_PER_HOUR


def _shifts(first: date, zone: str, calendar: str) -> Iterator[tuple[datetime, datetime]]:
    """Working shifts in UTC from `first` on, for ten years at most."""
    place = ZoneInfo(zone)
    day = first
    while day - first < _LONGEST:
        if is_working_day(day, calendar):
            for opens, closes in _SHIFTS:
                yield (
                    datetime.combine(day, opens, place).astimezone(UTC),
                    datetime.combine(day, closes, place).astimezone(UTC),
                )
        day += timedelta(days=1)
