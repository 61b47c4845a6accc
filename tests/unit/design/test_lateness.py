"""How late a plan was fixed: by the latest day that anything sealed names, and by amendments of what is judged."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import pilotlab as pl
from pilotlab.design.lateness import Late, lateness
from tests.pilots import AFTER, BEFORE, Lab, make_lab

PILOT = "anchor-days"
SUNDAY = date(2026, 9, 13)  # the end of the first pilot week


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


def late(lab: Lab) -> Late | None:
    return lab.at(AFTER).late(PILOT)


def clocked(lab: Lab, today: date, clock: str) -> pl.Workspace:
    return pl.open(lab.root, actor="ann", today=today, clock=lambda: clock)


@pytest.mark.parametrize(
    ("day", "days"),
    [(BEFORE, None), (SUNDAY, None), (SUNDAY + timedelta(1), 1), (AFTER, (AFTER - SUNDAY).days)],
)
def test_days_count_from_the_end_of_the_first_pilot_week(lab: Lab, day: date, days: int | None) -> None:
    lab.at(day).assign(PILOT)
    assert late(lab) is None  # not frozen
    lab.at(day).freeze(PILOT)
    found = late(lab)
    assert found == (None if days is None else Late(days=days, on=found.on if found else day))


@pytest.mark.parametrize(
    ("drawn", "today", "clock"),
    [
        (
            "2026-08-01T09:00:00+00:00",
            AFTER,
            "2026-08-01T09:00:00+00:00",
        ),  # told a late day, whatever the clock
        ("2026-08-01T09:00:00+00:00", BEFORE, "2027-03-01T09:00:00+00:00"),  # told an early one, stored late
        (
            "2027-03-01T09:00:00+00:00",
            BEFORE,
            "2026-08-01T09:00:00+00:00",
        ),  # the clock set back since the draw
        ("2027-03-01T09:00:00", BEFORE, "2026-08-01T09:00:00"),  # a clock without a zone
    ],
)
def test_the_latest_sealed_day_holds(lab: Lab, drawn: str, today: date, clock: str) -> None:
    clocked(lab, BEFORE, drawn).assign(PILOT)
    clocked(lab, today, clock).freeze(PILOT)
    assert late(lab) is not None


def test_a_sunday_evening_in_the_west_is_no_monday(lab: Lab) -> None:
    clocked(lab, SUNDAY, "2026-09-14T02:00:00+00:00").assign(PILOT)
    clocked(lab, SUNDAY, "2026-09-14T02:00:00+00:00").freeze(PILOT)
    assert late(lab) is None


@pytest.mark.parametrize(
    ("old", "new", "day", "counts"),
    [
        ("worth_it: -0.5", "worth_it: -0.1", AFTER, True),
        ("worth_it: -0.5", "worth_it: -0.1", SUNDAY, False),  # before the first pilot week had ended
        ("pilot_weeks: 8", "pilot_weeks: 7", AFTER, True),
        ("pilot_weeks: 8", "pilot_weeks: 8, blackout: [2026-W45]", AFTER, True),
        ("pilot_weeks: 8", "pilot_weeks: 8, blackout: [2026-W45]", date(2026, 10, 5), False),  # still to come
        ("title: Two anchor days", "title: Renamed", AFTER, False),
    ],
)
def test_an_amendment_counts_where_it_changes_what_is_judged(
    lab: Lab, old: str, new: str, day: date, counts: bool
) -> None:
    lab.agree()
    assert late(lab) is None
    lab.edit(old, new)
    lab.at(day).amend(PILOT, why="a reason")
    found = late(lab)
    assert (found is not None) == counts
    if found:
        assert (
            str(found) == f"what is judged was amended {found.days} days after the first pilot week had ended"
        )


def test_a_late_freeze_is_said_in_words(lab: Lab) -> None:
    assert str(Late(days=1, on=SUNDAY)) == "plan frozen one day after the first pilot week had ended"
    assert str(Late(days=1461, on=SUNDAY)).startswith("plan frozen 1,461 days after")
    with lab.at(BEFORE).store() as store:
        assert lateness(store, "no-such-pilot") is None


def test_a_simulated_pilot_is_told_by_its_own_calendar(lab: Lab) -> None:
    lab.edit("claim: improve", "claim: improve\ndata: simulated")
    clock = "2030-01-01T00:00:00+00:00"
    clocked(lab, BEFORE, clock).assign(PILOT)
    clocked(lab, BEFORE, clock).freeze(PILOT)
    assert late(lab) is None
    lab.edit("data: simulated", "data: company")  # then the page no longer says that it is invented
    clocked(lab, BEFORE, clock).amend(PILOT, why="it was real all along")
    assert late(lab) is not None
