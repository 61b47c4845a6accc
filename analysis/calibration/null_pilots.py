"""How often does a pilot that did nothing raise an alarm? Null pilots with one start, by the default and by naive ways.

python analysis/calibration/null_pilots.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from doors import ask
from pilots import ALPHA, Cell, simulate
from procedures import applicable, default
from store import Row, rounded, run

from pilotlab.stats.randomization.draws import LIMIT, count

SEEDS = 2_000
CHECKED = 200  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
DOOR = 100  # pilots that also go through `pl.did`
SIZES = (4, 6, 8, 12, 20)
LAGS = (0.35, 0.0, 0.6)

CELLS = (
    *(Cell(pilot=n, control=n, ar=ar) for ar in LAGS for n in SIZES),
    *(Cell(pilot=n, control=n, strata=2, ar=ar) for ar in LAGS for n in (4, 6, 8, 20)),
    *(Cell(pilot=6, control=6, strata=3, ar=ar) for ar in LAGS),
    *(Cell(pilot=12, control=12, strata=strata) for strata in (2, 3)),
    *(Cell(pilot=n, control=n, strata=n, ar=ar) for ar in LAGS for n in (4, 5, 6, 8, 12, 20)),
    *(Cell(pilot=n, control=n, **more) for n in (6, 12) for more in ({"drift": 0.2}, {"missing": 0.2})),
    Cell(pilot=6, control=6, spread=2.0),
    *(Cell(pilot=4, control=n, spread=spread) for n in (8, 20) for spread in (1.0, 2.0)),
    *(Cell(pilot=n, control=n, drawn=False) for n in SIZES),
    *(Cell(pilot=n, control=n, strata=n, drawn=False) for n in SIZES),
    Cell(pilot=4, control=20, drawn=False),
    Cell(pilot=8, control=8, drawn=False, missing=0.2),
)


def attainable(cell: Cell) -> float:
    """Largest level not above 5 % that the draws allow; p of equal arms comes in steps of two draws."""
    draws = count(cell.design)
    if default(cell) == "cr2" or draws > LIMIT:
        return ALPHA
    step = 2 if cell.pilot == cell.control else 1
    return step * int(ALPHA * draws / step + 1e-9) / draws


def study(seeds: int = SEEDS, cells: tuple[Cell, ...] = CELLS, door: int = DOOR) -> Iterator[Row]:
    """Run every procedure on every cell's pilots; rates of p <= .05, over all pilots and over the first ones."""
    for cell in cells:
        panels = np.array([simulate(cell, seed) for seed in range(seeds)])
        p = {name: procedure(cell, panels) for name, procedure in applicable(cell).items()}
        if not cell.drawn and not cell.paired:
            p["twfe"] = np.array(
                [ask(cell, panel, estimator="twfe", inference="cr2").p_value for panel in panels]
            )
        yield {
            "name": cell.name,
            **asdict(cell),
            "default": default(cell),
            "attainable": rounded(attainable(cell)),
            "rates": {name: rounded((own <= ALPHA).mean()) for name, own in p.items()},
            "first": {name: int((own[:CHECKED] <= ALPHA).sum()) for name, own in p.items()},
            "door": through_door(cell, panels[:door], p[default(cell)]),
        }


def through_door(cell: Cell, panels: np.ndarray[Any, np.dtype[np.float64]], p: Any) -> Row | None:
    """Compare p with what `pl.did` answers with everything on `auto`; spread is put into changes, so it has no panel."""
    if cell.spread != 1 or not len(panels):
        return None
    found = [ask(cell, panel) for panel in panels]
    apart = max(abs(one.p_value - own) for one, own in zip(found, p, strict=False))
    rules = {f"{one.estimator} {one.inference}" for one in found}
    return {"pilots": len(found), "rules": sorted(rules), "largest_difference": float(f"{apart:.1e}")}


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
