"""Weeks: ISO week arithmetic. The only module that knows calendars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pilotlab.errors import PilotlabError
from pilotlab.wording.dates import weekday

_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class NoWeek(PilotlabError):  # noqa: N818 - reads as what it says
    """A text that names no week; `fault` is what is wrong with it, without the text itself."""

    def __init__(self, what: str, fault: str, *, fix: str) -> None:
        self.fault = fault
        super().__init__(what, fix=fix)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, Monday to Sunday, written `2026-W37`; `index` counts weeks, so that differences are periods.

    Examples
    --------
    >>> week = Week.parse("2026-W53")
    >>> week.monday.isoformat(), week.since(Week.parse("2026-W50"))
    ('2026-12-28', 3)
    """

    index: int

    @classmethod
    def of(cls, day: date) -> Week:
        """Return the week that holds `day`."""
        return cls((day.toordinal() - 1) // 7)

    @classmethod
    def iso(cls, year: int, week: int) -> Week:
        """Return week number `week` of ISO year `year`; `ValueError` where the year has no such week."""
        return cls.of(date.fromisocalendar(year, week, 1))

    @classmethod
    def from_code(cls, code: int) -> Week:
        """Return the week of a store's whole number, 202637 for 2026-W37."""
        return cls.iso(code // 100, code % 100)

    @classmethod
    def parse(cls, text: object) -> Week:
        """Read `2026-W37`, or the date of a Monday.

        Raises
        ------
        NoWeek
            For anything else: a date that is no Monday, a week its year does not have, an ambiguous date.
        """
        if isinstance(text, Week):
            return text
        written = text.isoformat()[:10] if isinstance(text, date) else str(text).strip()
        if match := _ISO_WEEK.fullmatch(written):
            year, number = int(match[1]), int(match[2])
            try:
                return cls.iso(year, number)
            except ValueError:
                last = last_week(year) if year else 0
                fault = f"{year} has weeks 1 to {last}"
                raise NoWeek(f"{written!r}: {fault}", fault, fix=f"a week up to {year}-W{last}") from None
        if match := _ISO_DATE.fullmatch(written):
            try:
                day = date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                fault = "is not a day of the calendar"
                raise NoWeek(f"{written!r} {fault}", fault, fix="write a date such as 2026-09-07") from None
            week = cls.of(day)
            if day != week.monday:
                fault = f"is a {weekday(day)}; a week is named by its Monday or its number"
                raise NoWeek(f"{written!r} {fault}", fault, fix=f"write {week.monday} or {week}")
            return week
        fault = "is neither a Monday's date nor an ISO week"
        raise NoWeek(f"{written!r} {fault}", fault, fix="write it like 2026-W37 or 2026-09-07")

    @property
    def monday(self) -> date:
        """First day."""
        return date.fromordinal(self.index * 7 + 1)

    @property
    def sunday(self) -> date:
        """Last day."""
        return self.monday + timedelta(days=6)

    @property
    def code(self) -> int:
        """The whole number the store keeps: 202637 for 2026-W37."""
        year, number, _ = self.monday.isocalendar()
        return year * 100 + number

    @property
    def number(self) -> int:
        """Week number in its ISO year, 1 to 53."""
        return self.monday.isocalendar()[1]

    @property
    def short(self) -> str:
        """`W37`, where the year is clear."""
        return f"W{self.number:02d}"

    def __add__(self, weeks: int) -> Week:
        return Week(self.index + weeks)

    def __sub__(self, weeks: int) -> Week:
        return Week(self.index - weeks)

    def since(self, start: Week) -> int:
        """Event time: whole weeks since `start`, 0 in the week of the start."""
        return self.index - start.index

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    def __repr__(self) -> str:
        return f"Week({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Read weeks in pydantic models from text or dates, write them as text."""
        from pydantic_core import core_schema

        def read(value: object) -> Week:
            try:
                return cls.parse(value)
            except PilotlabError as error:
                raise ValueError(error.what) from error

        return core_schema.no_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Describe a week to editors."""
        return {"type": "string", "description": "a Monday (2026-09-07) or an ISO week (2026-W37)"}


def last_week(year: int) -> int:
    """Return the number of the last ISO week of a year, 52 or 53."""
    return date(year, 12, 28).isocalendar()[1]


def weeks_between(first: Week, last: Week) -> Iterator[Week]:
    """Walk from `first` to `last`, both included; nothing where `last` comes before `first`."""
    return (Week(index) for index in range(first.index, last.index + 1))


def week_range(start: Week, count: int) -> tuple[Week, ...]:
    """Return `count` consecutive weeks from `start`."""
    return tuple(Week(start.index + offset) for offset in range(count))
