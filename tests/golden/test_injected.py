"""The table of injected effects: exact for every linear estimator under every inference, stored and had again."""

from __future__ import annotations

import pytest

from pilotlab.spec.engine import ESTIMATORS
from tests.golden.calibration import cells, load

CELLS = cells("injected")
RATIOS = {"poisson", "binomial"}
NEARLY = {
    "synthetic_did, placebo"
}  # placebos compare with the treated, and their time weights see the effect


def test_the_table_holds_every_linear_estimator_and_inference() -> None:
    expected = {
        f"{name}, {rule}"
        for name, entry in ESTIMATORS.items()
        if name not in RATIOS
        for rule in entry.inferences
    }
    assert set(CELLS) == expected


@pytest.mark.parametrize("name", CELLS)
def test_the_estimate_moves_by_what_was_put_in_and_nothing_else_does(name: str) -> None:
    study = load("injected")
    assert sum(CELLS[name]["panels"].values()) >= study.SEEDS
    apart = CELLS[name]["apart"]
    looked = {key: value for key, value in apart.items() if not (name in NEARLY and key == "interval")}
    assert max(looked.values()) < study.TOLERANCE


@pytest.mark.parametrize("name", ["change, cr2", "twfe, cluster", "group_time, randomization", "dose, cr2"])
def test_the_table_again(name: str) -> None:
    study = load("injected")
    row = study.one(*name.split(", "), seeds=1)
    assert max(row["apart"].values()) < study.TOLERANCE
