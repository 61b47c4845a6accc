"""How often does `synthetic_did` raise an alarm where nothing happened? The null pilots again, through `pl.did`.

python analysis/calibration/placebo.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from doors import frame_of, starts
from pilots import ALPHA, WASHIN, Cell, FloatArray, simulate
from store import Row, rounded, run

import pilotlab as pl

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
    frame = frame_of(panel, starts(cell))
    found = pl.did(frame, estimator="synthetic_did", inference=inference, washin=WASHIN)
    return (found.p_value, found.p_min or 0.0) if found else (1.0, 1.0)


def one(cell: Cell, inference: str, seeds: int = SEEDS) -> Row:
    """Run one cell: the rate of p <= .05, the largest level its floor allows, and the first p."""
    found = np.array([p_value(cell, simulate(cell, seed), inference) for seed in range(seeds)])
    floor = float(np.median(found[:, 1]))
    attainable = np.floor(ALPHA / floor + 1e-9) * floor if floor else ALPHA
    return {
        "name": cell.name,
        **asdict(cell),
        "inference": inference,
        "floor": rounded(floor),
        "attainable": rounded(attainable),
        "rates": {inference: rounded((found[:, 0] <= ALPHA).mean())},
        "first": [round(float(p), 6) for p in found[:CHECKED, 0]],
    }


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Run every cell."""
    return (one(cell, inference, seeds) for cell, inference in CELLS)


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
