"""Reach: pure counts that agree with the kernel's draws; designs that can never answer are named."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from pilotlab.design.draw import draw
from pilotlab.design.reachable import levels, planned_reach, reach, shortfalls
from pilotlab.spec.team import Team
from pilotlab.stats.randomization.draws import Design, count
from pilotlab.stats.randomization.sharp_null import randomization_test


def listed(number: int, **attributes: str) -> list[Team]:
    return [Team(f"t{n:03d}", attributes) for n in range(number)]


@pytest.mark.parametrize(
    "strata",
    [[(3, 3)], [(4, 4)], [(2, 3)], [(1, 1)] * 5, [(2, 2), (3, 3)], [(2, 1), (1, 2)], [(4, 2), (1, 1)], [(1, 4)], [(3, 0), (2, 2)]],
)  # fmt: skip
def test_reach_is_the_smallest_p_of_the_kernel(strata: list[tuple[int, int]]) -> None:
    one = reach(strata)
    z = np.concatenate([[1] * pilot + [0] * control for pilot, control in strata])
    stratum = np.repeat(np.arange(len(strata)), [sum(sizes) for sizes in strata])
    design = Design.stratified(z, stratum)
    assert one.draws == count(design)
    result = randomization_test(100.0 * z + np.arange(len(z)) ** 1.5, z, design)
    assert one.two_sided == pytest.approx(result.p_min)
    assert one.one_sided == pytest.approx(result.p_min_one_sided)


@pytest.mark.parametrize(
    ("strata", "two_sided"),
    [([(3, 3)], 1 / 10), ([(4, 4)], 2 / 70), ([(1, 1)] * 5, 1 / 16), ([(1, 1)] * 6, 2 / 64), ([(4, 20)], 1 / 10626), ([(20, 20)], 1 / 10_000), ([], 1.0)],
)  # fmt: skip
def test_published_reach(strata: list[tuple[int, int]], two_sided: float) -> None:
    assert reach(strata).two_sided == pytest.approx(two_sided)


def test_levels_follow_the_rule(pilot: Any) -> None:
    goals = [{"use": "cycle_time_p50@1", "worth_it": -0.5}, {"use": "focus_hours@1", "worth_it": 1}]
    assert levels(pilot()).goal == 0.05
    assert levels(pilot(metrics={"goals": goals})).goal == 0.025
    assert levels(pilot(metrics={"goals": goals}, decide={"goals": "all"})).goal == 0.05
    three = {"control": {}, "two": {}, "three": {}}  # type: ignore[var-annotated]
    assert levels(pilot(policy=three)).goal == 0.025
    assert levels(pilot(policy=three, metrics={"goals": goals})).goal == 0.0125
    assert levels(pilot(policy=three)).guardrail == 0.05
    assert levels(pilot(analysis={"alpha": 0.1})).goal == 0.1


def test_three_against_three_are_named(pilot: Any) -> None:
    (goal,) = shortfalls(pilot(), listed(6))
    assert (goal.claim, goal.needed, goal.smallest) == ("goal", 0.05, 0.1)
    assert str(goal) == (
        "3 against 3 (anchor against control) have 20 draws: a goal can never reach its level, "
        "for the smallest two-sided p is 0.1 and 0.05 is needed"
    )


def test_five_pairs_and_four_pairs_are_named(pilot: Any) -> None:
    spec = pilot(design={"assign": {"method": "matched_pairs", "on": ["size"]}})
    (goal,) = shortfalls(spec, listed(10))
    assert goal.smallest == 1 / 16
    assert shortfalls(spec, listed(12)) == ()
    assert [(row.claim, row.smallest) for row in shortfalls(spec, listed(8))] == [
        ("goal", 2 / 16),
        ("guardrail", 1 / 16),
    ]


def test_two_goals_split_alpha(pilot: Any) -> None:
    goals = [{"use": "cycle_time_p50@1", "worth_it": -0.5}, {"use": "focus_hours@1", "worth_it": 1}]
    assert shortfalls(pilot(), listed(8)) == ()  # 2 of 70
    (row,) = shortfalls(pilot(metrics={"goals": goals}), listed(8))
    assert (row.needed, row.smallest) == (0.025, 2 / 70)


def test_several_arms_split_alpha(pilot: Any) -> None:
    spec = pilot(policy={"control": {}, "two": {}, "three": {}})
    assert {row.arm for row in shortfalls(spec, listed(12))} == {"two", "three"}
    assert shortfalls(spec, listed(15)) == ()


def test_what_randomisation_does_not_decide_is_not_named(pilot: Any) -> None:
    teams = listed(6, arm="control")
    assert shortfalls(pilot(analysis={"inference": "cr2"}), teams) == ()
    assert shortfalls(pilot(claim="learn"), teams) == ()
    assert shortfalls(pilot(design={"assign": {"method": "declared", "column": "arm"}}), teams) == ()
    assert shortfalls(pilot(design={"assign": {"method": "stepped_wedge"}}), teams) == ()
    shares = {"assign": {"shares": {"control": 5, "anchor": 1}}}
    assert shortfalls(pilot(design=shares), teams) == ()  # over 1.5 times: CR2 decides
    assert shortfalls(pilot(design=shares, analysis={"inference": "randomization"}), teams)


def test_declared_draws_are_counted_from_their_column(pilot: Any) -> None:
    teams = [Team(f"t{n}", {"arm": "anchor" if n < 3 else "control"}) for n in range(6)]
    spec = pilot(design={"assign": {"method": "declared", "column": "arm", "drawn_by": "coin"}})
    assert planned_reach(spec, teams)["anchor"].draws == 20


@pytest.mark.parametrize(
    "design",
    [{}, {"assign": {"method": "stratified", "on": ["site"]}}, {"keep_together": [["team-00", "team-01"]]}, {"buffer": ["team-02"]}],
)  # fmt: skip
def test_planned_reach_is_that_of_the_draw(pilot: Any, teams: Any, design: Any) -> None:
    spec = pilot(design=design)
    planned = planned_reach(spec, teams)["anchor"]
    assignment = draw(spec, teams, seed=4)
    strata = {row.stratum for row in assignment.teams}
    drawn = reach(
        tuple(  # type: ignore[misc]
            len({row.cluster or row.team for row in assignment.of(arm) if row.stratum == stratum})
            for arm in ("anchor", "control")
        )
        for stratum in strata
    )
    assert planned.draws == drawn.draws
    assert planned.two_sided == drawn.two_sided


def test_reach_loads_no_numpy() -> None:
    code = "import sys, pilotlab.design.reachable, pilotlab.design.freeze, pilotlab.design.plan, pilotlab.design.draw, pilotlab.design.admissible; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pandas", "scipy", "statsmodels", "sqlite_utils"} & set(loaded)
