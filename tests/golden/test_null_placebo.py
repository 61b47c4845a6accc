"""The study of null pilots under `synthetic_did`: rates within their bars, and the first pilots give the stored p again.

Results and model: analysis/calibration/README.md.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "analysis" / "calibration"
STORED = json.loads((FOLDER / "placebo.json").read_text())
CELLS = {cell["name"]: cell for cell in STORED["cells"]}


@pytest.fixture(scope="module")
def study() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("placebo")


@pytest.mark.parametrize("name", CELLS)
def test_alarms_come_as_often_as_they_should(name: str) -> None:
    """Between 3 and 7 %; where no p can get below 5 %, never."""
    cell = CELLS[name]
    if cell["attainable"] == 0:
        assert cell["rate"] == 0
    else:
        assert 0.03 <= cell["rate"] <= 0.07


@pytest.mark.parametrize("name", CELLS)
def test_the_first_pilots_give_the_stored_p(study: ModuleType, name: str) -> None:
    cell, inference = next((cell, rule) for cell, rule in study.CELLS if cell.name == name)
    row = study.study(cell, inference, seeds=STORED["checked"])
    assert row["first"] == pytest.approx(CELLS[name]["first"], abs=1e-5)
    assert row["floor"] == pytest.approx(CELLS[name]["floor"], abs=1e-5)
