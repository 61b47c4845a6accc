"""The study of null pilots under `synthetic_did`: rates within their bars, and the first pilots give the stored p again.

Results and model: analysis/calibration/README.md.
"""

from __future__ import annotations

import pytest

from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("placebo"), cells("placebo")


@pytest.mark.parametrize("name", CELLS)
def test_alarms_come_as_often_as_they_should(name: str) -> None:
    """Between 3 and 7 %; where no p can get below 5 %, never."""
    cell = CELLS[name]
    rate = cell["rates"][cell["inference"]]
    if cell["attainable"] == 0:
        assert rate == 0
    else:
        assert 0.03 <= rate <= 0.07


@pytest.mark.parametrize("name", CELLS)
def test_the_first_pilots_give_the_stored_p(name: str) -> None:
    study = load("placebo")
    cell, inference = next((cell, rule) for cell, rule in study.CELLS if cell.name == name)
    row = study.one(cell, inference, seeds=STORED["checked"])
    assert row["first"] == pytest.approx(CELLS[name]["first"], abs=1e-5)
    assert row["floor"] == pytest.approx(CELLS[name]["floor"], abs=1e-5)
