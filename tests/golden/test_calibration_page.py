"""The page of analysis/calibration shows what its studies stored."""

from __future__ import annotations

from tests.golden.calibration import FOLDER, load


def test_the_tables_are_those_that_are_stored() -> None:
    page = (FOLDER / "README.md").read_text()
    assert load("tables").filled(page) == page, "run: python analysis/calibration/tables.py"
