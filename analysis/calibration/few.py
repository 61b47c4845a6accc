"""What intervals that are asked for by name are worth with one to three teams on a side: alarms where nothing happens.

python analysis/calibration/few.py --date 2026-11-29 --write
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from doors import frame_of
from pilots import ALPHA, USUAL, WEEKS, team_weeks
from store import Row, rounded, run

import pilotlab as pl

SEEDS = 400
CHECKED = 10  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
TREATED = (1, 2, 3)
COMPARISON = 12
START = 8
ASKED = (
    ("change", "cr2"),
    ("change", "jackknife"),
    ("change", "cluster"),
    ("change", "wild"),
    ("group_time", "cluster"),
    ("group_time", "bootstrap"),
)


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Run all cells: equally noisy teams, complete panels."""
    yield from (cell(treated, *asked, seeds) for asked in ASKED for treated in TREATED)


def cell(treated: int, estimator: str, inference: str, seeds: int) -> Row:
    """Ask one estimator for one interval, pilot by pilot; where there is none nothing alarms, and it is not counted."""
    found = [
        answer for seed in range(seeds) if (answer := _alarm(treated, estimator, inference, seed)) is not None
    ]
    return {
        "name": f"{treated} v {COMPARISON}, {estimator}, {inference}",
        "treated": treated,
        "estimator": estimator,
        "inference": inference,
        "rates": {
            "alarm": rounded(np.mean(found)) if found else None,
            "answered": rounded(len(found) / seeds),
        },
        "first": sum(found[:CHECKED]),
    }


def _alarm(treated: int, estimator: str, inference: str, seed: int) -> bool | None:
    rng = np.random.default_rng([20261129, treated, seed])
    values, _ = team_weeks(rng, treated + COMPARISON, ar=USUAL["ar"], drift=USUAL["drift"], missing=0.0)
    start = np.where(np.arange(treated + COMPARISON) < treated, START, WEEKS)
    frame = frame_of(values, start)
    frame = frame[frame.week <= 2 * START]
    answer = pl.did(
        frame, estimator=estimator, inference=inference, reps=199 if inference == "bootstrap" else None
    )  # type: ignore[arg-type]
    return bool(answer.p_value <= ALPHA) if isinstance(answer, pl.Estimate) else None


if __name__ == "__main__":
    run(
        __file__,
        __doc__,
        study,
        seeds=SEEDS,
        checked=CHECKED,
        show=lambda rate: "none" if rate is None else f"{100 * rate:5.1f} %",
    )
