"""The course of a pilot: acts of the ledger, shares and windows become what the gate reads."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pilotlab.decide.course import Course, first_pilot_row
from pilotlab.weeks import Week
from tests.pilots import AFTER, BEFORE, Lab, make_lab, plain_value

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot

PILOT = "anchor-days"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


def row(lab: Lab, week: str, metric: str = "office_days", team: str = "team-00", cell: str = "1,,") -> None:
    file = lab.root / "row.csv"
    file.write_text(f"team,week,metric,value,n,gap\n{team},{week},{metric},{cell}\n")
    lab.at(AFTER).import_file(file)


def first(lab: Lab) -> int | None:
    at = lab.at(AFTER)
    with at.store(readonly=True) as store:
        return first_pilot_row(store, at.plan(PILOT))


def gate(course: Course) -> dict[str, bool | None]:
    return {item.key: item.met for item in course.decision.leading.gate}


def test_only_rows_of_pilot_weeks_teams_and_metrics_come_too_early(lab: Lab) -> None:
    lab.at(BEFORE).assign(PILOT)
    teams = lab.file.parent / "teams.csv"
    teams.write_text(teams.read_text() + "stranger,9\n")
    row(lab, "2026-W36")  # before the start
    row(lab, "2026-W38", metric="belonging")  # not of this pilot
    row(lab, "2026-W38", team="stranger")  # drawn into no arm
    assert first(lab) is None
    row(lab, "2026-W38", cell=",,leave")  # a gap is a row too
    assert first(lab) is not None


def test_a_correction_does_not_make_the_first_row_later(lab: Lab) -> None:
    lab.at(BEFORE).assign(PILOT)
    row(lab, "2026-W38")
    found = first(lab)
    lab.at(AFTER).log(PILOT, "team-00", "2026-W38", {"office_days": 3}, why="misread")
    assert first(lab) == found


def test_the_gate_of_a_whole_pilot(lab: Lab) -> None:
    lab.collect(lab.agree())
    course = lab.at(AFTER).course(PILOT)
    assert set(gate(course).values()) == {True}
    assert course.quality["cycle_time_p50@1"].presence("anchor").share == 1.0
    assert course.decision_of("anchor") == course.decision.leading


def test_a_blackout_week_and_not_applicable_are_not_due(lab: Lab) -> None:
    lab.edit("pilot_weeks: 8", "pilot_weeks: 8, blackout: [2026-W40]")

    def value(metric: str, team: int, week: Week, treated: bool) -> float | str | None:
        if str(week) == "2026-W40":
            return None
        return (
            "not_applicable" if team == 0 and week.number > 41 else plain_value(metric, team, week, treated)
        )

    lab.collect(lab.agree(), value)
    course = lab.at(AFTER).course(PILOT)
    assert gate(course)["complete"]
    assert {course.quality["cycle_time_p50@1"].presence(arm).share for arm in ("anchor", "control")} == {1.0}


@pytest.mark.parametrize(
    ("missing", "met"),
    [({41}, True), ({26}, True), ({26, 41}, True), ({41, 42}, False), ({26, 27}, False)],
)
def test_four_fifths_of_the_baseline_and_of_the_counted_weeks_are_needed(
    lab: Lab, missing: set[int], met: bool
) -> None:
    """Eight due weeks a window: one lost in every team leaves 88 %, two leave 75 %, whatever the other window has."""
    lab.collect(
        lab.agree(),
        lambda metric, team, week, treated: (
            None if week.number in missing else plain_value(metric, team, week, treated)
        ),
    )
    assert gate(lab.at(AFTER).course(PILOT))["complete"] is met


def test_six_baseline_weeks_with_both_arms_are_needed(lab: Lab) -> None:
    lab.collect(
        lab.agree(),
        lambda metric, team, week, treated: (
            None if week.number in (26, 27, 28) else plain_value(metric, team, week, treated)
        ),
    )
    assert not gate(lab.at(AFTER).course(PILOT))["baseline"]


def test_the_end_is_the_day_after_the_last_sunday(lab: Lab) -> None:
    lab.collect(lab.agree())
    end = lab.at(AFTER).plan(PILOT).spec.windows.end.sunday
    assert end == date(2026, 11, 15)
    assert not gate(lab.at(end).course(PILOT))["end"]
    assert gate(lab.at(date(2026, 11, 16)).course(PILOT))["end"]


def test_the_data_digest_is_of_this_pilots_rows_alone(lab: Lab) -> None:
    lab.collect(lab.agree())
    before = lab.at(AFTER).course(PILOT).data_digest
    row(lab, "2026-W38", metric="belonging", cell="3,9,")
    assert lab.at(AFTER).course(PILOT).data_digest == before
