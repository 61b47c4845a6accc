"""How often do `wild` and `jackknife` raise an alarm where nothing happened? The null pilots again.

python analysis/calibration/wild_and_jackknife.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import numpy as np
from pilots import ALPHA, Cell, simulate
from procedures import Procedure, by_cr2, by_jackknife, by_randomization, by_wild
from store import Row, rounded, run

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
PROCEDURES: Mapping[str, Procedure] = {
    "randomization": by_randomization,
    "cr2": by_cr2,
    "wild": by_wild,
    "jackknife": by_jackknife,
}


def study(seeds: int = SEEDS, cells: tuple[Cell, ...] = CELLS) -> Iterator[Row]:
    """Run every procedure on every cell's pilots; rates of p <= .05, over all pilots and over the first ones."""
    for cell in cells:
        panels = np.array([simulate(cell, seed) for seed in range(seeds)])
        alarms = {name: p(cell, panels) <= ALPHA for name, p in PROCEDURES.items()}
        yield {
            "name": cell.name,
            **asdict(cell),
            "rates": {name: rounded(hit.mean()) for name, hit in alarms.items()},
            "first": {name: int(hit[:CHECKED].sum()) for name, hit in alarms.items()},
        }


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
