"""Rules: the cases beside the one mistake that each code has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pilotlab.design.checking import check_pilot
from tests.unit.spec.workspace import (
    MIXED,
    PILOT,
    PILOT_FILE,
    TEAMS,
    TEAMS_FILE,
    TODAY,
    check,
    places,
    replaced,
    write,
)

GOAL = "goals: [{use: cycle_time_p50@1, worth_it: -0.5}]"
GUARDRAIL = "guardrails: [{use: work_life_balance@1, margin: 0.3, if_breached: stop}]"
ASSIGN = "assign: {method: complete, seed: 7}"
LOG = """\
- id: cycle_time_p50
  version: 2
  label: Start to done
  say: {better: items were done sooner, worse: items were done later}
  family: outcome
  unit: days
  direction: lower
  kind: median
  range: [0, 180]
  roles: [goal, watch]
  transform: log
"""


def codes(
    root: Path, edits: dict[str, str], *, teams: str = TEAMS, more: dict[str, str] | None = None
) -> list[str]:
    write(root, pilot=replaced(PILOT, edits), teams=teams, more=more)
    return [finding.code for finding in check(root).findings]


@pytest.mark.parametrize(
    ("claim", "goal", "expected"),
    [
        ("improve", "worth_it: -0.5", []),
        ("improve", "margin: 0.5", ["PL313", "PL315"]),
        ("improve", "worth_it: 0", ["PL317"]),
        ("improve", "worth_it: -200", ["PL317"]),
        ("do_no_harm", "margin: 0.5", []),
        ("do_no_harm", "worth_it: -0.5", ["PL315", "PL316"]),
        ("do_no_harm", "margin: 0", ["PL317"]),
        ("learn", "fix: ''", []),
        ("learn", "worth_it: -0.5", []),
        ("learn", "worth_it: 0.5", ["PL314"]),
    ],
)
def test_the_claim_says_what_a_goal_takes(claim: str, goal: str, expected: list[str], tmp_path: Path) -> None:
    edits = {"claim: improve": f"claim: {claim}", "worth_it: -0.5": goal}
    assert sorted(codes(tmp_path, edits)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"-10%"', []),
        ('"-10 %"', []),
        ("-0.5", ["PL318"]),
        ('"10%"', ["PL314"]),
        ('"-100%"', ["PL317"]),
        ('"0%"', ["PL317"]),
        ('"ten"', ["PL113"]),
    ],
)
def test_a_log_metric_takes_percentages(written: str, expected: list[str], tmp_path: Path) -> None:
    edits = {"cycle_time_p50@1, worth_it: -0.5": f"cycle_time_p50@2, worth_it: {written}"}
    assert codes(tmp_path, edits, more={"experiments/metrics.yaml": LOG}) == expected


def test_weeks_around_the_counted_ones(tmp_path: Path) -> None:
    blackout = "[2026-07-13, 2026-08-24, 2026-09-14, 2026-11-23, 2026-11-23, 2027-01-04]"
    write(
        tmp_path,
        pilot=replaced(
            PILOT, {"  decide_by: 2027-01-15": f"  blackout: {blackout}\n  decide_by: 2027-03-01"}
        ),
    )
    told = [finding.what for finding in check(tmp_path).findings]
    assert told == [
        "7 usable baseline weeks; 8 are planned for, 13 are good",
        "blackout 2026-07-13 falls in the baseline; 7 usable weeks remain",
        "blackout 2026-08-24 lies between announcement and start, where nothing is counted",
        "blackout 2026-09-14 lies in the wash-in, where nothing is counted",
        "blackout 2026-11-23 falls in pilot week 12; 11 usable weeks remain",
        "blackout 2026-11-23 is listed twice",
        "blackout 2027-01-04 lies outside the pilot, where nothing is counted",
    ]


def test_the_first_week_is_late_only_when_it_has_begun_and_nothing_is_frozen(tmp_path: Path) -> None:
    write(tmp_path)
    for today, late in ((date(2026, 9, 7), False), (date(2026, 9, 8), True)):
        found = check_pilot(tmp_path, tmp_path / PILOT_FILE, today=today).findings
        assert [finding.code for finding in found] == (["PL323"] if late else [])


def test_a_published_study_is_not_asked_what_it_could_not_do(tmp_path: Path) -> None:
    bare = replaced(
        PILOT,
        {
            "intent: We want to know.\n": "data: published\n",
            "never_used_for: [individual evaluation]\n": "",
            "announced_on: 2026-08-17\n": "",
            "  recruitment: lottery\n": "  recruitment: lottery\n  unit: person\n",
            GUARDRAIL: "guardrails: []",
            "watch: [cross_team_share@1]": "watch: []",
            "  adherence: {use: office_days@1, planned_gap: 1.5}\n": "",
            "consultation: [{with: works council, on: 2026-08-03}]\n": "",
            "people: {sponsor: coo, employee_rep: works-council}\n": "",
        },
    )
    write(tmp_path, pilot=bare)
    assert check_pilot(tmp_path, tmp_path / PILOT_FILE, today=date(2030, 1, 1)).findings == ()


def test_volunteers_who_are_drawn_are_told_whom_the_answer_holds_for(tmp_path: Path) -> None:
    write(tmp_path, pilot=PILOT.replace("recruitment: lottery", "recruitment: volunteer"))
    (finding,) = check(tmp_path).findings
    assert (finding.code, finding.level) == ("PL336", "note")
    write(
        tmp_path,
        pilot=PILOT.replace("recruitment: lottery", "recruitment: volunteer").replace(
            ASSIGN, "assign: {method: declared, column: arm}"
        ),
    )
    levels = {finding.code: finding.level for finding in check(tmp_path).findings}
    assert levels == {"PL336": "warn", "PL337": "note", "PL333": "warn"}  # the site tells the arm
    (tmp_path / TEAMS_FILE).write_text(MIXED, encoding="utf-8")
    levels = {finding.code: finding.level for finding in check(tmp_path).findings}
    assert levels == {"PL336": "warn", "PL337": "note", "PL334": "note"}


@pytest.mark.parametrize(
    ("teams", "expected"), [(6, {"PL333", "PL351"}), (8, {"PL334"}), (14, {"PL334"}), (16, set())]
)
def test_fewer_teams_can_say_less(teams: int, expected: set[str], tmp_path: Path) -> None:
    listed = "".join(TEAMS.splitlines(keepends=True)[: teams + 1])
    assert set(codes(tmp_path, {}, teams=listed)) == expected


def test_two_goals_and_two_arms_share_alpha_until_no_draw_can_reach_it(tmp_path: Path) -> None:
    edits = {
        GOAL: GOAL[:-1] + ", {use: goal_attainment@1, worth_it: 5}]",
        "design:": "  flex: {office_days: team-choice}\ndesign:",
    }
    listed = "".join(TEAMS.splitlines(keepends=True)[:13])
    write(tmp_path, pilot=replaced(PILOT, edits), teams=listed)
    checked = check(tmp_path)
    (split,) = [finding for finding in checked.findings if finding.code == "PL350"]
    assert (
        split.what
        == "2 pilot arms and two goals of which either will do share alpha: a goal is first tested at 0.0125"
    )
    assert len(places(checked, "PL351")) == 2, "4 against 4 have 70 draws: p is never under 0.029"


def test_a_rule_keeps_quiet_about_what_could_not_be_read(tmp_path: Path) -> None:
    edits = {
        "start: 2026-09-07": "start: soon",
        "  decide_by: 2027-01-15": "  decide_by: 2020-01-01\n  blackout: [2026-11-23]",
        "guardrails:": "gaurdrails:",
    }
    assert codes(tmp_path, edits) == ["PL118", "PL104"]


def test_today_is_the_days_only_clock(tmp_path: Path) -> None:
    write(tmp_path)
    assert check_pilot(tmp_path, tmp_path / PILOT_FILE, today=TODAY) == check_pilot(
        tmp_path, tmp_path / PILOT_FILE, today=TODAY
    )
