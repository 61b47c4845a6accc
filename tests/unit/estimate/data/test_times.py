"""Times of every kind mean the same periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.data.times import calendar_of
from pilotlab.estimate.did import did
from pilotlab.weeks import Week
from tests.panels import START, simulate

MONDAY = pd.Timestamp("2026-11-02")  # so that the weeks cross the new year, and 2026 has 53 of them


def _day(week: Any) -> pd.Timestamp:
    return MONDAY + pd.Timedelta(weeks=int(week) - 1)


def _iso(week: Any) -> str:
    return str(Week.of(_day(week).date()))


WAYS: dict[str, Callable[[Any], Any]] = {
    "dates": _day,
    "aware dates": lambda week: _day(week).tz_localize("Europe/Berlin"),
    "python dates": lambda week: _day(week).date(),
    "date text": lambda week: _day(week).date().isoformat(),
    "iso weeks": _iso,
    "iso weeks without a dash": lambda week: _iso(week).replace("-", ""),
    "Weeks": lambda week: Week.of(_day(week).date()),
    "weekly Periods": lambda week: pd.Period(_day(week), "W"),
    "months": lambda week: pd.Timestamp("2026-06-01") + pd.DateOffset(months=int(week)),
    "monthly Periods": lambda week: pd.Period("2026-06", "M") + int(week),
    "quarters as dates": lambda week: pd.Timestamp("2020-01-01") + pd.DateOffset(months=3 * int(week)),
    "years as dates": lambda week: pd.Timestamp(f"{2000 + int(week)}-01-01"),
    "float numbers": float,
    "years": lambda week: 2000 + int(week),
    "categories": lambda week: f"2026-W{int(week) + 10}",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("missing", [None, np.nan])
def test_every_way_to_write_a_time_gives_one_answer(way: str, missing: Any) -> None:
    frame = simulate(seed=4, att=1)
    known = did(frame, baseline=4, anticipation=1, washin=1, exclude=[10], inference="cr2")
    write = WAYS[way]
    other = frame.assign(
        week=[write(week) for week in frame["week"]],
        first_week=pd.Series([write(START) if first else missing for first in frame["first_week"]]),
    )
    if way == "categories":
        other["week"] = other["week"].astype("category")
    est = did(other, baseline=4, anticipation=1, washin=1, exclude=[write(10)], inference="cr2")
    assert (est.att, est.se, est.n_obs) == pytest.approx((known.att, known.se, known.n_obs))


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int32", "float32"])
def test_nullable_and_small_types(dtype: str) -> None:
    frame = simulate(seed=4)
    known = did(frame)
    other = frame.assign(
        week=frame["week"].astype(dtype),  # type: ignore[call-overload]
        first_week=frame["first_week"].where(frame["first_week"] > 0).astype("Int64"),
    )
    assert did(other.assign(y=other["y"].astype("Float64"))).att == pytest.approx(known.att)


@pytest.mark.parametrize("never", [np.nan, None, np.inf, 0])
def test_four_ways_to_say_never(never: Any) -> None:
    frame = simulate(seed=2)
    other = frame.assign(
        first_week=pd.Series([first or never for first in frame["first_week"]], dtype=object)
    )
    assert did(other) == did(frame)


def test_dates_off_the_step_are_refused() -> None:
    frame = simulate()
    days = frame["week"].map(_day)
    with pytest.raises(UsageError, match=r"does not lie on the steps of 'week' \(4 days\)"):
        did(frame.assign(week=days.where(days != days[3], days + pd.Timedelta(days=3)), first_week=pd.NaT))  # type: ignore[arg-type]
    start = pd.Series(
        [_day(START) + pd.Timedelta(days=2) if first else pd.NaT for first in frame["first_week"]]
    )
    with pytest.raises(UsageError, match="first_week"):
        did(frame.assign(week=days, first_week=start))


@pytest.mark.parametrize("bad", ["week 3", "2026-13-45", "2026-W60", "03/04/2026"])
def test_text_that_is_no_time(bad: str) -> None:
    with pytest.raises(UsageError):
        calendar_of(pd.Index([bad]), "week")


def test_codes_within_one_year_are_plain_numbers() -> None:
    frame = simulate(seed=1)
    shifted = frame.assign(
        week=frame["week"] + 202600,
        first_week=frame["first_week"].where(frame["first_week"] == 0, 202600 + START),
    )
    assert did(shifted).att == pytest.approx(did(frame).att)


@pytest.mark.parametrize(
    "way", [way for way in WAYS if way not in ("float numbers", "years", "aware dates", "categories")]
)
def test_refusals_write_times_as_the_frame_does(way: str) -> None:
    frame, write = simulate(), WAYS[way]
    first = [
        write(40 if row == 5 else START) if cohort else None for row, cohort in enumerate(frame["first_week"])
    ]
    with pytest.raises(UsageError) as caught:
        did(
            frame.assign(
                week=[write(week) for week in frame["week"]], first_week=pd.Series(first, dtype=object)
            )
        )
    said = calendar_of(pd.Index([write(week) for week in range(1, 13)]), "week")
    for week in (START, 40):
        assert said.label(int(said.read(pd.Index([write(week)]), "week")[0])) in str(caught.value)
    assert str(write(START))[:7].replace("-", "")[:4] in str(caught.value)


def _weekly(times: list[Any], starts: list[Any]) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [
        (unit, times[t], rng.normal() + (unit < 10 and t >= 5), starts[unit < 10])
        for unit in range(20)
        for t in range(10)
    ]
    return pd.DataFrame(rows, columns=["team", "week", "y", "first_week"])


@pytest.mark.parametrize("kind", ["date", "datetime64[s]", "text", "aware"])
def test_a_date_far_away_means_never(kind: str) -> None:
    days = [dt.date(2026, 1, 5) + dt.timedelta(7 * t) for t in range(10)]
    make: dict[str, Callable[[dt.date], Any]] = {
        "date": lambda day: day,
        "datetime64[s]": lambda day: np.datetime64(day, "s"),
        "text": dt.date.isoformat,
        "aware": lambda day: dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
    }
    known = did(_weekly(days, [None, days[5]]))
    far = did(
        _weekly([make[kind](day) for day in days], [make[kind](dt.date(9999, 12, 31)), make[kind](days[5])])
    )
    assert far.att == known.att
    assert any("count as never treated" in note.text for note in far.notes)


@pytest.mark.parametrize(
    ("zone", "first"), [("Europe/Berlin", "2026-02-23"), ("America/New_York", "2026-10-05")]
)
def test_weeks_go_on_over_a_change_of_the_clock(zone: str, first: str) -> None:
    there = list(pd.date_range(first, periods=10, freq="7D", tz=zone))
    utc = list(pd.date_range(first, periods=10, freq="7D", tz="UTC"))
    known, found = did(_weekly(utc, [pd.NaT, utc[5]])), did(_weekly(there, [pd.NaT, there[5]]))
    assert (found.att, found.p_value) == (known.att, known.p_value)


def test_hours_are_counted_as_they_pass() -> None:
    there = list(
        pd.date_range("2026-10-25", periods=10, freq="h", tz="Europe/Berlin")
    )  # the clock shows 02:00 twice
    assert did(_weekly(there, [pd.NaT, there[5]])).n_obs == 200
