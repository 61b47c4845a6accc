"""Strength: the grade told before launch is the one the rule gives after it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pilotlab.decide import grade as rule
from pilotlab.decide.inputs import DesignFacts
from pilotlab.design.strength import strength
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.reading import parse_pilot
from pilotlab.spec.standard import STRONGEST
from pilotlab.spec.team import Team, parse_teams
from tests.unit.spec.workspace import PILOT, check, replaced, write

DRAWN, DECLARED = "assign: {method: complete, seed: 7}", "assign: {method: declared, column: arm}"


def plan(
    pilot: int, control: int, *, kind: str = "parallel", drawn: bool, recruitment: str
) -> tuple[PilotSpec, tuple[Team, ...]]:
    how = DECLARED if not drawn else "assign: {method: declared, column: arm, drawn_by: dice}"
    spec = parse_pilot(
        replaced(PILOT, {"recruitment: lottery": f"recruitment: {recruitment}\n  type: {kind}", DRAWN: how}),
        pilot="p",
    ).spec
    assert spec is not None
    arms = ["anchor"] * pilot + ["control"] * control
    return spec, parse_teams(
        "team,arm\n" + "".join(f"t{place},{arm}\n" for place, arm in enumerate(arms)), spec
    ).teams


@pytest.mark.parametrize("kind", ["parallel", "matched", "before_after"])
@pytest.mark.parametrize("drawn", [True, False])
@pytest.mark.parametrize("recruitment", ["lottery", "volunteer"])
def test_the_grade_is_the_rules_own(kind: str, drawn: bool, recruitment: str) -> None:
    for pilot, control in itertools.product((1, 3, 4, 7, 8, 12), repeat=2):
        told = strength(*plan(pilot, control, kind=kind, drawn=drawn, recruitment=recruitment))
        facts = DesignFacts(
            design=kind,  # type: ignore[arg-type]
            drawn=drawn,
            recruitment=recruitment,  # type: ignore[arg-type]
            units_arm=pilot,
            units_control=control,
            pretrend="clear",
            placebo="clear",
            breakdown=1.0,
        )
        assert told.grade == rule.grade(facts), (pilot, control)
        assert told.strongest == STRONGEST[rule.grade(facts)] == STRONGEST[told.grade]


@pytest.mark.parametrize("teams", [7, 8, 15, 16])
def test_a_stepped_wedge_counts_units_in_all(teams: int) -> None:
    spec, listed = plan(teams, 0, kind="stepped_wedge", drawn=True, recruitment="lottery")
    facts = DesignFacts(
        design="stepped_wedge", drawn=True, units_arm=teams, units_control=0, units_in_all=teams, steps=3
    )
    assert strength(spec, listed).grade == rule.grade(facts)


def test_teams_kept_together_count_once_and_a_buffer_team_not_at_all(tmp_path: Path) -> None:
    edit = DRAWN + "\n  keep_together: [[api, mobile, web]]\n  buffer: [data]"
    write(tmp_path, pilot=replaced(PILOT, {DRAWN: edit}))
    told = check(tmp_path).strength
    assert told is not None
    (contrast,) = told.contrasts
    assert told.teams == 15
    assert sorted((contrast.pilot, contrast.control)) == [6, 7]
    assert told.grade == "B"


def test_several_arms_take_the_stronger_of_their_grades() -> None:
    spec = parse_pilot(
        replaced(
            PILOT,
            {
                "design:": "  flex: {office_days: team-choice}\ndesign:",
                DRAWN: DECLARED.replace("arm}", "arm, drawn_by: dice}"),
            },
        ),
        pilot="p",
    ).spec
    assert spec is not None
    rows = ["control"] * 9 + ["anchor"] * 8 + ["flex"] * 4
    teams = parse_teams(
        "team,arm\n" + "".join(f"t{place},{arm}\n" for place, arm in enumerate(rows)), spec
    ).teams
    assert (
        str(strength(spec, teams))
        == "21 teams, anchor 8 against 9; flex 4 against 9: evidence grade A, strongest verdict Scale"
    )
