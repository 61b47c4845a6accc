"""How often does `synthetic_did` raise an alarm where nothing happened? The null pilots of null_pilots.py again.

python analysis/calibration/placebo.py --date 2026-11-22 --write
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from null_pilots import ALPHA, BASELINE, STUDY_SEED, WASHIN, Cell, FloatArray, simulate

import pilotlab as pl

RESULTS = Path(__file__).with_suffix(".json")
SEEDS = 1_000
CHECKED = 10  # the first pilots, whose p are stored by themselves so that a test can rerun them
CELLS = (
    (Cell(pilot=1, control=12), "placebo"),
    (Cell(pilot=1, control=19), "placebo"),
    (Cell(pilot=2, control=12), "placebo"),
    (Cell(pilot=3, control=20), "placebo"),
    (Cell(pilot=6, control=18), "jackknife"),
    (Cell(pilot=12, control=12), "jackknife"),
)


def p_value(cell: Cell, panel: FloatArray, inference: str) -> tuple[float, float]:
    """Ask the public door; p, and the smallest it could have been (0 where there is no such floor)."""
    teams, weeks = panel.shape
    frame = pd.DataFrame(
        {
            "team": np.repeat(np.arange(teams), weeks),
            "week": np.tile(np.arange(1, weeks + 1), teams),
            "first_week": np.repeat(np.where(cell.design.z, BASELINE + 1, 0), weeks),
            "y": panel.ravel(),
        }
    )
    found = pl.did(frame, estimator="synthetic_did", inference=inference, washin=WASHIN)
    return (found.p_value, found.p_min or 0.0) if found else (1.0, 1.0)


def study(cell: Cell, inference: str, seeds: int = SEEDS) -> dict[str, Any]:
    """Run one cell: the rate of p <= .05, the largest level its floor allows, and the first p."""
    found = np.array([p_value(cell, simulate(cell, seed), inference) for seed in range(seeds)])
    floor = float(np.median(found[:, 1]))
    attainable = np.floor(ALPHA / floor + 1e-9) * floor if floor else ALPHA
    return {
        "name": cell.name,
        **asdict(cell),
        "inference": inference,
        "floor": round(floor, 5),
        "attainable": round(float(attainable), 5),
        "rate": round(float((found[:, 0] <= ALPHA).mean()), 5),
        "first": [round(float(p), 6) for p in found[:CHECKED, 0]],
    }


def rows(seeds: int) -> Iterator[dict[str, Any]]:
    """Run every cell."""
    for cell, inference in CELLS:
        row = study(cell, inference, seeds)
        print(
            f"{row['name']:<18} {inference:<10} {100 * row['rate']:5.1f} %  of {100 * row['attainable']:.1f} %"
        )
        yield row


def main() -> None:
    """Print the table; `--write` stores it beside this file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--date", required=True, help="day of the run, stored with the results")
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    cells = list(rows(chosen.seeds))
    if chosen.write:
        head = {"date": chosen.date, "pilotlab": pl.__version__, "numpy": np.__version__}
        stored = {**head, "study_seed": STUDY_SEED, "seeds": chosen.seeds, "checked": CHECKED, "cells": cells}
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
