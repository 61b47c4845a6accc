"""Counts: alarms and coverage of `poisson` and `binomial`, stored and had again; the batched kernel is the public door's.

The kernel writes CR2 of a Poisson regression with unit and time effects as that of two weighted means: a second
derivation, equal to the regression's to rounding. Results and model: analysis/calibration/README.md.
"""

from __future__ import annotations

import pytest

from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("counts"), cells("counts")
MANY = [name for name, cell in CELLS.items() if cell["rules"].get("cr2", 0) == STORED["seeds"]]


@pytest.mark.parametrize("name", CELLS)
def test_rates_are_within_their_bars(name: str) -> None:
    """With few events the exact test hardly ever reaches 5 %: it keeps below."""
    rates = CELLS[name]["rates"]
    assert rates["alarm"] <= 0.07
    assert rates["coverage"] >= 0.93
    if name in MANY:
        assert rates["alarm"] >= 0.03
        assert rates["coverage"] <= 0.97


def test_there_are_both_kinds() -> None:
    assert len(MANY) >= 6
    assert any("exact" in cell["rules"] for cell in CELLS.values())


@pytest.mark.parametrize("name", [name for name, cell in CELLS.items() if cell["family"] == "poisson"])
def test_the_kernel_was_the_public_door(name: str) -> None:
    door = CELLS[name]["door"]
    assert (door["pilots"], door["rules_apart"]) == (100, 0)
    assert door["largest_difference"] < 1e-9


@pytest.mark.parametrize(
    "name", ["6 against 6, poisson 0.5", "6 against 6, poisson 0.008", "4 against 8, poisson 0.5"]
)
def test_the_first_pilots_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load("counts")
    monkeypatch.setattr(study, "DOOR", 4)
    cell = next(cell for cell in study.CELLS if cell.name == name)
    row = study.one(cell, STORED["checked"])
    assert row["first"]["alarm"] == CELLS[name]["first"]["alarm"]
    assert row["door"]["largest_difference"] < 1e-9
    assert row["door"]["rules_apart"] == 0
