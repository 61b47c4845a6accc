"""What is due, what is there, and why the rest is not."""

from __future__ import annotations

import pytest

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.panel.presence import Completeness, completeness
from pilotlab.spec.pilot import Windows
from pilotlab.weeks import Week, week_range

START = Week.parse("2026-W20")
WINDOWS = Windows(
    start=START,
    end=START + 5,
    baseline=week_range(START - 4, 4),
    announced=(),
    washin=week_range(START, 2),
    counted=(START + 2, START + 3, START + 5),
    blackout=(START + 4,),
)
TEAMS = Assignment(
    "p",
    "complete",
    (AssignedTeam("b", "anchor", START), AssignedTeam("a", "control"), AssignedTeam("c", "control")),
)
ALL = [*week_range(START - 4, 10)]
Seen = dict[tuple[str, Week], str | None]


def seen(team: str, weeks: list[Week], gap: str | None = None) -> Seen:
    return {(team, week): gap for week in weeks}


def held(rows: Seen, *, cadence: int = 1, through: Week | None = None) -> Completeness:
    return completeness("m@1", WINDOWS, TEAMS, rows, cadence=cadence, through=through)


def of(found: Completeness, team: str) -> tuple[int, int]:
    row = next(row for row in found.teams if row.team == team)
    return row.both


def states(found: Completeness, team: str) -> tuple[str, ...]:
    return next(row for row in found.teams if row.team == team).states


def test_only_baseline_and_counted_weeks_are_expected() -> None:
    full = held(seen("a", ALL) | seen("b", ALL))
    assert [row.team for row in full.teams] == ["a", "b", "c"]
    assert (of(full, "a"), of(full, "c")) == ((7, 7), (0, 7))
    assert (full.presence("anchor"), full.presence("control")) == ((7, 7), (7, 14))
    assert full.presence("control").share == pytest.approx(0.5)
    assert states(full, "a") == ("counts",) * 4 + ("outside",) * 2 + ("counts",) * 2 + ("blackout", "counts")


@pytest.mark.parametrize("gap", ["leave", "holiday", "no_work", "forgot"])
def test_a_gap_is_due_and_not_there_whatever_its_reason(gap: str) -> None:
    found = held(seen("a", ALL[1:]) | seen("a", ALL[:1], gap))
    assert (of(found, "a"), states(found, "a")[0]) == ((6, 7), gap)


def test_not_applicable_is_not_due() -> None:
    found = held(seen("a", ALL[1:]) | seen("a", ALL[:1], "not_applicable"))
    assert (of(found, "a"), states(found, "a")[0]) == ((6, 6), "not_applicable")


def test_a_team_to_which_nothing_applies_has_no_share() -> None:
    assert held(seen("b", ALL, "not_applicable")).presence("anchor").share is None


def test_a_fortnightly_metric_is_due_once_in_two_weeks() -> None:
    found = held(seen("a", [START - 4, START - 1, START + 2]), cadence=2)
    # two stretches in the baseline, then W22 or W23; W25 alone is cut short and owes none
    assert of(found, "a") == (3, 3)
    assert states(found, "a")[-1] == "not_due"


def test_two_values_in_one_fortnight_count_once() -> None:
    assert of(held(seen("a", ALL), cadence=2), "a") == (3, 3)


def test_later_weeks_are_not_due_yet() -> None:
    found = held(seen("a", ALL[:6]), through=START + 2)
    assert (found.weeks[-1], of(found, "a"), states(found, "a")[-1]) == (START + 2, (4, 5), "missing")


def test_usable_baseline_weeks_have_a_value_in_every_arm() -> None:
    found = held(seen("a", ALL[:3]) | seen("b", ALL[1:4]))
    assert found.usable_baseline_weeks(WINDOWS, ["anchor", "control"]) == 2
    assert found.usable_baseline_weeks(WINDOWS, ["control"]) == 3


def test_a_fortnightly_value_stands_for_two_baseline_weeks() -> None:
    found = held(seen("a", [START - 4, START - 1]) | seen("b", [START - 3]), cadence=2)
    assert found.usable_baseline_weeks(WINDOWS, ["anchor", "control"]) == 2
    assert found.usable_baseline_weeks(WINDOWS, ["control"]) == 4


def test_shares_by_week_name_no_unit() -> None:
    found = held(seen("a", ALL[:2]) | seen("c", ALL[:1]))
    assert found.shares_by_week("control")[:3] == (1.0, 0.5, 0.0)
    assert found.shares_by_week("control")[8] is None
