"""Why uneven arms are held against CR2, not against draws of a studentised difference: stored, and had again."""

from __future__ import annotations

import pytest

from pilotlab.estimate.estimators.fit import ArmClusters
from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("studentised"), cells("studentised")
NORMAL = [cell for cell in CELLS.values() if cell["shape"] == "normal"]
UNEVEN = [cell for cell in NORMAL if ArmClusters(cell["treated"], cell["comparison"]).uneven]


def test_cr2_holds_its_level_in_uneven_arms_whichever_is_noisier() -> None:
    assert len(UNEVEN) == 15
    assert max(cell["rates"]["cr2"] for cell in UNEVEN) <= 0.07
    assert max(cell["rates"]["studentised"] for cell in UNEVEN) > 0.07
    assert max(cell["rates"]["plain"] for cell in UNEVEN) > 0.15


def test_studentising_changes_nothing_in_even_arms() -> None:
    """There the t statistic is a rising function of the difference."""
    for cell in CELLS.values():
        if cell["treated"] == cell["comparison"]:
            assert cell["rates"]["studentised"] == cell["rates"]["plain"]


def test_draws_hold_their_level_in_even_arms() -> None:
    even = [cell for cell in NORMAL if cell["treated"] == cell["comparison"]]
    assert all(0.03 <= cell["rates"]["plain"] <= 0.07 for cell in even)


@pytest.mark.parametrize("at", [0, 7])
def test_the_first_pilots_again(at: int) -> None:
    study, cell = load("studentised"), list(CELLS.values())[at]
    own = study.cell(cell["shape"], (cell["treated"], cell["comparison"]), cell["spread"], STORED["checked"])
    assert (own["name"], own["first"]) == (cell["name"], cell["first"])
