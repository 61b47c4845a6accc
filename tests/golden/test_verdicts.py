"""The study of verdicts: the lean way to a verdict is the whole way, stored frequencies keep the bars and can be had again.

Results, scenarios and date: analysis/calibration/verdicts.md. A policy that does harm gets plain Scale in at most 2 % of
pilots; one exactly on a guardrail's margin in at most 5 %, the level of its test, plus Monte-Carlo error; a good policy
of volunteers from the better half is told to stop in at most 5 %.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "analysis" / "calibration"
STORED = json.loads((FOLDER / "verdicts.json").read_text())
CELLS = STORED["cells"]
HARMFUL = [key for key in CELLS if key.startswith(("goal at -s", "mandate")) or "1.5 margins" in key]
ON_THE_MARGIN = [key for key in CELLS if " margin," in key]
RERUN = 2  # pilots a cell
BETTER_HALF = [key for key in CELLS if key.startswith("better half, good policy")]


@pytest.fixture(scope="module")
def study() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("verdicts")


def test_every_cell_is_stored(study: ModuleType) -> None:
    assert list(CELLS) == [cell.key for cell in study.CELLS]
    for row in CELLS.values():
        assert row["pilots"] == study.SEEDS
        assert sum(row["verdicts"].values()) == row["pilots"]


@pytest.mark.parametrize("key", HARMFUL)
def test_a_harmful_policy_is_hardly_ever_scaled(study: ModuleType, key: str) -> None:
    assert study.rate(CELLS[key], "Scale")[0] <= 0.02


@pytest.mark.parametrize("key", BETTER_HALF)
def test_a_good_policy_of_volunteers_from_the_better_half_is_hardly_ever_told_to_stop(
    study: ModuleType, key: str
) -> None:
    assert study.rate(CELLS[key], "Stop")[0] <= 0.05


@pytest.mark.parametrize("key", ON_THE_MARGIN)
def test_a_policy_on_the_margin_is_scaled_at_the_level_of_the_test(study: ModuleType, key: str) -> None:
    share, error = study.rate(CELLS[key], "Scale")
    assert share <= 0.05 + 2 * error


@pytest.mark.parametrize("key", [key for key in CELLS if key.startswith("goal at s")])
def test_a_policy_exactly_worth_it_is_scaled_at_most_half_of_the_time(study: ModuleType, key: str) -> None:
    assert 0.05 < study.rate(CELLS[key], "Scale")[0] <= 0.5


@pytest.mark.parametrize("key", [key for key, row in CELLS.items() if row["teams"] == 12])
def test_six_an_arm_never_get_plain_scale(key: str) -> None:
    assert CELLS[key]["verdicts"]["Scale"] == 0


@pytest.mark.parametrize(
    "key", [key for key in CELLS if key.startswith(("volunteers", "drift", "better half"))]
)
def test_where_no_lot_decided_nothing_is_recommended(key: str) -> None:
    said = CELLS[key]["verdicts"]
    assert said["Scale"] == said["Scale with changes"] == 0
    assert said["Learn"] <= 0.005 * CELLS[key]["pilots"]  # one department happens to be all of an arm


def test_the_lean_way_was_the_whole_way_in_every_pilot_held_against_it(study: ModuleType) -> None:
    assert list(STORED["whole"]) == list(CELLS)
    assert all(row["same"] == row["pilots"] > 0 for row in STORED["whole"].values())


@pytest.mark.parametrize(("teams", "edge"), [(24, False), (12, False), (24, True), (16, True)])
def test_the_first_pilots_get_the_stored_verdicts(study: ModuleType, teams: int, edge: bool) -> None:
    cells = tuple(cell for cell in study.CELLS if cell.teams == teams and (cell in study.EDGE_CELLS) == edge)
    for key, row in study.study(cells, RERUN).items():
        assert row["first"] == CELLS[key]["first"][:RERUN], key


@pytest.mark.parametrize(("key", "seed"), [("trade_off, 12 an arm", 3), ("mandate, 6 an arm", 2)])
def test_the_lean_way_is_the_whole_way(study: ModuleType, key: str, seed: int) -> None:
    cell = next(cell for cell in study.CELLS if cell.key == key)
    assert study.same(cell, study.Plan.of(cell), seed)


def test_the_page_shows_what_is_stored(study: ModuleType) -> None:
    page = (FOLDER / "verdicts.md").read_text(encoding="utf-8").splitlines()
    for line in study.table(CELLS)[2:]:
        assert line in page
