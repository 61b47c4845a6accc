"""Public holidays by country and part, from the calendars of `holidays`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from pilotlab.errors import nearest, shortened
from pilotlab.weeks import Week

LANGUAGE = "en_US"  # of their names: a page reads the same wherever it is written
HEAVY = 2  # so many public holidays make a week another kind of week


class UnknownCalendar(Exception):  # noqa: N818
    """No holidays are known for a code; `hint` suggests one that was meant."""

    def __init__(self, what: str, hint: str) -> None:
        self.hint = hint
        super().__init__(f"{what}{hint}")


def public_holidays(code: str, days: Iterable[date]) -> Mapping[date, str]:
    """Return the public holidays of a country, or a country and its part, in the years of `days`.

    Raises
    ------
    UnknownCalendar
        For a code that is in no calendar; names the nearest.
    """
    import holidays  # loaded where a pilot names a calendar, and only then

    country, _, part = code.strip().upper().partition("-")
    try:
        return holidays.country_holidays(
            country,
            subdiv=part or None,
            years=sorted({day.year for day in days}) or None,
            language=LANGUAGE,
        )
    except (NotImplementedError, AttributeError, KeyError):
        supported = holidays.list_supported_countries(include_aliases=True)  # slow: loads every country
    if country in supported:
        raise UnknownCalendar(f"{country} has no part {part!r}", nearest(part, supported[country]))
    near = nearest(country, supported) if len(country) < 4 else _by_name(code)
    raise UnknownCalendar(f"no public holidays are known for {shortened(code)}", near)


def _by_name(name: str) -> str:
    """Suggest the code of a country that was written by its name."""
    from holidays.registry import COUNTRIES

    codes = {re.sub("[^a-z]", "", key): row[1] for key, row in COUNTRIES.items()}
    code = codes.get(re.sub("[^a-z]", "", name.lower()))
    return f"; did you mean {code!r}?" if code else ""


def working_days(week: Week) -> list[date]:
    """Monday to Friday of a week."""
    return [week.monday + timedelta(days=day) for day in range(5)]


def holiday_weeks(codes: Iterable[str], weeks: Iterable[Week]) -> tuple[Week, ...]:
    """Weeks in which some calendar has two public holidays or more on working days."""
    asked = tuple(weeks)
    days = [day for week in asked for day in working_days(week)]
    calendars = [public_holidays(code, days) for code in codes]
    return tuple(
        week
        for week in asked
        if any(sum(day in known for day in working_days(week)) >= HEAVY for known in calendars)
    )
