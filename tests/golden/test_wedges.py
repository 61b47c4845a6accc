"""Rivals for a wedge, on the same simulated pilots: what was stored, what it promises, and the first pilots had again."""

from __future__ import annotations

import pytest

from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("wedges"), cells("wedges")
EFFECTS = ("constant", "growing", "fading")
PLAIN = [name for name, cell in CELLS.items() if cell["usual"]]


@pytest.mark.parametrize("name", CELLS)
def test_auto_takes_the_statistic_that_was_studied(name: str) -> None:
    door = CELLS[name]["door"]
    assert door["rules"] == ["gls_imputation randomization"]
    assert door["largest_difference"] < 1e-10


@pytest.mark.parametrize("name", CELLS)
def test_size_and_coverage_are_what_they_say(name: str) -> None:
    rates = CELLS[name]["rates"]
    assert 0.03 <= rates["gls_imputation size"] <= 0.07
    for effect in EFFECTS:
        assert (
            0.93 <= rates[f"gls_imputation coverage {effect}"] <= 0.99
        )  # effects that are not flat widen it


@pytest.mark.parametrize("never", [0, 1])
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize(("few", "many"), [(8, 16), (12, 24)])
def test_half_the_teams_give_the_chance_that_group_time_has(
    few: int, many: int, effect: str, never: int
) -> None:
    half, whole = (
        next(
            cell
            for cell in CELLS.values()
            if cell["usual"] and cell["teams"] == teams and bool(cell["never"]) == never
        )
        for teams in (few, many)
    )
    chance = (half["rates"][f"gls_imputation chance {effect}"], whole["rates"][f"group_time chance {effect}"])
    assert chance[0] >= chance[1] - 0.042  # two standard errors of a difference of such rates


@pytest.mark.parametrize("name", CELLS)
def test_one_effect_for_all_weeks_aims_elsewhere(name: str) -> None:
    """Why the model with one effect, which has the smallest spread, is not the default."""
    rates = CELLS[name]["rates"]
    assert rates["one effect coverage growing"] < 0.9


def test_the_first_pilots_again() -> None:
    study = load("wedges")
    name = PLAIN[0]
    assert study.cell(study.WAVES[0], STORED["checked"], door=2)["first"] == pytest.approx(
        CELLS[name]["first"], abs=1e-4
    )
