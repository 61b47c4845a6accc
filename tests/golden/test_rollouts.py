"""Pilots whose teams start in different weeks: alarms and coverage of the defaults, stored and had again.

Results and model: analysis/calibration/README.md.
"""

from __future__ import annotations

import pytest

from tests.golden.calibration import cells, load, stored

STORED, CELLS = stored("rollouts"), cells("rollouts")
DRAWN = [name for name, cell in CELLS.items() if cell["drawn"]]
CHOSEN = [name for name, cell in CELLS.items() if not cell["drawn"]]


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_starts_keep_the_promise(name: str) -> None:
    rates = CELLS[name]["rates"]
    assert 0.03 <= rates["alarm"] <= 0.07
    assert 0.93 <= rates["coverage"] <= 0.97


@pytest.mark.parametrize("name", [name for name in DRAWN if "largest_difference" in CELLS[name]["door"]])
def test_the_kernel_was_the_public_door(name: str) -> None:
    door = CELLS[name]["door"]
    assert (door["pilots"], door["rules"]) == (100, ["group_time randomization"])
    assert door["largest_difference"] < 1e-10
    assert door["intervals_apart"] == 0


@pytest.mark.parametrize("size", [2, 4])
def test_the_first_pilots_of_a_wedge_again(size: int) -> None:
    study = load("rollouts")
    wave = study.Wave(size=size)
    row = study.batched(wave, STORED["checked"], door=4)
    assert row["first"] == CELLS[wave.name]["first"]
    assert row["door"]["largest_difference"] < 1e-10
    assert row["door"]["intervals_apart"] == 0


def test_the_first_pilots_of_a_chosen_rollout_again() -> None:
    study = load("rollouts")
    wave = study.CHOSEN[2]
    row = study.by_door(wave, STORED["checked"], tables=STORED["checked"])
    assert row["first"] == pytest.approx(CELLS[wave.name]["first"], abs=1e-6)


@pytest.mark.parametrize("name", CHOSEN)
def test_chosen_starts_keep_the_promise_for_the_headline(name: str) -> None:
    rates = CELLS[name]["rates"]
    assert 0.03 <= rates["alarm"] <= 0.07
    assert 0.93 <= rates["coverage"] <= 0.97


@pytest.mark.parametrize("name", [name for name in CHOSEN if CELLS[name]["tables"]])
@pytest.mark.parametrize("table", ["event_time", "cohort"])
def test_bands_hold_about_what_they_say(name: str, table: str) -> None:
    """Without degrees of freedom row by row 12 to 14 % of null pilots with 50 and 60 units lay outside.

    Of 200 teams those of higher level start earlier and are clipped more: they do not move quite as the others would.
    """
    cell = CELLS[name]
    assert cell["tables"] == 500
    assert cell["rates"][f"{table} band"] < 0.085
    assert cell["rates"][f"{table} band coverage"] > (0.91 if cell["size"] < 40 else 0.87)
