"""Weeks in cells: which week a person means, and why a cell is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pilotlab.sources.findings import Problem, short
from pilotlab.tables.dates import Meant, Order, meant, numbered, serial, without_year
from pilotlab.weeks import NoWeek, Week
from pilotlab.wording.dates import weekday

EARLIEST = Week.of(date(1900, 1, 1))
_POINTED = re.compile(r"\D*\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}\b.*")


@dataclass(frozen=True, slots=True)
class Habits:
    """How the dates of a column are written, as far as its cells or an option say.

    Attributes
    ----------
    order : "day", "month", "" or None
        What comes first in 07/09/2026; "" where nothing settles it, None where cells contradict each other.
    said : bool
        True where `--dayfirst` or `--monthfirst` said so.
    by_number : bool
        Whether 10/2026 is a week, since another cell can't be a month.
    """

    order: Order | None = ""
    said: bool = False
    by_number: bool = False


def read_week(text: str, today: date, habits: Habits | None = None) -> Week | Problem:
    """Read a week that has begun by `today`: `2026-W40`, the date of its Monday, or another way that leaves no doubt."""
    return week_told(text, today, habits)[0]


def week_told(text: str, today: date, habits: Habits | None = None) -> tuple[Week | Problem, str]:
    """Read a week; with it, what there is to tell of how it was written."""
    try:
        week, how = Week.parse(text), ""
    except NoWeek as error:
        read, how = _otherwise(text, today, habits or Habits())
        if read is None:
            return _sunday(text) or Problem("PL410", error.what, error.fix, error.fault), ""
        if isinstance(read, Problem):
            return read, ""
        week = read
    if week < EARLIEST:
        return Problem("PL410", f"week {text!r} lies before 1900", "correct the year", "before 1900"), ""
    if week > (now := Week.of(today)):
        what = f"week {week} has not begun; today is {today}, in {now}"
        return Problem("PL413", what, f"a week up to {now}", "has not begun"), ""
    return week, how


def _otherwise(text: str, today: date, habits: Habits) -> tuple[Week | Problem | None, str]:
    """Read a week in the other ways in which people write one; None where it is a plain date with a fault."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None, ""
    found = meant(text)
    if found is not None:
        return _meant(text, found, habits)
    if (pair := numbered(text)) and pair.week and (pair.number > 12 or habits.by_number):
        return pair.week, "an ISO week by its number"
    return _no_week(text, today), ""


def _meant(text: str, found: Meant, habits: Habits) -> tuple[Week | Problem, str]:
    if found.week is not None:
        return found.week, found.how
    if len(found.days) == 2:
        if not habits.order:
            return _open(text, found.days, habits), ""
        day, how = found.days[0 if habits.order == "day" else 1], f"{habits.order} first"
    else:
        day, how = found.days[0], found.how
        if habits.said and how in ("day first", "month first") and how != f"{habits.order} first":
            what = f"{short(text)!r} has the {how}, against --{habits.order}first"
            return Problem(
                "PL411", what, f"write {Week.of(day)}, or leave the option out", "against the option"
            ), ""
    return _monday(text, day), how


def _open(text: str, days: tuple[date, ...], habits: Habits) -> Problem:
    choice = " or ".join(f"{Week.of(day)} ({day})" for day in sorted(days))
    both = ", and other cells of the column say both" if habits.order is None else ""
    fix = f"write {choice}; or say --dayfirst or --monthfirst"
    return Problem("PL411", f"{text!r}: day first or month first{both}?", fix, "order")


def _monday(text: str, day: date) -> Week | Problem:
    week = Week.of(day)
    if day == week.monday:
        return week
    if sunday := _sunday_of(text, day):
        return sunday
    what = f"{short(text)!r} is a {weekday(day)}, {day}; a week is named by its Monday or its number"
    return Problem("PL410", what, f"write {week} or {week.monday}", f"is a {weekday(day)}")


def _sunday(text: str) -> Problem | None:
    """Say what a Sunday may mean: the end of its ISO week, or the start of a week that begins on Sunday."""
    try:
        return _sunday_of(text, date.fromisoformat(text))
    except ValueError:
        return None


def _sunday_of(text: str, day: date) -> Problem | None:
    if day.isoweekday() != 7:
        return None
    ends, begins = Week.of(day), Week.of(day) + 1
    what = f"{short(text)!r} is a Sunday: does the week begin or end on it? ISO weeks begin on Monday"
    return Problem(
        "PL410",
        what,
        f"write {begins} where the week begins on that Sunday, {ends} where it ends",
        "is a Sunday",
    )


def _no_week(text: str, today: date) -> Problem | None:
    """Recognise what is no week yet, so that the fix can name the one that was meant."""
    if day := serial(text):
        fix = f"format the column as text and write {Week.of(day)}, if {day} is meant"
        return Problem("PL412", f"{text!r} is a spreadsheet's day number", fix, "day number")
    if re.fullmatch(r"\d{6}", text, re.ASCII) and 1 <= int(text[4:]) <= 53:
        return Problem("PL410", f"{text!r} is not an ISO week", f"write {text[:4]}-W{text[4:]}", "without W")
    if pair := numbered(text):
        fix = f"write {pair.week}, if week {pair.number} is meant" if pair.week else "write it like 2026-W37"
        return Problem("PL410", f"{text!r}: a week or a month?", fix, "week or month")
    if week := without_year(text, today):
        return Problem(
            "PL410", f"{text!r} has no year", f"write {week}, if {week.monday.year} is meant", "no year"
        )
    if re.search(r"\d\s*(?:-|–|to|bis|au)\s*\d", text) and len(text) > 10:
        return Problem(
            "PL410",
            f"{short(text)!r} is a stretch of days",
            "write its Monday or its ISO week, 2026-W37",
            "stretch",
        )
    if re.match(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b", text):
        return Problem(
            "PL410", f"{short(text)!r} is not a day of the calendar", "write it like 2026-W37", "no day"
        )
    return None
