"""The study of verdicts: the lean way to a verdict is the whole way, and stored frequencies can be had again.

Results, scenarios and date: analysis/calibration/README.md.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "analysis" / "calibration"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("verdicts")


@pytest.mark.parametrize(
    ("key", "seed"),
    [
        ("trade_off, 12 an arm", 3),
        ("mandate, 6 an arm", 2),
        ("volunteers, 12 an arm", 1),
        ("goal at s, 8 an arm", 0),
    ],
)
def test_the_lean_way_is_the_whole_way(study: ModuleType, key: str, seed: int) -> None:
    cell = next(cell for cell in study.CELLS if cell.key == key)
    assert study.same(cell, study.Plan.of(cell), seed)
