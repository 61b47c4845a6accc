"""What a value was meant to be: the number or day that text of another form most likely stands for."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from pilotlab.spec.slips import plain
from pilotlab.wording.numbers import in_digits, typed

_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_NUMBER = re.compile(r"[<>=~≤≥±+ ]*(-?[0-9][0-9.,_' ]*|-?\.[0-9]+|[½¼¾])\s*(%|[a-zA-Z/ ]*)[.,]?")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}([,' _][0-9]{3})+(\.[0-9]+)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def number(written: object, *, whole: bool = False, key: str = "") -> str | None:
    """Return the number that a value most likely stands for, as it would be written; None where there is none.

    Parameters
    ----------
    key : str
        Whose value it is: "3 months" is 13 where weeks are counted.

    Examples
    --------
    >>> number("1,5"), number("8 weeks", whole=True), number("−0.15 points"), number("5%"), number("1,000")
    ('1.5', '8', '-0.15', '0.05', '1000')
    """
    if isinstance(written, bool) or not isinstance(written, str | float):
        return None
    if isinstance(written, float):
        return typed(written) if written.is_integer() and abs(written) < 1e15 else None
    text = plain(written).strip().strip("\"'")
    if text.lower() in _WORDS:
        return str(_WORDS.index(text.lower()))
    if half := re.fullmatch(r"([0-9]{1,3})\s*/\s*([1-9][0-9]{0,2})", text):
        value = int(half[1]) / int(half[2])
        return None if whole and not value.is_integer() else typed(value)
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) >= 40:
        return None
    percent = match[2] == "%"
    if percent and key and not key.endswith("alpha"):
        return None  # of what?
    digits = _digits(match[1].strip(), percent=percent, whole=whole)
    return _counted(digits, match[2].strip().lower(), key) if digits else None


_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


def _counted(digits: str, unit: str, key: str) -> str:
    """Count in the unit that the key names what was said in another."""
    said, asked = _DAYS.get(unit.removesuffix("s")), re.search(r"_(week|day)s\b", key)
    if said is None or asked is None or said == _DAYS[asked[1]]:
        return digits
    return str(round(float(digits) * said / _DAYS[asked[1]]))


def _digits(text: str, *, percent: bool, whole: bool) -> str | None:
    if len(text) == 1 and not text.isascii():
        return None if whole else typed(unicodedata.numeric(text))
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"[,' _]", "", text)
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if re.fullmatch(r"-?[0-9]+", text) and not percent:
        return str(int(text))  # a float would round what is long
    try:
        value = float(text.replace("_", "") if re.fullmatch(r"-?[0-9_.]+", text) else text)
    except ValueError:
        return None
    value = value / 100 if percent else value
    if whole and not (value.is_integer() and abs(value) < 1e15):
        return None
    return in_digits(value)


def days(written: object) -> tuple[date, ...]:
    """Return the days that a value may stand for: one, two where day and month can't be told apart, or none.

    Examples
    --------
    >>> [str(day) for day in days("07.09.2026")], [str(day) for day in days("09/07/2026")]
    (['2026-09-07'], ['2026-07-09', '2026-09-07'])
    """
    if isinstance(written, bool) or not isinstance(written, str | int):
        return ()
    text = plain(str(written)).strip().strip("\"'[]")
    for pattern, order in _FORMS:
        if match := pattern.fullmatch(text):
            found = (_day(match, each) for each in order)
            return tuple(dict.fromkeys(day for day in found if day is not None and 1900 <= day.year < 2200))
    return ()


_FORMS = (
    (re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:[T ].*|\D?)"), ("ymd",)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), ("ymd",)),
    (re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})"), ("dmy",)),
    (re.compile(r"(\d{1,2})[-/ ](\d{1,2})[-/ ](\d{4})"), ("dmy", "mdy")),
    (re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[ -]([A-Za-z]{3,9})\.?[ -](\d{4})"), ("dmy",)),
    (re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})"), ("mdy",)),
    (re.compile(r"(\d{4})-?[Ww](\d{1,2})"), ("yw",)),
)


def _day(match: re.Match[str], order: str) -> date | None:
    parts = dict(zip(order, match.groups(), strict=True))
    try:
        if "w" in parts:
            return date.fromisocalendar(int(parts["y"]), int(parts["w"]), 1)
        month = parts["m"]
        number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
        return date(int(parts["y"]), number, int(parts["d"]))
    except ValueError:
        return None


def mondays(written: object) -> tuple[date, ...]:
    """Return the Mondays of the weeks that a value may stand for; those that it names itself, if it names one.

    Of a Saturday or a Sunday, which to some begins a week, it is the Monday after as well.
    """
    meant = days(written)
    if named := tuple(day for day in meant if day.weekday() == 0):
        return named
    weeks = [(day - timedelta(days=day.weekday()), day.weekday() > 4) for day in meant]
    both = [(monday, monday + timedelta(days=7)) if weekend else (monday,) for monday, weekend in weeks]
    return tuple(dict.fromkeys(day for pair in both for day in pair))
