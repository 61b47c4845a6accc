"""How often does the default's interval hold what the policy did? The pilots with one start, with and without the policy.

python analysis/calibration/coverage.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from doors import ask, starts
from null_pilots import SIZES, attainable
from pilots import ALPHA, BASELINE, WASHIN, Cell, FloatArray, simulate, with_effect
from procedures import PROCEDURES, default, without
from store import Row, rounded, run

SEEDS = 2_000
CHECKED = 100  # the first pilots, whose intervals are stored by themselves so that a test can rerun them
DOOR = 100  # pilots that also go through `pl.did`

CELLS = (
    *(Cell(pilot=n, control=n) for n in SIZES),
    *(Cell(pilot=6, control=6, ar=ar) for ar in (0.0, 0.6)),
    *(Cell(pilot=n, control=n, strata=2) for n in (4, 6, 20)),
    Cell(pilot=6, control=6, strata=3),
    *(Cell(pilot=n, control=n, strata=n) for n in (4, 5, 6, 8, 12, 20)),
    Cell(pilot=6, control=6, drift=0.2),
    Cell(pilot=6, control=6, missing=0.2),
    *(Cell(pilot=4, control=n) for n in (8, 20)),
    *(Cell(pilot=n, control=n, drawn=False) for n in SIZES),
    *(Cell(pilot=n, control=n, strata=n, drawn=False) for n in (4, 6, 12)),
)


def truth(cell: Cell, effect: FloatArray) -> FloatArray:
    """Mean over the pilot teams of what the policy did to their counted and logged weeks, shape (pilots,).

    Parameters
    ----------
    effect : ndarray, shape (pilots, teams, weeks)
        Reported with the policy less reported without it, for each team-week.
    """
    return np.asarray(np.nanmean(effect[:, cell.design.z, BASELINE + WASHIN :], axis=2).mean(axis=1))


def study(seeds: int = SEEDS, cells: tuple[Cell, ...] = CELLS, door: int = DOOR) -> Iterator[Row]:
    """Take the truth out of each pilot: the interval holds it where the p of what is left is above 5 %."""
    for cell in cells:
        panels = np.array([simulate(cell, seed) for seed in range(seeds)])
        under, effect = with_effect(panels, starts(cell))
        true = truth(cell, effect)
        left = without(cell, under, true)
        held = {name: PROCEDURES[name](cell, left) > ALPHA for name in dict.fromkeys((default(cell), "cr2"))}
        yield {
            "name": cell.name,
            **asdict(cell),
            "default": default(cell),
            "nominal": rounded(1 - attainable(cell)),
            "truth": rounded(true.mean()),
            "rates": {name: rounded(own.mean()) for name, own in held.items()},
            "first": {name: int(own[:CHECKED].sum()) for name, own in held.items()},
            "door": through_door(cell, under[:door], true, held[default(cell)]),
        }


def through_door(cell: Cell, under: FloatArray, true: FloatArray, held: FloatArray) -> Row:
    """Count the pilots whose interval from `pl.did` says something else."""
    found = [ask(cell, panel) for panel in under]
    apart = [
        (one.ci[0] <= value <= one.ci[1]) != own for one, value, own in zip(found, true, held, strict=False)
    ]
    rules = {f"{one.estimator} {one.inference}" for one in found}
    return {"pilots": len(found), "rules": sorted(rules), "intervals_apart": int(sum(apart))}


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
