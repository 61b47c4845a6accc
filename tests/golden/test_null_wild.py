"""The study of null pilots under `wild` and `jackknife`: stored rates can be had again, and are those of the public door.

Results and model: analysis/calibration/README.md. With six and twelve teams an arm both keep within 3 to 7 %; the stored
rates of small and uneven arms are what the notes and the methods page say of them.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl

FOLDER = Path(__file__).parents[2] / "analysis" / "calibration"
STORED = json.loads((FOLDER / "wild_and_jackknife.json").read_text())
CELLS = {cell["name"]: cell for cell in STORED["cells"]}


@pytest.fixture(scope="module")
def study() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("wild_and_jackknife")


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
def test_the_first_pilots_raise_the_stored_alarms(study: ModuleType, name: str) -> None:
    cell = next(cell for cell in study.CELLS if cell.name == name)
    (row,) = study.study((cell,), seeds=STORED["checked"])
    assert row["first"] == CELLS[name]["first"]


def test_the_public_door_gives_the_same_p(study: ModuleType) -> None:
    cell = study.CELLS[2]
    panels = np.array([study.simulate(cell, seed) for seed in range(20)])
    for rule, expected in (("wild", study.by_wild), ("jackknife", study.by_jackknife)):
        found = [_through_did(panel, cell.design.z, rule) for panel in panels]
        assert [estimate.p_value for estimate in found] == pytest.approx(expected(cell, panels), abs=1e-12)
        assert all((estimate.ci[0] <= 0 <= estimate.ci[1]) == (estimate.p_value > 0.05) for estimate in found)


def _through_did(panel: np.ndarray, z: np.ndarray, rule: str) -> pl.Estimate:
    teams, weeks = panel.shape
    frame = pd.DataFrame(
        {
            "team": np.repeat([f"team {number:02d}" for number in range(teams)], weeks),
            "week": np.tile(np.arange(1, weeks + 1), teams),
            "first_week": np.repeat(np.where(z, 9.0, np.nan), weeks),
            "y": panel.ravel(),
        }
    )
    estimate = pl.did(frame, estimator="change", inference=rule, baseline=8, washin=4)
    assert isinstance(estimate, pl.Estimate), estimate
    return estimate
