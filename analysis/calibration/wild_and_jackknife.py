"""How often do `wild` and `jackknife` raise an alarm where nothing happened? The null pilots of null_pilots.py again.

python analysis/calibration/wild_and_jackknife.py --date 2026-11-22 --write
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from null_pilots import ALPHA, STUDY_SEED, Cell, FloatArray, by_cr2, by_randomization, changes, simulate
from scipy import stats

import pilotlab
from pilotlab.stats.wild import wild_bootstrap

RESULTS = Path(__file__).with_suffix(".json")
SEEDS = 2_000
CHECKED = 50  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
CELLS = (
    Cell(pilot=6, control=6),
    Cell(pilot=12, control=12),
    Cell(pilot=4, control=8),
    Cell(pilot=4, control=20),
    Cell(pilot=4, control=20, spread=2.0),
    Cell(pilot=3, control=9),
    Cell(pilot=2, control=10),
    Cell(pilot=2, control=22),
)


def by_wild(cell: Cell, panels: FloatArray) -> FloatArray:
    """The wild cluster bootstrap of `change`, null imposed: all sign patterns up to 13 teams, else 9,999."""
    X = np.column_stack([np.ones(cell.teams), cell.design.z]).astype(float)
    return np.array([_wild_p(X, change) for change in changes(cell, panels)])


def by_jackknife(cell: Cell, panels: FloatArray) -> FloatArray:
    """CR3 of `change`: a team left out of an arm of n moves its mean by its distance over n - 1."""
    change, z = changes(cell, panels), cell.design.z
    moves = [
        (arm - arm.mean(axis=1, keepdims=True)) / (arm.shape[1] - 1) for arm in (change[:, z], change[:, ~z])
    ]
    variance = (cell.teams - 1) / cell.teams * sum(np.sum(move**2, axis=1) for move in moves)
    gap = change[:, z].mean(axis=1) - change[:, ~z].mean(axis=1)
    return np.asarray(2 * stats.t.sf(np.abs(gap) / np.sqrt(variance), cell.teams - 1))


PROCEDURES: Mapping[str, Callable[[Cell, FloatArray], FloatArray]] = {
    "randomization": by_randomization,
    "cr2": by_cr2,
    "wild": by_wild,
    "jackknife": by_jackknife,
}


def study(cells: tuple[Cell, ...] = CELLS, seeds: int = SEEDS) -> Iterator[dict[str, Any]]:
    """Run every procedure on every cell's pilots; rates of p <= .05, over all pilots and over the first ones."""
    for cell in cells:
        panels = np.array([simulate(cell, seed) for seed in range(seeds)])
        alarms = {name: p(cell, panels) <= ALPHA for name, p in PROCEDURES.items()}
        yield {
            "name": cell.name,
            **asdict(cell),
            "rates": {name: round(float(hit.mean()), 5) for name, hit in alarms.items()},
            "first": {name: int(hit[:CHECKED].sum()) for name, hit in alarms.items()},
        }


def _wild_p(X: FloatArray, change: FloatArray) -> float:
    coef, *_ = np.linalg.lstsq(X, change, rcond=None)
    (found,) = wild_bootstrap(X, change - X @ coef, np.arange(len(X)), np.eye(1, 2, 1), coef[1:])
    return found.p_two_sided


def main() -> None:
    """Print the table; `--write` stores it beside this file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--date", required=True, help="day of the run, stored with the results")
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    rows = []
    for row in study(seeds=chosen.seeds):
        rows.append(row)
        print(f"{row['name']:<36}", *(f"{name} {100 * rate:5.1f} %" for name, rate in row["rates"].items()))
    if chosen.write:
        head = {"date": chosen.date, "pilotlab": pilotlab.__version__, "numpy": np.__version__}
        stored = {**head, "study_seed": STUDY_SEED, "seeds": chosen.seeds, "checked": CHECKED, "cells": rows}
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
