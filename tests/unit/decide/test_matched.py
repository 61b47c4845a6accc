"""A matched pilot from its declaration to its grade: B where the checks before the start are quiet, C where one alarms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pilotlab.decide.decision import Decision
from pilotlab.weeks import Week
from tests.pilots import AFTER, PILOT, START, TEAMS, make_lab

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot

ASSIGN = "recruitment: lottery\n  assign: {method: complete, seed: 7}"
MATCHED = "type: matched\n  recruitment: mandated\n  assign: {method: declared, column: arm}"
MORE = (*TEAMS, *(f"team-{number:02d}" for number in range(12, 20)))
LEVELS = {"job_satisfaction": 7.0, "cross_team_share": 0.3, "office_days": 1.0}
Goal = Callable[[int, bool], float]  # event time, whether a pilot team: what is added to its cycle time


def arm(place: int) -> str:
    return "anchor" if place % 2 else "control"


def strong(at: int, pilot: bool) -> float:
    return -9.0 * (pilot and at >= 0)


def decided(
    root: Path, goal: Goal, *, design: str = MATCHED, teams: tuple[str, ...] = MORE, seed: int = 5
) -> Decision:
    """Run a pilot whose teams differ by noise of `seed`."""
    lab = make_lab(root, PILOT.replace(ASSIGN, design), teams=teams, columns={"arm": arm})
    noise = np.random.default_rng(seed).normal(0, 0.4, (len(teams), 60))

    def value(metric: str, place: int, week: Week, treated: bool) -> float:
        at = week.since(START)
        if metric == "cycle_time_p50":
            return round(20 + noise[place, at + 30] + goal(at, arm(place) == "anchor"), 4)  # type: ignore[no-any-return]
        return (  # type: ignore[no-any-return]
            LEVELS[metric]
            + round(0.1 * noise[place, at + 30] * LEVELS[metric], 4)
            + (treated and metric == "office_days") * 1.5
        )

    lab.collect(lab.agree(), value)
    return lab.at(AFTER).decide("anchor-days")


def test_a_matched_pilot_whose_checks_are_quiet_reaches_grade_b(tmp_path: Path) -> None:
    found = decided(tmp_path, strong)
    assert found.grade == "B"
    assert found.leading.grade_words == "Grade B: matched, not drawn, 10 and 10 teams"
    assert found.verdict == "Scale with changes"


@pytest.mark.parametrize(
    ("alarm", "said"),
    [
        (lambda at, pilot: strong(at, pilot) - 2.0 * (pilot and at < -6), "check raised an alarm"),
        (lambda at, pilot: -0.35 * (pilot and at >= 0), "breakdown value under 1"),
    ],
)
def test_an_alarm_lowers_it_to_c(tmp_path: Path, alarm: Goal, said: str) -> None:
    found = decided(tmp_path, alarm)
    assert found.grade == "C"
    assert said in found.leading.grade_words


def test_volunteers_and_few_teams_stay_at_c_whatever_the_checks_say(tmp_path: Path) -> None:
    volunteers = decided(tmp_path / "one", strong, design=MATCHED.replace("mandated", "volunteer"))
    few = decided(tmp_path / "two", strong, teams=TEAMS)
    assert (volunteers.grade, few.grade) == ("C", "C")
    assert "(volunteers)" in volunteers.leading.grade_words
    assert "6 in the smaller arm, 8 needed" in few.leading.grade_words


def test_without_the_card_no_check_ran(tmp_path: Path) -> None:
    plan = "analysis: {sensitivity: none}\npeople:"
    lab_pilot = MATCHED
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.unit.decide.test_matched.PILOT", PILOT.replace("people:", plan))
        found = decided(tmp_path, strong, design=lab_pilot)
    assert found.grade == "C"
    assert "pre-trend check did not run" in found.leading.grade_words


def test_check_says_what_a_matched_plan_can_reach(tmp_path: Path) -> None:
    lab = make_lab(tmp_path, PILOT.replace(ASSIGN, MATCHED), teams=MORE, columns={"arm": arm})
    said = {row.code: row.what for row in lab.at(AFTER).check("anchor-days")}
    assert said["PL334"].endswith(
        "evidence grade B, strongest verdict Scale with changes if its checks raise no alarm"
    )
    assert "PL340" not in said


def test_matched_sets_are_strata_and_their_pairs_leave_together(tmp_path: Path) -> None:
    design = MATCHED.replace("column: arm", "column: arm, on: [set]")
    lab = make_lab(
        tmp_path,
        PILOT.replace(ASSIGN, design),
        teams=MORE,
        columns={"arm": arm, "set": lambda place: str(place // 2)},
    )
    assert "PL361" not in {row.code for row in lab.at(AFTER).check("anchor-days")}
    assert {row.stratum for row in lab.agree().teams} == {str(number) for number in range(10)}
