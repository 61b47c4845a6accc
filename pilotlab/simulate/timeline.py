"""Timeline: the weeks of a simulated company, their season and each site's holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pilotlab.errors import UsageError
from pilotlab.simulate.seeds import FloatArray
from pilotlab.weeks import Week, week_range

START = Week.of(date(2025, 9, 1))
SEASON_AMPLITUDE = 0.10  # standard deviations, over 52 weeks
# site: country or country-state, as `calendar.holidays` of a pilot names it
SITES: Mapping[str, str] = MappingProxyType({"berlin": "DE-BE", "lyon": "FR", "leeds": "GB-ENG"})
COUNTRIES: Mapping[str, str] = MappingProxyType({"berlin": "DE", "lyon": "FR", "leeds": "GB"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Weeks from the first baseline week to the last pilot week.

    Attributes
    ----------
    announced_week : int
        The baseline week, counted from 1, in whose course the pilot is announced; 0: never announced.
    """

    start: Week = START
    baseline_weeks: int = 8
    washin_weeks: int = 4
    pilot_weeks: int = 12
    announced_week: int = 6

    def __post_init__(self) -> None:
        for name, least in (("baseline_weeks", 1), ("washin_weeks", 0), ("pilot_weeks", 1)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} is {getattr(self, name)!r}", fix=f"give at least {least}")
        if not 0 <= self.announced_week <= self.baseline_weeks:
            raise UsageError(
                f"announced_week {self.announced_week!r} is no baseline week",
                fix=f"a week from 1 to {self.baseline_weeks}, or 0 where nothing was announced",
            )

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Every week, in order."""
        return week_range(
            self.start - self.baseline_weeks, self.baseline_weeks + self.washin_weeks + self.pilot_weeks
        )

    @property
    def announced_on(self) -> date | None:
        """Monday of the week in which the pilot is announced."""
        return self.weeks[self.announced_week - 1].monday if self.announced_week else None

    @property
    def event_time(self) -> FloatArray:
        """Weeks since the start, shape (weeks,)."""
        return np.array([week.since(self.start) for week in self.weeks], dtype=float)

    @property
    def season(self) -> FloatArray:
        """Sine over the year in standard deviations, shape (weeks,)."""
        return SEASON_AMPLITUDE * np.sin(2 * np.pi * np.array([week.number for week in self.weeks]) / 52)

    @property
    def quarter_end(self) -> FloatArray:
        """1 in the last full week of a quarter, shape (weeks,)."""
        return np.array([float(_ends_quarter(week)) for week in self.weeks])

    def holiday(self, sites: list[str]) -> FloatArray:
        """1 where a site's week holds a public holiday from Monday to Friday, shape (sites, weeks)."""
        by_site = {site: _holiday_weeks(SITES[site], self.weeks) for site in dict.fromkeys(sites)}
        return np.array([by_site[site] for site in sites], dtype=float).reshape(len(sites), len(self.weeks))


def _ends_quarter(week: Week) -> bool:
    friday = week.monday + timedelta(days=4)
    return friday.month % 3 == 0 and (friday + timedelta(days=7)).month != friday.month


@cache
def _holiday_weeks(place: str, weeks: tuple[Week, ...]) -> npt.NDArray[np.bool_]:
    import holidays  # a third of a second: only where weeks are drawn

    country, _, state = place.partition("-")
    years = sorted({day.year for week in weeks for day in (week.monday, week.sunday)})
    days = holidays.country_holidays(country, subdiv=state or None, years=years)
    off = {Week.of(day) for day in days if day.weekday() < 5}
    return np.array([week in off for week in weeks])
