"""The study of checks: no-threat alarms within their bars, threats found, and the first pilots give the stored alarms again.

Results and model: analysis/calibration/README.md.
"""

from __future__ import annotations

import importlib.util
import json
import math
from types import ModuleType

import pytest

from tests.golden.reference import REPOSITORY

FOLDER = REPOSITORY / "analysis" / "calibration"
STORED = json.loads((FOLDER / "threats.json").read_text(encoding="utf-8"))
CELLS = {cell["name"]: cell for cell in STORED["cells"]}
AT_ALPHA = ("pre_trend", "placebo_in_time", "anticipation", "early_against_late")
FOUND = {
    "chosen, a drift and no effect": ("placebo_in_time", 0.5),
    "drawn, a reaction to the announcement": ("anticipation", 0.75),
    "drawn, a novelty": ("early_against_late", 0.25),
    "volunteers at their worst, no effect": ("regression_to_the_mean", 0.75),
}


@pytest.mark.parametrize("name", ["drawn, no threat", "chosen, no threat"])
def test_looks_at_level_alpha_are_wrong_about_once_in_20(name: str) -> None:
    room = 2.5 * math.sqrt(0.05 * 0.95 / STORED["seeds"])
    for check in AT_ALPHA:
        assert CELLS[name]["rates"].get(check, 0.0) <= 0.05 + room


def test_one_clean_drawn_pilot_in_four_shows_an_alarm() -> None:
    assert round(4 * CELLS["drawn, no threat"]["any but breakdown"]) == 1  # as the page says


@pytest.mark.parametrize("name", FOUND)
def test_a_threat_is_found_more_often_than_luck_finds_it(name: str) -> None:
    check, least = FOUND[name]
    assert CELLS[name]["rates"][check] >= least


def test_a_drift_alone_hardly_reaches_a_breakdown_of_one() -> None:
    assert CELLS["chosen, a drift and no effect"]["rates"]["breakdown"] >= 0.9


@pytest.mark.parametrize("name", CELLS)
def test_the_first_pilots_give_the_stored_alarms(name: str) -> None:
    study = _study()
    place = list(study.CELLS).index(name)
    made = [study.alarms(study.CELLS[name], seed, place) for seed in range(len(CELLS[name]["first"]))]
    assert made == CELLS[name]["first"]


def _study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("threats_study", FOLDER / "threats.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
