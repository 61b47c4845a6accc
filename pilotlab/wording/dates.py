"""Dates: how days, moments and months are written, whatever the language of the machine."""

from __future__ import annotations

from datetime import date, datetime

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = 3  # letters of a short name


def day(when: date | str) -> str:
    """Write a date in words; text that is no ISO date stays as it is.

    Examples
    --------
    >>> day("2026-09-01"), day("soon")
    ('1 September 2026', 'soon')
    """
    found = _date(when)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}" if found else str(when)


def short_day(when: date | str) -> str:
    """Write a date where room is short.

    Examples
    --------
    >>> short_day("2026-09-07"), short_day(date(2026, 5, 31))
    ('7 Sep 2026', '31 May 2026')
    """
    found = _date(when)
    return f"{day_and_month(found)} {found.year}" if found else str(when)


def day_and_month(when: date) -> str:
    """Write a date whose year is known: "7 Sep"."""
    return f"{when.day} {MONTHS[when.month - 1][:_SHORT]}"


def day_of_week(when: date) -> str:
    """Write a date with its day of the week: "Mon 7 Sep 2026"."""
    return f"{weekday(when)[:_SHORT]} {short_day(when)}"


def weekday(when: date) -> str:
    """Name the day of the week."""
    return WEEKDAYS[when.weekday()]


def moment(at: datetime) -> str:
    """Write a day and its time: "7 Sep 2026, 14:05"."""
    return f"{short_day(at.date())}, {at:%H:%M}"


def _date(when: date | str) -> date | None:
    if isinstance(when, date):
        return when
    try:
        return date.fromisoformat(when)
    except ValueError:
        return None


def not_yet(end: date) -> str:
    """Say why a goal is not shown: "its planned end, 1 Nov 2026, is not reached"."""
    return f"its planned end, {short_day(end.isoformat())}, is not reached"
