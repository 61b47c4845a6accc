"""A recorded assignment as draws: the lot that was cast is one of those that could have been."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pilotlab.design.admissible import admissible
from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.design.draw import draw
from pilotlab.errors import NotYet, UsageError
from pilotlab.stats.randomization.draws import count, enumerate_draws
from pilotlab.weeks import Week


def drawn_as(assignment: Assignment, names: list[str]) -> tuple[bool, ...]:
    arm = {row.team: row.arm for row in assignment.teams}
    return tuple(arm[name] != "control" for name in names)


@pytest.mark.parametrize(
    ("design", "draws"),
    [
        ({}, 924),
        ({"assign": {"method": "stratified", "on": ["site"]}}, 70 * 6),
        ({"keep_together": [["team-00", "team-01"], ["team-02", "team-03"]]}, 252),
    ],
)
def test_the_draw_and_its_inference_share_their_draws(
    pilot: Any, teams: Any, design: Any, draws: Any
) -> None:
    spec, names = pilot(design=design), sorted((team.name for team in teams), reverse=True)
    listed = None
    for seed in range(5):
        assignment = draw(spec, teams, seed=seed)
        made = admissible(assignment.contrast("anchor"), names)
        assert count(made) == draws
        found = {tuple(row) for row in enumerate_draws(made).tolist()}
        assert listed in (None, found)  # whatever the seed
        listed = found
        assert drawn_as(assignment, names) in found


def test_several_arms_are_compared_given_who_is_in_the_two(pilot: Any, teams: Any) -> None:
    assignment = draw(pilot(policy={"control": {}, "two": {}, "three": {}}), teams, seed=1)
    contrast = assignment.contrast("two")
    made = admissible(contrast, [row.team for row in contrast.teams])
    assert (made.units, count(made)) == (8, 70)


def test_teams_without_data_leave_the_draws(pilot: Any, teams: Any) -> None:
    assignment = draw(pilot(), teams, seed=1)
    gone = assignment.of("anchor")[0].team
    made = admissible(
        assignment.contrast("anchor"), [row.team for row in assignment.teams if row.team != gone]
    )
    assert count(made) == 462
    assert int(np.sum(made.z)) == 5


def test_what_has_no_draws_is_refused(pilot: Any, teams: Any) -> None:
    assignment = draw(pilot(), teams, seed=1)
    names = [row.team for row in assignment.teams]
    row = AssignedTeam("a", "anchor", Week.parse("2026-W37"))
    other = AssignedTeam("b", "control")
    with pytest.raises(UsageError, match="declared, not drawn by lot"):
        admissible(Assignment("p", "declared", (row, other)), ["a", "b"])
    with pytest.raises(NotYet, match="stepped wedge"):
        admissible(Assignment("p", "stepped_wedge", (row, other)), ["a", "b"])
    with pytest.raises(UsageError, match="compared arm by arm; here are anchor"):
        admissible(Assignment("p", "complete", (row,)), ["a"])
    with pytest.raises(UsageError, match="team 'stranger' is not in the assignment"):
        admissible(assignment, [*names, "stranger"])
    with pytest.raises(UsageError, match="no team of 'anchor-days' has data"):
        admissible(assignment, [])
