"""The study of null pilots: stored rates keep the promise, can be had again, and are those of the public door.

Results, model and date: analysis/calibration/README.md. Rates are stored by this repository's own run, so the rerun must
find the same alarms; the bars are those of the study: 3 to 7 %, or the attainable level where draws are few.
"""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.stats.randomization import p_values, randomization_test

FOLDER = Path(__file__).parents[2] / "analysis" / "calibration"
STORED = json.loads((FOLDER / "null_pilots.json").read_text())
CELLS = {cell["name"]: cell for cell in STORED["cells"]}
SHARP = [name for name, cell in CELLS.items() if cell["spread"] == 1]


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("null_pilots", FOLDER / "null_pilots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["null_pilots"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SHARP)
def test_stored_rates_keep_the_promise(name: str) -> None:
    cell, rate = CELLS[name], CELLS[name]["rates"]["randomization"]
    if name in ("4 against 4", "6 against 6, 6 pairs"):
        attainable = 2 / 70 if cell["strata"] == 1 else 2 / 64
        assert rate == pytest.approx(attainable, abs=3 * math.sqrt(attainable / STORED["seeds"]))
    else:
        assert 0.03 <= rate <= 0.07


def test_stored_rates_show_what_the_naive_procedures_do() -> None:
    rates = CELLS["6 against 6"]["rates"]
    assert min(rates["ols"], rates["cluster_z"], rates["before_after"]) > 0.07
    unequal = CELLS["4 against 20, spread 2"]["rates"]
    assert unequal["randomization"] > 0.15 > 0.07 > unequal["cr2"]


@pytest.mark.parametrize("name", CELLS)
def test_the_first_pilots_raise_the_stored_alarms(study: ModuleType, name: str) -> None:
    cell = next(cell for cell in study.CELLS if cell.name == name)
    (row,) = study.study((cell,), seeds=STORED["checked"])
    assert row["first"] == CELLS[name]["first"]


def test_the_batched_kernel_is_the_test_one_by_one(study: ModuleType) -> None:
    cell = study.Cell(pilot=6, control=6)
    change = study.changes(cell, np.array([study.simulate(cell, seed) for seed in range(100)]))
    one_by_one = [randomization_test(row, cell.design.z, cell.design).p_two_sided for row in change]
    np.testing.assert_array_equal(p_values(change, cell.design), one_by_one)


def test_the_public_door_gives_the_same_p(study: ModuleType) -> None:
    cell = study.Cell(pilot=6, control=6)
    panels = np.array([study.simulate(cell, seed) for seed in range(100)])
    expected = p_values(study.changes(cell, panels), cell.design)
    found = [_through_did(panel, cell.design.z, study) for panel in panels]
    assert [estimate.p_value for estimate in found] == expected.tolist()
    assert all((estimate.ci[0] <= 0 <= estimate.ci[1]) == (estimate.p_value > 0.05) for estimate in found)


def _through_did(panel: np.ndarray, z: np.ndarray, study: ModuleType) -> pl.Estimate:
    teams, weeks = panel.shape
    frame = pd.DataFrame(
        {
            "team": np.repeat([f"team {number:02d}" for number in range(teams)], weeks),
            "week": np.tile(np.arange(1, weeks + 1), teams),
            "first_week": np.repeat(np.where(z, study.BASELINE + 1.0, np.nan), weeks),
            "y": panel.ravel(),
        }
    )
    estimate = pl.did(
        frame,
        estimator="change",
        inference="randomization",
        assignment="complete",
        baseline=study.BASELINE,
        washin=study.WASHIN,
    )
    assert estimate, estimate
    return estimate
