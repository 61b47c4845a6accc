"""Coverage of the default's interval where the policy does something: stored rates within their bar, and had again.

The truth is that of the same team-weeks with and without the policy. Results and model: analysis/calibration/README.md.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.calibration import cells, load, stored, within

STORED, CELLS = stored("coverage"), cells("coverage")
RERUN = (
    "4 against 4",
    "6 against 6, 6 pairs",
    "6 against 6, missing 0.2",
    "4 against 20",
    "8 against 8, not drawn",
)


@pytest.mark.parametrize("name", CELLS)
def test_the_interval_holds_the_truth_as_often_as_it_says(name: str) -> None:
    cell = CELLS[name]
    rate = cell["rates"][cell["default"]]
    if cell["nominal"] > 0.96:
        assert within(rate, cell["nominal"], STORED["seeds"])
    else:
        assert 0.93 <= rate <= 0.97


@pytest.mark.parametrize("name", CELLS)
def test_the_kernel_was_the_public_door(name: str) -> None:
    door = CELLS[name]["door"]
    assert (door["pilots"], door["intervals_apart"]) == (100, 0)
    assert door["rules"] == [f"change {CELLS[name]['default']}"]


@pytest.mark.parametrize("name", RERUN)
def test_the_first_pilots_hold_as_stored(name: str) -> None:
    study = load("coverage")
    (row,) = study.study(STORED["checked"], tuple(one for one in study.CELLS if one.name == name), 5)
    assert row["first"] == CELLS[name]["first"]
    assert row["door"]["intervals_apart"] == 0


def test_the_truth_is_what_is_left_after_ramp_clipping_and_rounding() -> None:
    pilots = load("pilots")
    panel = np.array([[[4.0, -9.0, 0.0, np.nan] + [0.0] * 20]])  # far above the range, below it, inside
    under, effect = pilots.with_effect(panel, np.array([0]))
    assert effect[0, 0, :3] == pytest.approx([0.0, 0.0, 0.2]), "at the ends nothing is left"
    assert np.isnan(effect[0, 0, 3])
    whole = pilots.EFFECT * pilots.SD
    assert effect[0, 0, 10] == pytest.approx(0.3), f"{whole:.3f} rounded to tenths"
    assert np.nanmax(under) <= 5
    assert np.nanmin(under) >= 1
