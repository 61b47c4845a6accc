"""Times: a column of numbers, dates, Periods or ISO weeks read as whole periods."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from pilotlab.errors import PilotlabError, UsageError
from pilotlab.stats.arrays import IntArray
from pilotlab.weeks import Week

Kind = Literal["whole numbers", "dates", "Periods", "ISO weeks"]
NEVER = int(np.iinfo(np.int64).max)
_ISO_WEEK = re.compile(r"\d{4}-?W\d{2}")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE_FIX = "write ISO weeks as '2010-W52', months as dates or Periods, or number the periods 0, 1, 2, ..."


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a time column was read; reads cohorts and excluded times the same way.

    Attributes
    ----------
    step, origin, last : int
        Of dates: smallest spacing, first and last time, in microseconds, or in months where `by_month`.
    by_clock : bool
        Dates of a time zone that all show one time of day, counted as the clock on the wall does: a week over the change to
        summer time is a week.
    """

    name: str
    kind: Kind
    step: int = 1
    origin: int = 0
    last: int = NEVER
    by_month: bool = False
    by_clock: bool = False
    freq: str = ""

    def read(self, values: pd.Index, name: str) -> IntArray:
        """Read distinct values, none missing, as periods; `name` is the argument they come from.

        A date after the last time need not lie on the steps: it stands for never, such as 9999-12-31.
        """
        kind, raw = _raw(values, name, by_clock=self.by_clock)
        if kind != self.kind:
            raise UsageError(
                f"{name} holds {_quote(values[0])}, which is of another kind than {self.name!r} ({self.kind})",
                fix=f"write both as {self.kind}",
            )
        if kind == "Periods" and raw.freq != self.freq:
            raise UsageError(
                f"{name} holds Periods of frequency {raw.freq!r}, {self.name!r} of {self.freq!r}",
                fix="use one frequency",
            )
        if kind != "dates":
            return raw.ordinals
        places = _months(raw.days) if self.by_month else raw.ordinals
        off = (places - self.origin) % self.step != 0
        if self.by_month:
            off |= raw.days.day != 1
        off &= places <= self.last
        if off.any():
            raise UsageError(
                f"{name}: {_quote(values[int(np.argmax(off))])} does not lie on the steps of {self.name!r} ({self._step_in_words()})",
                fix="write every time as the first day of its period, or use ISO weeks or Periods",
            )
        return np.asarray((places - self.origin) // self.step)

    def label(self, period: int) -> str:
        """Write a period as the column does."""
        if self.kind == "ISO weeks":
            return str(Week(period))
        if self.kind == "Periods":
            return str(pd.Period(ordinal=period, freq=self.freq))
        if self.kind == "whole numbers":
            return str(period)
        place = self.origin + period * self.step
        if self.by_month:
            return f"{(place - 1) // 12:04d}-{(place - 1) % 12 + 1:02d}-01"
        return str(pd.Timestamp(np.datetime64(place, "us"))).removesuffix(" 00:00:00")

    def _step_in_words(self) -> str:
        if self.by_month:
            return f"{self.step} months"
        return str(pd.Timedelta(np.timedelta64(self.step, "us"))).removesuffix(" 00:00:00")


@dataclass(frozen=True, slots=True)
class _Raw:
    ordinals: IntArray
    freq: str = ""
    days: pd.DatetimeIndex = field(default_factory=lambda: pd.DatetimeIndex([]))  # of dates


def calendar_of(values: pd.Index, name: str) -> Calendar:
    """Make out how distinct times are written.

    Raises
    ------
    UsageError
        For times that are none of whole numbers, dates, Periods and ISO weeks, and for dates without an even step.
    """
    kind, raw = _raw(values, name)
    if kind != "dates":
        return Calendar(name, kind, freq=raw.freq)
    by_clock = raw.days.tz is not None and len(np.unique(raw.days.tz_localize(None).time)) == 1
    if by_clock:
        kind, raw = _raw(values, name, by_clock=True)
    calendar = Calendar(name, kind, *_steps(raw.ordinals), by_clock=by_clock)
    days = raw.days
    if (
        len(values) > 1
        and (days.day == 1).all()
        and (days == days.normalize()).all()
        and ((raw.ordinals - calendar.origin) % calendar.step).any()
    ):
        calendar = Calendar(name, kind, *_steps(_months(days)), by_month=True, by_clock=by_clock)
    calendar.read(values, name)
    return calendar


def refuse_codes(periods: IntArray, name: str, kind: Kind) -> None:
    """Refuse whole numbers that are calendar codes: their differences are no periods once a year turns."""
    if kind != "whole numbers" or periods.size == 0 or len(np.unique(periods // 100)) < 2:
        return
    years, rest = np.divmod(periods, 100)
    low, high = int(periods.min()), int(periods.max())
    by_week = ((years >= 1900) & (years <= 2199) & (rest >= 1) & (rest <= 53)).all()
    months, days = rest, years % 100
    by_day = (
        (periods >= 19000101)
        & (periods <= 21991231)
        & (days >= 1)
        & (days <= 12)
        & (months >= 1)
        & (months <= 31)
    ).all()
    if by_week or by_day:
        what = "days" if by_day else "months" if (rest <= 12).all() else "weeks"
        raise UsageError(
            f"{name}: {low} to {high} look like codes of {what}, whose differences are no periods",
            fix=_CODE_FIX,
        )


def _raw(values: pd.Index, name: str, *, by_clock: bool = False) -> tuple[Kind, _Raw]:
    """Read distinct values as ordinals of their own kind."""
    if isinstance(values, pd.PeriodIndex):
        return "Periods", _Raw(values.asi8, values.freqstr)
    if isinstance(values, pd.DatetimeIndex):
        return "dates", _dates(values, by_clock)
    if pd.api.types.is_bool_dtype(values.dtype):
        raise _unreadable(name, values[0])
    if pd.api.types.is_numeric_dtype(values.dtype):
        return "whole numbers", _Raw(_whole(values, name))
    return _raw_objects(list(values), name, by_clock)


def _raw_objects(items: list[Any], name: str, by_clock: bool) -> tuple[Kind, _Raw]:
    if all(isinstance(item, Week) for item in items):
        return "ISO weeks", _Raw(np.array([item.index for item in items], dtype=np.int64))
    if all(isinstance(item, pd.Period) for item in items):
        index = pd.PeriodIndex(items)
        return "Periods", _Raw(index.asi8, index.freqstr)
    if all(isinstance(item, date | np.datetime64) for item in items):
        return "dates", _dates(_days(items), by_clock)
    if all(isinstance(item, int | float | np.number) and not isinstance(item, bool) for item in items):
        return "whole numbers", _Raw(_whole(pd.Index([float(item) for item in items]), name))
    if all(isinstance(item, str) and _ISO_WEEK.fullmatch(item.strip()) for item in items):
        return "ISO weeks", _Raw(np.array([_week(item, name) for item in items], dtype=np.int64))
    if all(isinstance(item, str) and _ISO_DATE.fullmatch(item.strip()) for item in items):
        try:
            return "dates", _dates(_days([item.strip() for item in items]), by_clock)
        except ValueError as error:
            raise UsageError(
                f"{name}: {error}", fix="write days of the calendar, such as 2026-09-07"
            ) from None
    bad = next(
        (item for item in items if not (isinstance(item, str) and _ISO_WEEK.fullmatch(item.strip()))),
        items[0],
    )
    raise _unreadable(name, bad)


def _week(text: str, name: str) -> int:
    try:
        return Week.parse(text).index
    except PilotlabError as error:
        raise UsageError(f"{name}: {error.what}", fix=error.fix) from None


def _unreadable(name: str, value: Any) -> UsageError:
    return UsageError(
        f"{name} holds {_quote(value)}, which can't be read as a time beside the others",
        fix="write whole numbers, dates, pandas Periods or ISO weeks such as '2026-W37', one kind throughout",
    )


def _whole(values: pd.Index, name: str) -> IntArray:
    numbers = values.to_numpy(dtype=float)
    bad = ~(np.isfinite(numbers) & (numbers == np.round(numbers)) & (np.abs(numbers) < 2**53))
    if bad.any():
        raise UsageError(
            f"{name} holds {_quote(values[int(np.argmax(bad))])}, which is no whole number",
            fix="periods are whole numbers; 0, NaN, inf or None in the cohort mean never treated",
        )
    return numbers.astype(np.int64)


def _dates(days: pd.DatetimeIndex, by_clock: bool) -> _Raw:
    if by_clock and days.tz is not None:
        days = days.tz_localize(None)
    return _Raw(np.asarray(days.as_unit("us").asi8), days=days)


def _days(items: list[Any]) -> pd.DatetimeIndex:
    """Dates of any year: nanoseconds, which pandas may take by itself, end in 2262. Clocks of several offsets count as they show."""
    if all(getattr(item, "tzinfo", None) is None for item in items):
        return pd.DatetimeIndex(np.array(items, dtype="datetime64[us]"))
    try:
        return pd.DatetimeIndex(items)
    except ValueError:
        return pd.DatetimeIndex(
            np.array([item.replace(tzinfo=None) for item in items], dtype="datetime64[us]")
        )


def _months(days: pd.DatetimeIndex) -> IntArray:
    return np.asarray(days.year * 12 + days.month, dtype=np.int64)


def _steps(ordinals: IntArray) -> tuple[int, int, int]:
    """Smallest spacing, first and last."""
    distinct = np.unique(ordinals)
    step = int(np.diff(distinct).min()) if len(distinct) > 1 else 1
    return step, int(distinct[0]), int(distinct[-1])


def _quote(value: Any) -> str:
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return repr(str(value.date()))
    return repr(
        value.item()
        if isinstance(value, np.generic)
        else str(value)
        if isinstance(value, pd.Timestamp | pd.Period)
        else value
    )
