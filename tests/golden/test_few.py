"""What notes say of intervals that few teams carry is what was seen on null pilots, stored and had again."""

from __future__ import annotations

import pytest

from pilotlab.estimate.estimators.fit import ArmClusters, few_clusters
from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("few"), cells("few")
SAID = {
    "few_clusters_wide": (0.0, 0.055),
    "few_clusters_wild": (0.0, 0.055),
    "few_clusters_unsure": (0.0, 0.1),
    "few_clusters_narrow": (0.07, 0.2),
    "few_clusters": (0.07, 0.6),
}


@pytest.mark.parametrize("name", [name for name, cell in CELLS.items() if cell["rates"]["alarm"] is not None])
def test_the_note_says_which_way_it_is_wrong(name: str) -> None:
    cell = CELLS[name]
    said = few_clusters(ArmClusters(cell["treated"], 12), cell["inference"], cell["estimator"])
    low, high = SAID[said.code]
    assert low <= cell["rates"]["alarm"] <= high, said


def test_the_first_pilots_again() -> None:
    study, cell = load("few"), CELLS["3 v 12, change, cr2"]
    own = study.cell(3, "change", "cr2", STORED["checked"])
    assert own["first"] == cell["first"]
