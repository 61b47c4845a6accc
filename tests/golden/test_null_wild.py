"""The study of null pilots under `wild` and `jackknife`: stored rates can be had again, and are those of the public door.

Results and model: analysis/calibration/README.md. With six and twelve teams an arm both keep within 3 to 7 %; the stored
rates of small and uneven arms are what the notes and the methods page say of them.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("wild_and_jackknife"), cells("wild_and_jackknife")


@pytest.mark.parametrize("name", ["6 against 6", "12 against 12"])
@pytest.mark.parametrize("procedure", ["randomization", "cr2", "wild", "jackknife"])
def test_even_arms_keep_the_promise(name: str, procedure: str) -> None:
    assert 0.03 <= CELLS[name]["rates"][procedure] <= 0.07


def test_what_is_said_of_small_arms() -> None:
    few = CELLS["2 against 10"]["rates"]
    assert few["wild"] < 0.02 < 0.1 < few["jackknife"]
    uneven = CELLS["4 against 20"]["rates"]
    assert uneven["cr2"] < 0.05 < uneven["wild"] < uneven["jackknife"]


@pytest.mark.parametrize("name", CELLS)
def test_the_first_pilots_raise_the_stored_alarms(name: str) -> None:
    study = load("wild_and_jackknife")
    (row,) = study.study(STORED["checked"], tuple(cell for cell in study.CELLS if cell.name == name))
    assert row["first"] == CELLS[name]["first"]


@pytest.mark.parametrize("rule", ["wild", "jackknife"])
def test_the_public_door_gives_the_same_p(rule: str) -> None:
    study, pilots, doors = load("wild_and_jackknife"), load("pilots"), load("doors")
    cell = study.CELLS[2]
    panels = np.array([pilots.simulate(cell, seed) for seed in range(20)])
    found = [doors.ask(cell, panel, estimator="change", inference=rule, assignment=None) for panel in panels]
    expected = study.PROCEDURES[rule](cell, panels)
    assert [estimate.p_value for estimate in found] == pytest.approx(expected, abs=1e-12)
    assert all((estimate.ci[0] <= 0 <= estimate.ci[1]) == (estimate.p_value > 0.05) for estimate in found)
