"""Weeks: ISO arithmetic over the turn of years, and what is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pilotlab.errors import PilotlabError
from pilotlab.weeks import Week, last_week, week_range, weeks_between


def test_a_week_is_read_from_its_number_or_its_monday() -> None:
    assert (
        Week.parse("2026-W37")
        == Week.parse("2026W37")
        == Week.parse("2026-09-07")
        == Week.parse(date(2026, 9, 7))
    )
    assert Week.parse(datetime(2026, 9, 7, 12)) == Week.parse(Week.parse(" 2026-W37 "))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("next monday", "neither a Monday's date nor an ISO week"),
        ("2026-09-09", "is a Wednesday"),
        ("2026-02-30", "not a day of the calendar"),
        ("2025-W53", "2025 has weeks 1 to 52"),
        ("2026-W00", "2026 has weeks 1 to 53"),
        ("03/04/2026", "neither"),
        ("202637", "neither"),
        ("", "neither"),
        ("2026-W37 ", None),
    ],
)
def test_what_is_no_week_is_refused_with_its_words(written: str, says: str | None) -> None:
    if says is None:
        assert Week.parse(written) == Week.iso(2026, 37)
        return
    with pytest.raises(PilotlabError, match=says) as refused:
        Week.parse(written)
    assert refused.value.fix


def test_week_53_exists_where_the_year_has_one() -> None:
    assert (last_week(2026), last_week(2025)) == (53, 52)
    assert Week.parse("2026-W53") + 1 == Week.parse("2027-W01")
    assert Week.parse("2026-W53").monday == date(2026, 12, 28)


def test_ranges_and_event_time_cross_the_turn_of_the_year() -> None:
    start = Week.parse("2026-W51")
    assert [str(week) for week in week_range(start, 4)] == ["2026-W51", "2026-W52", "2026-W53", "2027-W01"]
    assert list(weeks_between(start + 1, start)) == []
    assert (start + 5).since(start) == 5


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)))
def test_every_day_lies_in_its_week(day: date) -> None:
    week = Week.of(day)
    assert week.monday <= day <= week.sunday
    assert Week.from_code(week.code) == Week.parse(str(week)) == Week.parse(week.monday) == week
    assert day.isocalendar()[:2] == (week.code // 100, week.number)


def test_pydantic_reads_and_writes_weeks_as_text() -> None:
    class Holder(BaseModel):
        week: Week

    assert Holder(week="2026-09-07").model_dump(mode="json") == {"week": "2026-W37"}
    assert Holder.model_json_schema()["properties"]["week"]["type"] == "string"
