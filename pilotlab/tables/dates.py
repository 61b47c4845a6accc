"""Dates: the days and week numbers that people write for a week, and the order of day and month in a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pilotlab.tables.headings import folded
from pilotlab.weeks import Week, last_week

Order = Literal["", "day", "month"]  # which comes first in 07/09/2026

_TIME = r"(?:[T ,]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?|Z|[+-]\d{2}:?\d{2})?)?"
_WEEKDAY = r"(?:(?:mo|tu|we|th|fr|sa|su|di|mi|do|so|lu|ma|me|je|ve)\w{0,8}\.?,?\s+)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE | re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_POINTS = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE | re.ASCII
)
_SLASHES = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE | re.ASCII
)
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th|er|\.)?[\s.-]*([^\W\d]{{3,10}})\.?[\s,.-]*(\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    rf"{_WEEKDAY}([^\W\d]{{3,10}})\.?[\s-]*(\d{{1,2}})(?:st|nd|rd|th)?,?[\s-]+(\d{{4}}){_TIME}", re.IGNORECASE
)
_LETTER = r"(?:w|wk|week|kw|cw|s|sem|semaine|woche|kalenderwoche)\.?"
_WEEK_YEAR = re.compile(rf"{_LETTER}\s*(\d{{1,2}})[\s,./-]*(?:of\s+)?(\d{{4}})", re.IGNORECASE | re.ASCII)
_YEAR_WEEK = re.compile(rf"(\d{{4}})[\s,./_-]*{_LETTER}\s*(\d{{1,2}})", re.IGNORECASE | re.ASCII)
_WEEK_ONLY = re.compile(rf"(?:{_LETTER}\s*)?(\d{{1,2}})", re.IGNORECASE | re.ASCII)
_NUMBER_YEAR = re.compile(r"(\d{1,2})\s*[/.]\s*(\d{4})", re.ASCII)
_YEAR_NUMBER = re.compile(r"(\d{4})\s*[/.-]\s*(\d{1,2})", re.ASCII)

_MONTHS = {
    name: at
    for at, names in enumerate(
        (
            "jan january januar jaenner janner janvier janv gennaio gen",
            "feb february februar fevrier fevr fev febbraio",
            "mar march marz maerz mrz mars marzo",
            "apr april avril avr aprile",
            "may mai maggio mag",
            "jun june juni juin giugno giu",
            "jul july juli juillet juil luglio lug",
            "aug august aout agosto ago",
            "sep sept september septembre settembre set",
            "oct october okt oktober octobre ottobre ott",
            "nov november novembre",
            "dec december dez dezember decembre dicembre dic",
        ),
        start=1,
    )
    for name in names.split()
}


class Meant(NamedTuple):
    """What a cell can mean: a day or a week, or several of which one is meant.

    Attributes
    ----------
    days : tuple of date
        One where it is clear; two where day and month could change places: day first, then month first.
    week : Week or None
        Where a week is written by its number.
    how : str
        What there is to tell of it: "day first", "an ISO week by its number".
    """

    days: tuple[date, ...] = ()
    week: Week | None = None
    how: str = ""


def meant(text: str) -> Meant | None:
    """Read a day or a week in the ways that people write one; None where it is neither.

    Examples
    --------
    >>> str(meant("KW 40 2026").week), meant("5. Oktober 2026").days, meant("05.10.26").how
    ('2026-W40', (datetime.date(2026, 10, 5),), 'day first')
    """
    text = " ".join(text.split())
    return _day(text) or _week(text)


def _day(text: str) -> Meant | None:
    if match := _YEAR_FIRST.fullmatch(text):
        plain = "" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else "year, month, day"
        return _one(int(match[1]), int(match[3]), int(match[4]), plain)
    if match := _COMPACT.fullmatch(text):
        return _one(int(match[1]), int(match[2]), int(match[3]), "year, month, day")
    if match := _POINTS.fullmatch(text):
        return _one(_year(match[3]), int(match[2]), int(match[1]), "day first")
    if match := _SLASHES.fullmatch(text):
        return _slashed(int(match[1]), int(match[3]), _year(match[4]))
    if match := _DAY_NAMED.fullmatch(text):
        return _named(match[2], match[1], match[3])
    if match := _NAMED_DAY.fullmatch(text):
        return _named(match[1], match[2], match[3])
    return None


def _named(month: str, day: str, year: str) -> Meant | None:
    number = _MONTHS.get(folded(month))
    return _one(_year(year), number, int(day), "a month by its name") if number else None


def _slashed(first: int, second: int, year: int) -> Meant | None:
    days = [_day_or_none(year, month, day) for month, day in ((second, first), (first, second))]
    if days[0] == days[1]:
        return Meant((days[0],), how="") if days[0] else None
    if all(days):
        return Meant(tuple(day for day in days if day))
    return next(
        (Meant((day,), how=how) for day, how in zip(days, ("day first", "month first"), strict=True) if day),
        None,
    )


def order_of(texts: Iterable[str]) -> Order | None:
    """Say which of day and month comes first in a column: "" where no cell settles it, None where cells contradict."""
    found: set[Order] = set()
    for text in texts:
        if match := _SLASHES.fullmatch(" ".join(text.split())):
            first, second = int(match[1]), int(match[3])
            if first > 12 >= second:
                found.add("day")
            elif second > 12 >= first:
                found.add("month")
    return None if len(found) > 1 else next(iter(found), "")


def numbers_are_weeks(texts: Iterable[str]) -> bool:
    """Whether a cell of the column, `40/2026` or `2026-40`, is no month, so that 10/2026 is a week too."""
    for text in texts:
        match = _NUMBER_YEAR.fullmatch(text.strip())
        number = match[1] if match else m[2] if (m := _YEAR_NUMBER.fullmatch(text.strip())) else ""
        if number and int(number) > 12:
            return True
    return False


def _week(text: str) -> Meant | None:
    if match := _WEEK_YEAR.fullmatch(text):
        return _numbered(match[2], match[1])
    if match := _YEAR_WEEK.fullmatch(text):
        return _numbered(match[1], match[2])
    return None


@dataclass(frozen=True, slots=True)
class Numbered:
    """`40/2026` or `2026-40`: a week or, up to 12, a month; `week` is None where the year has no such week."""

    number: int
    year: int

    @property
    def week(self) -> Week | None:
        """The week of that number."""
        return week_or_none(self.year, self.number)


def numbered(text: str) -> Numbered | None:
    """Read `40/2026` and `2026-40`."""
    if match := _NUMBER_YEAR.fullmatch(text.strip()):
        return Numbered(int(match[1]), int(match[2]))
    if match := _YEAR_NUMBER.fullmatch(text.strip()):
        return Numbered(int(match[2]), int(match[1]))
    return None


def without_year(text: str, today: date) -> Week | None:
    """Read `KW 40` or `40`: the last week of that number that has begun; None for anything else."""
    match = _WEEK_ONLY.fullmatch(text.strip())
    if not match:
        return None
    now = Week.of(today)
    years = (now.monday.isocalendar()[0] - back for back in range(3))
    found = (week_or_none(year, int(match[1])) for year in years)
    return next((week for week in found if week and week <= now), None)


def week_or_none(year: int, number: int) -> Week | None:
    """Week `number` of a year, or None where it has none."""
    return Week.iso(year, number) if 1 <= year < 9999 and 1 <= number <= last_week(year) else None


def _numbered(year: str, number: str) -> Meant | None:
    week = week_or_none(int(year), int(number))
    return Meant(week=week, how="an ISO week by its number") if week else None


def _one(year: int, month: int, day: int, how: str) -> Meant | None:
    found = _day_or_none(year, month, day)
    return Meant((found,), how=how) if found else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets
_SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)


def serial(text: str) -> date | None:
    """The day that a spreadsheet's day number stands for."""
    match = _SERIAL.fullmatch(text)
    return EPOCH + timedelta(days=int(match[1])) if match else None
